import { describe, expect, test } from "vitest";
import type { Account } from "../../src/sim/aws/account.ts";
import type { Attachments } from "../../src/sim/aws/attachments.ts";
import * as attach from "../../src/sim/aws/seeds/attach.ts";
import { addKey } from "../../src/sim/aws/seeds/furniture.ts";
import type { Cluster, ClusterSettings } from "../../src/sim/aws/state.ts";
import { membersOf, put, type Turn } from "../../src/sim/aws/turn.ts";
import { FastWorld, type FastWorldOptions } from "../../src/sim/fast-world.ts";
import { hangEverything, hanging } from "../engine/hanging.ts";
import {
  approve,
  ask,
  type Life,
  lastNotice,
  lifeIn,
  moveAll,
  name,
  newest,
  press,
  settle,
} from "../engine/life.ts";
import { stoppingWhen } from "../engine/stopping.ts";

const hurry = 60_000;

type Hang = (turn: Turn, source: Cluster) => void;

interface ClusterLife extends Life {
  readonly source: Cluster;
}

function lifeWith(hang: Hang, options: FastWorldOptions = { hurry }): ClusterLife {
  const world = new FastWorld(options);
  const source = world.addCluster({ id: name });
  world.account.alter((turn) => hang(turn, source));
  return { ...lifeIn(world, source), source };
}

function lifeWithEverything(options: FastWorldOptions = { hurry }): ClusterLife {
  const world = new FastWorld(options);
  const source = world.addCluster({ id: name });
  hangEverything(world.account, source);
  return { ...lifeIn(world, source), source };
}

function serving({ world: { account } }: Life): Cluster {
  const found = Object.values(account.state.clusters).find(({ id }) => id === name);
  if (!found) throw new Error(`nothing is named ${name}`);
  return found;
}

/** The migration stands where this step is done, and its executor is gone. */
async function standing(life: Life, step: string): Promise<void> {
  const { deps, hasStopped } = stoppingWhen(
    life.world.deps,
    ({ steps }) => typeof steps[step]?.doneAt === "number",
  );
  await moveAll(life, deps).catch((fault) => {
    if (!hasStopped()) throw fault;
  });
  if (!hasStopped()) throw new Error(`${step} never was done`);
}

const goOn = (life: Life) => settle(life, { deps: life.world.executor() });

function set(turn: Turn, of: Cluster, settings: Partial<ClusterSettings>): void {
  put(turn, "clusters", { ...of, settings: { ...of.settings, ...settings } });
}

function keep<K extends keyof Attachments>(turn: Turn, kind: K, kept: Attachments[K]): void {
  turn.state = { ...turn.state, attachments: { ...turn.state.attachments, [kind]: kept } };
}

const anyKey = (turn: Turn) => addKey(turn, {}).arn;

/** What hangs on a cluster, and how it can be lost without a word. */
const items: readonly [what: string, Hang, lose: (turn: Turn, replacement: Cluster) => void][] = [
  [
    "an IAM role",
    (turn, source) => attach.attachRole(turn, source, "import"),
    (turn, replacement) => set(turn, replacement, { AssociatedRoles: [] }),
  ],
  [
    "a custom endpoint",
    (turn, source) => attach.attachCustomEndpoint(turn, source, "reports"),
    (turn) => keep(turn, "customEndpoints", []),
  ],
  [
    "the members of a custom endpoint",
    (turn, source) => {
      const [first] = membersOf(turn.state, source.resourceId);
      attach.attachCustomEndpoint(turn, source, "reports", {
        type: "ANY",
        excludedMembers: [first?.resourceId ?? ""],
      });
    },
    (turn) =>
      keep(
        turn,
        "customEndpoints",
        turn.state.attachments.customEndpoints.map((one) => ({ ...one, excludedMembers: [] })),
      ),
  ],
  [
    "a proxy",
    (turn, source) => attach.attachProxy(turn, source, "front"),
    (turn) =>
      keep(
        turn,
        "proxies",
        turn.state.attachments.proxies.map((one) => ({ ...one, target: null })),
      ),
  ],
  [
    "a managed master secret",
    (turn, source) => void attach.attachManagedSecret(turn, source),
    (turn, replacement) => {
      const { MasterUserSecret: _, ...settings } = replacement.settings;
      put(turn, "clusters", { ...replacement, settings });
    },
  ],
  [
    "the key of a managed master secret",
    (turn, source) => void attach.attachManagedSecret(turn, source, anyKey(turn)),
    (turn, replacement) => {
      const { MasterUserSecret: secret } = replacement.settings;
      if (!secret) throw new Error("it has no secret");
      set(turn, replacement, { MasterUserSecret: { ...secret, KmsKeyId: "arn:aws:kms:another" } });
    },
  ],
  [
    "an activity stream",
    (turn, source) => attach.attachActivityStream(turn, source, anyKey(turn)),
    (turn, replacement) => set(turn, replacement, { ActivityStreamStatus: "stopped" }),
  ],
  [
    "the key of an activity stream",
    (turn, source) => attach.attachActivityStream(turn, source, anyKey(turn)),
    (turn, replacement) => set(turn, replacement, { ActivityStreamKmsKeyId: "arn:aws:kms:another" }),
  ],
];

describe.each(items)("%s", (_what, hang, lose) => {
  // The role is given the use of the keys that were there when the world was made.
  const options = { hurry, unnarrowed: true } as const;

  test("is carried over", async () => {
    const life = lifeWith(hang, options);
    const before = hanging(life.world.account, name);
    const moved = await moveAll(life);
    expect(moved).toMatchObject({ status: "finished", problem: null });
    expect(serving(life).resourceId).not.toBe(life.source.resourceId);
    expect(hanging(life.world.account, name)).toEqual(before);
  });

  test("is on the source again after a rollback", async () => {
    const life = lifeWith(hang, options);
    const before = hanging(life.world.account, name);
    await standing(life, "last-look");
    await ask(life, "UBOB", "rollback");
    expect((await goOn(life))?.status).toBe("rolled-back");
    expect(serving(life).resourceId).toBe(life.source.resourceId);
    expect(hanging(life.world.account, name)).toEqual(before);
  });

  test("that AWS loses without a word lets nobody in", async () => {
    const life = lifeWith(hang, options);
    await standing(life, "verify-restorable");
    life.world.account.alter((turn) => lose(turn, serving(life)));
    const stuck = await goOn(life);
    expect(stuck?.problem?.code).toBe("attached.missing");
    expect(stuck?.steps.open).toBeUndefined();
    await ask(life, "UBOB", "rollback");
    expect((await goOn(life))?.status).toBe("rolled-back");
  });
});

describe("what goes by the name or reaches past the groups", () => {
  test("the Data API is off from the fence until after the opening, and then on", async () => {
    const life = lifeWith((turn, source) => attach.attachDataApi(turn, source));
    await standing(life, "last-look");
    const { clusters } = life.world.account.state;
    expect(Object.values(clusters).map(({ settings }) => settings.HttpEndpointEnabled)).toEqual([
      false,
      false,
    ]);
    expect((await goOn(life))?.status).toBe("finished");
    expect(serving(life).settings.HttpEndpointEnabled).toBe(true);
    expect(life.world.account.state.clusters[life.source.resourceId]?.settings.HttpEndpointEnabled).toBe(
      false,
    );
  });

  test("what is written through the Data API after T1, by somebody who turned it on again, is caught before the opening", async () => {
    const life = lifeWith((turn, source) => attach.attachDataApi(turn, source));
    await standing(life, "still-quiet");
    const { account, servers } = life.world;
    account.alter((turn) => {
      const source = turn.state.clusters[life.source.resourceId];
      if (!source) throw new Error("there is no source");
      put(turn, "clusters", { ...source, settings: { ...source.settings, HttpEndpointEnabled: true } });
    });
    const writer = Object.values(account.state.instances).find(
      ({ cluster, writer: writes }) => cluster === life.source.resourceId && writes,
    );
    servers.commit(writer?.resourceId ?? "", { kind: "put", key: "through the Data API", value: "late" });
    const end = await goOn(life);
    expect(end?.status).toBe("stuck");
    expect(end?.problem?.code).toMatch(/^(proof|verify)\./);
    expect(end?.steps.open?.begunAt ?? null).toBeNull();
  });

  test("the Data API is on again after a rollback", async () => {
    const life = lifeWith((turn, source) => attach.attachDataApi(turn, source));
    await standing(life, "restore");
    await ask(life, "UBOB", "rollback");
    expect((await goOn(life))?.status).toBe("rolled-back");
    expect(serving(life).settings.HttpEndpointEnabled).toBe(true);
  });

  test("the Data API that does not come on is said, and not taken for done", async () => {
    const life = lifeWith((turn, source) => attach.attachDataApi(turn, source));
    await standing(life, "endpoint-answers");
    const { account } = life.world;
    account.faults = ({ operation }) =>
      operation === "EnableHttpEndpoint" ? { code: "AccessDenied", status: 403 } : undefined;
    expect((await goOn(life))?.problem?.code).toBe("step.refused");
  });

  test("no reader is added to what has the name while it is moved, and one is afterwards", async () => {
    const life = lifeWith((turn, source) => attach.attachReaderAutoscaling(turn, source, 3, 5));
    const scaled = () =>
      Object.values(life.world.account.state.instances).filter(({ id }) => id.startsWith("application-auto"));
    await standing(life, "last-look");
    expect(scaled()).toEqual([]);
    expect((await goOn(life))?.status).toBe("finished");
    await life.world.deps.clock.sleep(20 * 60_000);
    await life.world.account.advance();
    expect(scaled().map(({ cluster }) => cluster)).toEqual([
      serving(life).resourceId,
      serving(life).resourceId,
    ]);
    expect(hanging(life.world.account, name).scaling?.suspended).toEqual({
      in: false,
      out: false,
      scheduled: false,
    });
  });

  test("scaling that somebody had suspended stays so", async () => {
    const suspended = { in: false, out: true, scheduled: false };
    const life = lifeWith((turn, source) => {
      attach.attachReaderAutoscaling(turn, source);
      const [target] = turn.state.attachments.autoscaling;
      keep(turn, "autoscaling", target ? [{ ...target, suspended }] : []);
    });
    expect((await moveAll(life))?.status).toBe("finished");
    expect(hanging(life.world.account, name).scaling?.suspended).toEqual(suspended);
  });

  test("a reader that autoscaling made is fenced, left as it is, and not made again", async () => {
    const life = lifeWith((turn, source) => {
      attach.attachReaderAutoscaling(turn, source, 0, 4);
      const [, reader] = membersOf(turn.state, source.resourceId);
      if (!reader) throw new Error("there is no reader");
      const TagList = [{ Key: "application-autoscaling:resourceId", Value: `cluster:${source.id}` }];
      put(turn, "instances", {
        ...reader,
        id: "application-autoscaling-1",
        settings: { ...reader.settings, TagList },
      });
    });
    expect((await moveAll(life))?.status).toBe("finished");
    const { instances } = life.world.account.state;
    const of = (cluster: string) => Object.values(instances).filter((one) => one.cluster === cluster);
    expect(of(serving(life).resourceId).map(({ id }) => id)).toEqual([`${name}-1`]);
    const [scaled] = of(life.source.resourceId).filter(({ id }) => id === "application-autoscaling-1");
    expect(scaled?.settings.TagList).toHaveLength(1);
  });

  test("proxies reach the replacement at the end, and nobody else's do", async () => {
    const life = lifeWithEverything();
    const other = life.world.addCluster({ id: "other" });
    life.world.account.alter((turn) => attach.attachProxy(turn, other, "others"));
    expect((await moveAll(life))?.status).toBe("finished");
    const targets = life.world.account.state.attachments.proxies.map(({ proxy, target }) => [
      proxy.DBProxyName,
      target?.cluster,
    ]);
    expect(targets).toEqual([
      [`${name}-proxy`, serving(life).resourceId],
      ["others", other.resourceId],
    ]);
    expect(hanging(life.world.account, "other").proxies).toEqual(["others"]);
  });

  test("a proxy that is refused after the opening is said", async () => {
    const life = lifeWith((turn, source) => attach.attachProxy(turn, source, "front"));
    await standing(life, "endpoint-answers");
    life.world.account.alter((turn) => {
      const secret = {
        AuthScheme: "SECRETS" as const,
        SecretArn: "arn:aws:secretsmanager:x:1:secret:rds!other",
      };
      const proxies = turn.state.attachments.proxies;
      keep(
        turn,
        "proxies",
        proxies.map((one) => ({ ...one, proxy: { ...one.proxy, Auth: [secret] } })),
      );
    });
    expect((await goOn(life))?.problem?.code).toBe("attached.proxy-refused");
  });
});

describe("before anything is touched", () => {
  async function refusal(hang: Hang): Promise<string[]> {
    const life = lifeWith(hang);
    await ask(life, "UALICE", "start");
    await settle(life);
    const notice = lastNotice(life);
    expect(await newest(life)).toBeUndefined();
    return notice?.kind === "problems" ? notice.problems.map(({ code }) => code) : [];
  }

  test.each<[string, Hang, string]>([
    [
      "a proxy that its owner has not enrolled",
      (turn, source) => attach.attachProxy(turn, source, "front", { tags: {} }),
      "attached.not-enrolled",
    ],
    [
      "a custom endpoint that its owner has not enrolled",
      (turn, source) => attach.attachCustomEndpoint(turn, source, "reports", { tags: { a: "b" } }),
      "attached.not-enrolled",
    ],
    [
      "a proxy that logs in with the managed master secret",
      (turn, source) =>
        attach.attachProxy(turn, source, "front", { secrets: [attach.attachManagedSecret(turn, source)] }),
      "attached.proxy-secret",
    ],
    [
      "a custom endpoint with a member that is not made again",
      (turn, source) => {
        const [, reader] = membersOf(turn.state, source.resourceId);
        if (!reader) throw new Error("there is no reader");
        const TagList = [{ Key: "application-autoscaling:resourceId", Value: "cluster:x" }];
        put(turn, "instances", { ...reader, settings: { ...reader.settings, TagList } });
        attach.attachCustomEndpoint(turn, source, "reports", { staticMembers: [reader.resourceId] });
      },
      "attached.endpoint-member",
    ],
    [
      "a zero-ETL integration, which belongs to the old cluster",
      (turn, source) => attach.attachIntegration(turn, source, "lake"),
      "attached.zero-etl",
    ],
  ])("%s is refused", async (_what, hang, code) => {
    expect(await refusal(hang)).toContain(code);
  });

  test("the plan says what cannot stay the same, and for whom", async () => {
    const life = lifeWithEverything();
    await ask(life, "UALICE", "plan");
    await settle(life);
    const notice = lastNotice(life);
    const remarks = notice?.kind === "plan" ? notice.plan.remarks.map(({ code }) => code) : [];
    for (const code of ["secret", "stream", "roles", "subscriptions", "alarms", "proxies"]) {
      expect(remarks).toContain(`remark.${code}`);
    }
  });

  test.each<[string, (account: Account, source: Cluster) => void]>([
    ["a role", (account, source) => account.alter((turn) => attach.attachRole(turn, source, "late"))],
    ["a proxy", (account, source) => account.alter((turn) => attach.attachProxy(turn, source, "late"))],
    [
      "a custom endpoint",
      (account, source) => account.alter((turn) => attach.attachCustomEndpoint(turn, source, "late")),
    ],
  ])("%s that comes after the plan was approved voids the approval", async (_what, hang) => {
    const life = lifeWithEverything();
    await ask(life, "UALICE", "start");
    await settle(life);
    await press(life, "UBOB", approve("begin"));
    const waiting = await settle(life);
    hang(life.world.account, life.source);
    await press(life, "UBOB", approve("cutover"));
    const replanned = await settle(life);
    expect(replanned?.planHash).not.toBe(waiting?.planHash);
    expect(replanned?.downtimeBegan).toBeNull();
  });
});
