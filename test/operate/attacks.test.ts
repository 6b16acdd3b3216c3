import { randomUUID } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { beforeEach, describe, expect, test } from "vitest";
import { type Signature, signFor } from "../../src/aws/caller.ts";
import { createStsClient } from "../../src/aws/clients.ts";
import { isSamePerson } from "../../src/core/approval.ts";
import type { Notice } from "../../src/engine/request.ts";
import { purposeOf } from "../../src/operate/protocol.ts";
import { givePersonKey } from "../../src/sim/aws/iam/identities.ts";
import { aLife, approve, ask, database, newest, settle } from "../engine/life.ts";
import { type Office, openOffice, people, sessionOf, table } from "./office.ts";

const name = "orders-prod";
const deployment = { account: "123456789012", region: "eu-west-1", table };
let office: Office;

beforeEach(async () => {
  const life = aLife({ hurry: 15_000 });
  await ask(life, "UALICE", "start");
  await settle(life);
  office = openOffice(life);
});

const approvals = async () => (await newest(office.life))?.approvals;
const codes = (notice: Notice) =>
  notice.kind === "problems" ? notice.problems.map(({ code }) => code) : notice.kind;

/** The words of an approval by button, as the terminal sends them. */
async function approving(given: object = {}): Promise<string> {
  const migration = await newest(office.life);
  return JSON.stringify({
    id: randomUUID(),
    kind: "click",
    press: { does: "approve", gate: "begin", terms: null },
    database,
    migration: migration?.id,
    planHash: migration?.planHash,
    ...given,
  });
}

function signed(person: string, words: string, options: { at?: number; for?: object; region?: string } = {}) {
  const { at = office.deps.clock.now(), region } = options;
  const clients = { ...office.clientsOf(person), ...(region !== undefined && { region }) };
  return signFor(purposeOf(words, { ...deployment, ...options.for }), clients, at);
}

async function send(words: string, signature: unknown): Promise<Notice> {
  return office.desk({ asked: words, signature });
}

test("what bob signs himself, and sends as it is, is served", async () => {
  const words = await approving();
  expect(codes(await send(words, await signed("bob", words)))).toBe("said");
  expect(await approvals()).toHaveLength(1);
});

describe("a signature of somebody else's", () => {
  test("is of no use for another request", async () => {
    const harmless = JSON.stringify({ id: randomUUID(), kind: "command", command: { verb: "status", name } });
    const signature = await signed("bob", harmless);
    expect(codes(await send(await approving(), signature))).toEqual(["operator.not-proven"]);
    expect(codes(await send(harmless, signature))).toBe("status");
  });

  test("is of no use a second time", async () => {
    const words = JSON.stringify({ id: randomUUID(), kind: "command", command: { verb: "pause", name } });
    const signature = await signed("bob", words);
    expect(codes(await send(words, signature))).toBe("said");
    await office.type("bob", `resume ${name}`);
    expect(codes(await send(words, signature))).toEqual(["operator.repeated"]);
    expect((await newest(office.life))?.status).toBe("open");
  });

  test.each([
    ["table", { table: "encrypt-db-staging" }],
    ["account", { account: "999999999999" }],
    ["Region", { region: "eu-north-1" }],
  ])("given to the bot of another %s is of no use for this one", async (_what, other) => {
    const words = await approving();
    const notice = await send(words, await signed("bob", words, { for: other }));
    expect(codes(notice)).toEqual(["operator.not-proven"]);
  });

  test.each([
    ["six minutes old", -360_000],
    ["six minutes early", 360_000],
  ])("%s is refused", async (_what, late) => {
    const words = await approving();
    const signature = await signed("bob", words, { at: office.deps.clock.now() + late });
    expect(codes(await send(words, signature))).toEqual(["operator.stale"]);
  });

  test.each([-240_000, 240_000])("%s ms away is accepted: clocks differ", async (off) => {
    const words = await approving();
    const signature = await signed("bob", words, { at: office.deps.clock.now() + off });
    expect(codes(await send(words, signature))).toBe("said");
  });

  test.each(["", "yesterday", "20261124T010000", "20261324T990000Z", "99999999T999999Z"])(
    "with the date “%s” is refused",
    async (date) => {
      const words = await approving();
      const signature = await signed("bob", words);
      expect(codes(await send(words, { ...signature, date }))).not.toBe("said");
      expect(await approvals()).toEqual([]);
    },
  );
});

const { sha256 } = createStsClient({ region: "eu-west-1" }).config;

describe("a signature that does not say enough", () => {
  const changed: readonly [string, (signature: Signature) => Signature][] = [
    [
      "not of what it is for",
      (it) => ({ ...it, authorization: it.authorization.replace(";x-encrypt-db-request", "") }),
    ],
    ["not of the host", (it) => ({ ...it, authorization: it.authorization.replace("host;", "") })],
    ["of another service", (it) => ({ ...it, authorization: it.authorization.replace("/sts/", "/iam/") })],
    [
      "of another Region",
      (it) => ({ ...it, authorization: it.authorization.replace("/eu-west-1/", "/us-east-1/") }),
    ],
    ["of another key", (it) => ({ ...it, authorization: it.authorization.replace("AKIABOB", "AKIACAROL") })],
    ["with more after it", (it) => ({ ...it, authorization: `${it.authorization}, Credential=AKIACAROL/x` })],
    ["over several lines", (it) => ({ ...it, authorization: `${it.authorization}\r\nx-amz-foo: 1` })],
    ["with a token that nobody signed", (it) => ({ ...it, token: "token of carol" })],
    ["with no signature", (it) => ({ ...it, authorization: "" })],
  ];

  test.each(changed)("%s, is refused", async (_what, change) => {
    const words = await approving();
    const notice = await send(words, change(await signed("bob", words)));
    expect(codes(notice)).toEqual(["operator.not-proven"]);
    expect(await approvals()).toEqual([]);
  });

  test("of the same question that some other tool asks, says nothing about this one's words", async () => {
    const words = await approving();
    const { credentials, region } = office.clientsOf("bob");
    const signer = new SignatureV4({ service: "sts", region, credentials, sha256, applyChecksum: false });
    const host = "sts.eu-west-1.amazonaws.com";
    const { headers } = await signer.sign(
      {
        protocol: "https:",
        hostname: host,
        method: "POST",
        path: "/",
        headers: { host, "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
        body: "Action=GetCallerIdentity&Version=2011-06-15",
      },
      { signingDate: new Date(office.deps.clock.now()) },
    );
    const signature = { authorization: headers.authorization, date: headers["x-amz-date"], token: null };
    expect(codes(await send(words, signature))).toEqual(["operator.not-proven"]);
    expect(await approvals()).toEqual([]);
  });

  test("of the question to another host proves nothing to this one's STS", async () => {
    const words = await approving();
    const elsewhere = { ...office.clientsOf("bob"), endpoint: "https://sts.us-east-1.amazonaws.com" };
    const signature = await signFor(purposeOf(words, deployment), elsewhere, office.deps.clock.now());
    expect(codes(await send(words, signature))).toEqual(["operator.not-proven"]);
  });

  test("made with a secret that is not the key's, is refused", async () => {
    const words = await approving();
    const { credentials, ...clients } = office.clientsOf("bob");
    const forged = { ...clients, credentials: { ...credentials, secretAccessKey: "a guess" } };
    const signature = await signFor(purposeOf(words, deployment), forged, office.deps.clock.now());
    const notice = await send(words, signature);
    expect(notice).toMatchObject({ problems: [{ params: { code: "SignatureDoesNotMatch" } }] });
  });
});

describe("what a payload says about its sender", () => {
  test.each([
    ["an ARN", { arn: sessionOf("bob") }],
    ["a user", { user: "UBOB" }],
    ["a person", { person: { id: "bob", user: "UBOB", name: "bob" } }],
    ["a channel", { channel: "C0DATABASE" }],
  ])("such as %s, is not read at all", async (_what, claim) => {
    const words = await approving(claim);
    expect(codes(await send(words, await signed("eve", words)))).toEqual(["operator.unreadable"]);
    expect(
      codes(await office.desk({ asked: words, signature: await signed("bob", words), ...claim })),
    ).toEqual(["operator.unreadable"]);
    expect(await approvals()).toEqual([]);
  });

  test.each([
    [undefined],
    [null],
    [{}],
    ["{"],
    [{ asked: "{", signature: {} }],
    [{ asked: "null", signature: null }],
  ])("and what is no request, is refused: %j", async (payload) => {
    expect(codes(await office.desk(payload))).toEqual(["operator.unreadable"]);
  });

  test.each([
    [{ verb: "start", name: "orders-prod", key: null, strategy: null }],
    [{ verb: "plan", name: "orders-prod", key: null, strategy: null }],
  ])("and commands that need a channel are not served: %j", async (command) => {
    const words = JSON.stringify({ id: randomUUID(), kind: "command", command });
    expect(codes(await send(words, await signed("bob", words)))).toEqual(["operator.unreadable"]);
  });
});

describe("who may approve", () => {
  test("not the one who asked in Slack", async () => {
    const told = await office.type("alice", `approve ${name}`, name);
    expect(told).toMatchObject({
      code: 1,
      text: expect.stringContaining("You asked for this migration yourself"),
    });
    expect(await approvals()).toEqual([]);
  });

  test("not an operator who is no approver", async () => {
    const told = await office.type("dave", `approve ${name}`, name);
    expect(told).toMatchObject({ code: 1, text: expect.stringContaining("is not one of the approvers") });
    expect(await approvals()).toEqual([]);
  });

  test("not somebody whom OPERATORS does not name, who may look all the same", async () => {
    const told = await office.type("eve", `approve ${name}`, name);
    expect(told).toMatchObject({ code: 1, text: expect.stringContaining(sessionOf("eve")) });
    expect(await office.type("eve", "halt because I can")).toMatchObject({ code: 1 });
    expect(await office.life.world.store.findHalt()).toBeNull();
    expect(await office.type("eve", `status ${name}`)).toMatchObject({ code: 0 });
    expect(await office.type("eve", `sheet ${name}`)).toMatchObject({ code: 0 });
  });

  test.each([
    ["a session of the same role with another name", sessionOf("robert")],
    ["the same name in another account", sessionOf("bob", "999999999999")],
    ["a session whose name goes on", `${sessionOf("bob")}.evil`],
    ["the role itself", "arn:aws:iam::123456789012:role/AWSReservedSSO_Dba_0123456789abcdef"],
    ["the owner of the account", "arn:aws:iam::123456789012:root"],
  ])("not %s", async (_who, arn) => {
    const key = { accessKeyId: "AKIAEVE", secretAccessKey: "secret of eve" };
    office.life.world.account.alter((turn) => {
      turn.state = givePersonKey(turn.state, key, { arn, statements: [] });
    });
    const words = await approving();
    expect(codes(await send(words, await signed("eve", words)))).toEqual(["operator.unknown"]);
    expect(await approvals()).toEqual([]);
  });

  test("nobody with the plan of yesterday, or for another migration", async () => {
    for (const [claim, code] of [
      [{ planHash: "of yesterday" }, "approval.stale-plan"],
      [{ migration: "m99999" }, "approval.other-migration"],
      [{ database: `${database}-other` }, "approval.other-migration"],
      [{ press: approve("cutover") }, "approval.not-waiting"],
    ] as const) {
      const words = await approving(claim);
      expect(codes(await send(words, await signed("bob", words)))).toEqual([code]);
    }
    expect(await approvals()).toEqual([]);
  });

  test("whoever asked may still take it back, without being an approver", async () => {
    office.life.world.addPerson("dave", { approver: false });
    await office.type("bob", `reject ${name}`);
    await settle(office.life);
    await ask(office.life, "UDAVE", "start");
    await settle(office.life);
    expect((await newest(office.life))?.requester.user).toBe("UDAVE");

    expect(await office.type("dave", `approve ${name}`, name)).toMatchObject({ code: 1 });
    expect(await office.type("dave", `rollback ${name}`)).toMatchObject({ code: 0 });
  });
});

describe("on Enterprise Grid", () => {
  test("a person with several accounts is known by the id above them", async () => {
    const life = aLife({ hurry: 15_000 });
    life.world.addPerson("alice2", { person: { id: "W0ALICE", user: "UALICE2", name: "alice" } });
    await ask(life, "UALICE2", "start");
    await settle(life);
    const OPERATORS = `${sessionOf("alice")}=UALICE/W0ALICE,${sessionOf("bob")}=UBOB`;
    office = openOffice(life, { ...people, OPERATORS });
    expect(await office.type("alice", `approve ${name}`, name)).toMatchObject({
      code: 1,
      text: expect.stringContaining("You asked for this migration yourself"),
    });
    expect(await office.type("bob", `approve ${name}`, name)).toMatchObject({ code: 0 });
  });

  test("and by the user where only that was configured", () => {
    const inSlack = { id: "W0BOB", user: "UBOB", name: "Bob" };
    expect(isSamePerson(inSlack, { id: "T1:UBOB", user: "UBOB", name: "bob@example.com (AWS)" })).toBe(true);
    expect(isSamePerson(inSlack, { id: "T1:UCAROL", user: "UCAROL", name: "Bob" })).toBe(false);
  });
});

describe("whoever has an identity of another account", () => {
  const arn = sessionOf("eve", "999999999999");
  const look = () => JSON.stringify({ id: randomUUID(), kind: "command", command: { verb: "status", name } });

  beforeEach(() => {
    const key = { accessKeyId: "AKIAEVE", secretAccessKey: "secret of eve" };
    office.life.world.account.alter((turn) => {
      turn.state = givePersonKey(turn.state, key, { arn, statements: [] });
    });
  });

  test("may not even look", async () => {
    const words = look();
    expect(codes(await send(words, await signed("eve", words)))).toEqual(["operator.other-account"]);
  });

  test("may approve if OPERATORS names it", async () => {
    office = openOffice(office.life, {
      ...people,
      OPERATORS: `${people.OPERATORS},${arn}=UEVE`,
      OPERATOR_APPROVERS: "UEVE",
    });
    const key = { accessKeyId: "AKIAEVE", secretAccessKey: "secret of eve" };
    office.life.world.account.alter((turn) => {
      turn.state = givePersonKey(turn.state, key, { arn, statements: [] });
    });
    const words = await approving();
    expect(codes(await send(words, await signed("eve", words)))).toBe("said");
  });
});

test("an STS that does not answer is no reason to believe anybody", async () => {
  office.life.world.account.faults = ({ service }) => (service === "sts" ? "timeout-before" : undefined);
  const words = await approving();
  expect(codes(await send(words, await signed("bob", words)))).toEqual(["command.failed"]);
  expect(await approvals()).toEqual([]);

  // It was not spent: it can be sent again.
  office.life.world.account.faults = undefined;
  expect(codes(await send(words, await signed("bob", words)))).toBe("said");
});

test("whoever may not invoke the worker is told what they lack", async () => {
  const { account } = office.life.world;
  const key = { accessKeyId: "AKIAEVE", secretAccessKey: "secret of eve" };
  account.alter((turn) => {
    turn.state = givePersonKey(turn.state, key, {
      arn: sessionOf("eve"),
      statements: [{ Effect: "Deny", Action: "*", Resource: "*" }],
    });
  });
  expect(await office.type("eve", "status")).toMatchObject({
    code: 1,
    text: expect.stringContaining("lambda:InvokeFunction on the worker"),
  });
  expect(office.calls).toEqual([]);
});
