import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { destroyStatements, type Scope } from "../../src/aws/permissions.ts";
import { findSecretReads } from "../../src/aws/secret-reads.ts";
import type { Ref, Tags } from "../../src/core/cloud.ts";
import { isAllowed } from "../../src/sim/aws/iam/evaluate.ts";
import type { Cluster } from "../../src/sim/aws/state.ts";
import { membersOf, put } from "../../src/sim/aws/turn.ts";
import { gateway } from "./gateway.ts";
import { marks, narrowed, ref } from "./narrowed.ts";

const condemned = { ...marks, "encrypt-db:role": "condemned" };

type Laboratory = ReturnType<typeof narrowed>;

/** A retired cluster without instances and without protection, as it is right before its deletion. */
function emptied(lab: Laboratory, tags: Tags): Cluster {
  const cluster = lab.marked("orders-old-m00001", tags);
  lab.account.alter((turn) => {
    for (const { resourceId } of membersOf(turn.state, cluster.resourceId)) {
      const { [resourceId]: _deleted, ...instances } = turn.state.instances;
      turn.state = { ...turn.state, instances };
    }
    put(turn, "clusters", { ...cluster, settings: { ...cluster.settings, DeletionProtection: false } });
  });
  return cluster;
}

const deletions = ({ account }: Laboratory) =>
  account.ledger.filter(({ operation, outcome }) => /^DeleteDB/.test(operation) && outcome === "ok");

describe("what is condemned", () => {
  test("is deleted with its automated backups kept, and without another snapshot", async () => {
    const lab = narrowed();
    const cluster = emptied(lab, condemned);
    await lab.act().decommission(ref(cluster));
    expect(deletions(lab)).toMatchObject([
      {
        operation: "DeleteDBCluster",
        input: {
          DBClusterIdentifier: "orders-old-m00001",
          SkipFinalSnapshot: true,
          DeleteAutomatedBackups: false,
        },
      },
    ]);
    expect(lab.account.ledger.at(-1)?.callerArn).toMatch(/assumed-role\/encrypt-db-destroy\//);
  });

  test("is deleted as an instance as well", async () => {
    const lab = narrowed();
    const instance = lab.markedInstance("ledger-old-m00001", condemned);
    lab.account.alter((turn) =>
      put(turn, "instances", { ...instance, settings: { ...instance.settings, DeletionProtection: false } }),
    );
    const { id: name, resourceId } = instance;
    await lab.act().decommission({ kind: "instance", name, resourceId });
    expect(deletions(lab)).toMatchObject([
      { operation: "DeleteDBInstance", input: { SkipFinalSnapshot: true, DeleteAutomatedBackups: false } },
    ]);
  });

  test("is not reached once somebody has marked it otherwise within the same second", async () => {
    const lab = narrowed(() => {
      lab.alterCluster(cluster, (found) => ({
        ...found,
        settings: {
          ...found.settings,
          TagList: Object.entries({ ...condemned, "encrypt-db:role": "retired" }).map(([Key, Value]) => ({
            Key,
            Value,
          })),
        },
      }));
    });
    const cluster = emptied(lab, condemned);
    const late = lab.act().decommission(ref(cluster));
    await expect(late).rejects.toMatchObject({ kind: "refused", code: "AccessDenied" });
  });

  test("is not what has its name meanwhile", async () => {
    const lab = narrowed();
    const cluster = emptied(lab, condemned);
    const other: Ref = { ...ref(cluster), resourceId: "cluster-OTHER" };
    await expect(lab.act().decommission(other)).rejects.toMatchObject({ code: "OtherResource" });
    expect(deletions(lab)).toEqual([]);
  });
});

test.each([
  ["is only retired", { ...marks, "encrypt-db:role": "retired" }],
  ["is a replacement", { ...marks, "encrypt-db:role": "replacement" }],
  ["was condemned by another migration", { ...condemned, "encrypt-db:migration": "m00002" }],
  ["carries no mark", { "encrypt-db:enrolled": "true" }],
])("nothing is deleted that %s", async (_, tags) => {
  const lab = narrowed();
  const cluster = emptied(lab, tags);
  const refused = lab.act().decommission(ref(cluster));
  await expect(refused).rejects.toMatchObject({ kind: "mismatch", code: "NotCondemned" });
  expect(deletions(lab)).toEqual([]);
});

test("whoever only looks deletes nothing", async () => {
  const { cloudFor } = gateway();
  const look = cloudFor({ effect: "reads" });
  const source = { kind: "cluster", name: "orders-old-m00001", resourceId: "cluster-X" } as const;
  await expect(look.decommission(source)).rejects.toThrow("declared to read");
});

const scope: Scope = {
  partition: "aws",
  account: "123456789012",
  region: "eu-west-1",
  keyArns: [],
  monitoringRoleArns: [],
  clusterRoleArns: [],
  backup: null,
};

describe("the role that destroys", () => {
  const mayDelete = (tags: Tags) => {
    const context = Object.fromEntries(
      Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]),
    );
    const resource = "arn:aws:rds:eu-west-1:123456789012:cluster:orders-old-m00001";
    return isAllowed([destroyStatements(scope)], { action: "rds:DeleteDBCluster", resource, context });
  };

  test("deletes what is enrolled and condemned", () => {
    expect(mayDelete(condemned)).toBe(true);
  });

  test.each([
    ["its owner has taken the enrolment back", { ...condemned, "encrypt-db:enrolled": "false" }],
    ["no migration has marked it", { "encrypt-db:enrolled": "true", "encrypt-db:role": "condemned" }],
    ["it is only retired", { ...marks, "encrypt-db:role": "retired" }],
  ])("does not where %s", (_, tags) => {
    expect(mayDelete(tags)).toBe(false);
  });
});

describe("who reads a secret", () => {
  const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-1";

  /** Secrets Manager on a port, which answers this. */
  async function asking(status: number, answer: object) {
    const heard: { target: unknown; body: unknown; signed: unknown }[] = [];
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        const { "x-amz-target": target, authorization: signed } = request.headers;
        heard.push({ target, signed, body: JSON.parse(body) });
        response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
        response.end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    const endpoint = `http://127.0.0.1:${port}`;
    const credentials = { accessKeyId: "AKIA", secretAccessKey: "secret" };
    const origin = async () => ({ region: "eu-west-1", endpoint, credentials });
    try {
      return { found: await findSecretReads({ origin, describeSecret: undefined }, Date.now, arn), heard };
    } finally {
      server.close();
    }
  }

  test("is told by the day, from a signed call that reads nothing of what is in it", async () => {
    const { found, heard } = await asking(200, { LastAccessedDate: 86_400, LastRotatedDate: 90_000.5 });
    expect(found).toEqual({ lastRead: 86_400_000, lastRotated: 90_000_500 });
    expect(heard).toMatchObject([{ target: "secretsmanager.DescribeSecret", body: { SecretId: arn } }]);
    expect(heard[0]?.signed).toContain("/eu-west-1/secretsmanager/aws4_request");
  });

  test("is nobody where it was never read", async () => {
    expect((await asking(200, { ARN: arn })).found).toEqual({ lastRead: null, lastRotated: null });
  });

  test("is nothing where there is no such secret, and a fault where it may not be asked for", async () => {
    expect((await asking(400, { __type: "ResourceNotFoundException" })).found).toBeUndefined();
    await expect(asking(400, { __type: "AccessDeniedException" })).rejects.toMatchObject({
      kind: "refused",
      code: "AccessDeniedException",
    });
  });
});
