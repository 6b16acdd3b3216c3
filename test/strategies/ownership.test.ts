import { describe, expect, test } from "vitest";
import { plain } from "../../src/core/note.ts";
import { takeOvers } from "../../src/core/ownership.ts";
import { explain } from "../../src/core/problem.ts";
import { say as speak } from "../../src/core/sentences.ts";
import { isInstance } from "../../src/sim/aws/named.ts";
import { put } from "../../src/sim/aws/turn.ts";
import { ownershipOf } from "../../src/strategies/ownership.ts";
import {
  aLife,
  approve,
  ask,
  database,
  type Life,
  moveAll,
  name,
  press,
  say,
  serving,
  settle,
} from "../engine/life.ts";

type Tags = Readonly<Record<string, string>>;

const stack = (logicalId: string): Tags => ({
  "aws:cloudformation:stack-name": "db-prod",
  "aws:cloudformation:stack-id": "arn:aws:cloudformation:eu-west-1:123456789012:stack/db-prod/1",
  "aws:cloudformation:logical-id": logicalId,
});
const terraform = (address: string): Tags => ({ "encrypt-db:terraform": address });

const cluster = (tags: Tags) => ({ kind: "cluster" as const, name, tags });
const instance = (number: number, tags: Tags) => ({
  kind: "instance" as const,
  name: `${name}-${number}`,
  tags,
});

describe("by whose code a database was made", () => {
  test("is told by AWS's own tags for a stack, part by part", () => {
    expect(ownershipOf(cluster(stack("Orders")), [instance(1, stack("Writer")), instance(2, {})])).toEqual({
      stack: "db-prod",
      terraform: null,
      parts: [
        { kind: "cluster", name, logicalId: "Orders", address: null },
        { kind: "instance", name: `${name}-1`, logicalId: "Writer", address: null },
        { kind: "instance", name: `${name}-2`, logicalId: null, address: null },
      ],
    });
  });

  test.each([
    ["aws_rds_cluster.this", "aws_rds_cluster.this"],
    ["module.db.aws_rds_cluster.this/0", "module.db.aws_rds_cluster.this[0]"],
    [
      "module.db/eu.aws_rds_cluster_instance.this/one",
      'module.db["eu"].aws_rds_cluster_instance.this["one"]',
    ],
  ])("is told by the owner's tag for Terraform: %s", (tag, address) => {
    expect(ownershipOf(cluster(terraform(tag)), [])).toMatchObject({
      terraform: "said",
      parts: [{ address }],
    });
  });

  test.each(["yes", "aws_rds_cluster.this'; rm -rf .", "a.b $(id)", "a.b[0]", "", "../a.b"])(
    "is only guessed from a tag that is no address, which nobody should paste into a shell: %j",
    (tag) => {
      const { terraform: found, parts } = ownershipOf(cluster(terraform(tag)), []);
      expect(found).toBe("guessed");
      expect(parts).toEqual([expect.objectContaining({ address: null })]);
    },
  );

  test.each([
    { Terraform: "true" },
    { ManagedBy: "terraform" },
    { "managed-by": "OpenTofu" },
    { iac: "Terraform" },
  ])("is guessed from tags that people set: %j", (tags) => {
    expect(ownershipOf(cluster({}), [instance(1, tags as Tags)]).terraform).toBe("guessed");
  });

  test("is unknown without any of these, and then nothing of it is pinned", () => {
    const tags = { terraform: "false", ManagedBy: "the orders team", "encrypt-db:enrolled": "true" };
    expect(ownershipOf(cluster(tags), [instance(1, {})])).toEqual({
      stack: null,
      terraform: null,
      parts: [],
    });
  });
});

const target = { account: "123456789012", region: "eu-west-1", kind: "cluster" as const, name };
const keyArn = "arn:aws:kms:eu-west-1:123456789012:key/1";
const due = (of: ReturnType<typeof ownershipOf>, when: "before" | "after" = "after") =>
  takeOvers({ pinned: { ownership: of }, keyArn, target }, when).map(({ owner, lines }) => [
    owner,
    lines.join("\n"),
  ]);

describe("what is handed out", () => {
  test("for Terraform: the key as an ARN, what keeps it from replacing, and every part taken over by its name", () => {
    const of = ownershipOf(cluster(terraform("module.db.aws_rds_cluster.this/0")), [
      instance(1, terraform("module.db.aws_rds_cluster_instance.this/one")),
      instance(2, {}),
    ]);
    const [[owner, lines] = []] = due(of);
    expect(owner).toBe("Terraform");
    expect(lines).toContain(`kms_key_id          = "${keyArn}"`);
    for (const line of [
      "storage_encrypted   = true",
      "deletion_protection = true",
      "  prevent_destroy = true",
    ]) {
      expect(lines).toContain(line);
    }
    expect(lines).toContain("ignore_changes  = [snapshot_identifier, restore_to_point_in_time]");
    expect(lines).toContain(
      `terraform state rm 'module.db.aws_rds_cluster.this[0]'\nterraform import 'module.db.aws_rds_cluster.this[0]' ${name}`,
    );
    expect(lines).toContain(`terraform import 'module.db.aws_rds_cluster_instance.this["one"]' ${name}-1`);
    expect(lines).toContain(`terraform import 'ADDRESS-OF-${name}-2' ${name}-2`);
  });

  test("before the move: only what is changed in the code, for the names are the source's still", () => {
    const both = ownershipOf(cluster({ ...terraform("aws_rds_cluster.this"), ...stack("Orders") }), []);
    const text = JSON.stringify(due(both, "before"));
    expect(text).toContain("kms_key_id");
    expect(text).toContain("DeletionPolicy: Retain and UpdateReplacePolicy: Retain on Orders");
    expect(text).not.toMatch(/terraform import|change-set/);
  });

  test("for CloudFormation: drift, retained, let go of, and imported with the key, instances too", () => {
    const of = ownershipOf(cluster(stack("Orders")), [instance(1, stack("Writer"))]);
    const [[owner, lines = ""] = []] = due(of);
    expect(owner).toBe("CloudFormation");
    expect(lines).toContain("detect-stack-drift --region eu-west-1 --stack-name 'db-prod'");
    expect(lines).toContain(`StorageEncrypted: true, KmsKeyId: ${keyArn}, DeletionProtection: true`);
    expect(lines).toContain("--change-set-type IMPORT");
    const json = lines.slice(lines.indexOf("\n[\n") + 1, lines.lastIndexOf("]") + 1);
    expect(JSON.parse(json)).toEqual([
      {
        ResourceType: "AWS::RDS::DBCluster",
        LogicalResourceId: "Orders",
        ResourceIdentifier: { DBClusterIdentifier: name },
      },
      {
        ResourceType: "AWS::RDS::DBInstance",
        LogicalResourceId: "Writer",
        ResourceIdentifier: { DBInstanceIdentifier: `${name}-1` },
      },
    ]);
  });

  test("for CloudFormation: nothing is taken out before it is seen that it is retained, for a policy alone may change nothing", () => {
    const [[, lines = ""] = []] = due(ownershipOf(cluster(stack("Orders")), [instance(1, stack("Writer"))]));
    const at = "--region eu-west-1 --stack-name 'db-prod'";
    const order = [
      "UpdateReplacePolicy: Retain on Orders, Writer",
      "with a line of Metadata",
      `aws cloudformation get-template ${at}`,
      "# 2. ",
      "PolicyAction Retain",
      "# 3. ",
      "DeletionPolicy: Retain, StorageEncrypted: true",
      "--change-set-type IMPORT",
      "\n]\n",
      `aws cloudformation execute-change-set ${at} --change-set-name take-over-${name}`,
    ].map((line) => lines.indexOf(line));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  test("is cut where a message would not hold it, and says of what it is left out", () => {
    const many = Array.from({ length: 15 }, (_, index) => instance(index + 1, {}));
    const [[, lines = ""] = []] = due(ownershipOf(cluster(terraform("a.b")), many));
    expect(lines).toContain(`${name}-7\n# and the same for ${name}-8, ${name}-9`);
  });

  test("is nothing where nobody owns it", () => {
    expect(due(ownershipOf(cluster({}), []))).toEqual([]);
  });
});

/** Its owner, or AWS, tags the database, past everything. */
function tag({ world, source }: Life, tags: Tags): void {
  world.account.alter((turn) => {
    const { clusters, instances } = turn.state;
    const found = clusters[source.resourceId] ?? instances[source.resourceId];
    if (!found) throw new Error("the source is gone");
    const added = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const TagList = [...(found.settings.TagList ?? []), ...added];
    const changed = { ...found, settings: { ...found.settings, TagList } };
    put(turn, isInstance(found) ? "instances" : "clusters", changed as never);
  });
}

const both = { ...stack("Orders"), ...terraform("module.db.aws_rds_cluster.this/0") };

describe("a move of what code has made", () => {
  test.each(["aurora-point-in-time", "rds-snapshot-copy", "rds-dump-restore"])(
    "warns before it, and tells at its end what is due: %s",
    async (of) => {
      const life = aLife({ hurry: 60_000, of });
      tag(life, both);
      const end = await moveAll(life);
      expect(end).toMatchObject({ status: "finished" });
      const found = end?.findings.filter(({ code }) => code.startsWith("ownership."));
      expect(found?.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
        "warns ownership.stack",
        "warns ownership.terraform",
      ]);
      const said = found?.map((one) => explain(one, plain).why).join("\n");
      expect(said).toContain("AWS's own tags, by which this is known, are not on the replacement");
      expect(said).toContain("Terraform manages orders-prod (module.db.aws_rds_cluster.this[0])");
      const told = end?.journal.find(({ what }) => what.code === "event.take-over");
      expect(told && speak(told.what, plain)).toContain("made by code (Terraform, CloudFormation: db-prod)");
      const opened = end?.journal.find(({ what }) => what.code === "event.opened");
      expect(told?.seq).toBeGreaterThan(opened?.seq ?? Number.POSITIVE_INFINITY);
      const tags = serving(life).settings.TagList?.map(({ Key }) => Key);
      expect(tags).toContain("encrypt-db:terraform");
      expect(tags).not.toContain("aws:cloudformation:stack-name");
    },
  );

  test("of nobody's code says nothing of it", async () => {
    const end = await moveAll(aLife({ hurry: 60_000 }));
    expect(JSON.stringify([end?.findings, end?.journal])).not.toMatch(/ownership|take-over/);
    expect(end?.pinned.ownership).toEqual({ stack: null, terraform: null, parts: [] });
  });

  test("that somebody takes into code after the approval is approved anew", async () => {
    const life = aLife({ hurry: 60_000 });
    await ask(life, "UALICE", "start");
    await settle(life);
    tag(life, stack("Orders"));
    await press(life, "UBOB", approve("begin"));
    const open = await settle(life);
    const changed = open?.journal.find(({ what }) => what.code === "event.plan-changed");
    expect(changed?.what.params.differences).toContain("stack");
    expect(open?.approvals.filter(({ planHash }) => planHash === open.planHash)).toEqual([]);
  });

  test("is only noted where it is rehearsed: nobody's name is given away", async () => {
    const life = aLife({ hurry: 60_000 });
    tag(life, both);
    await say(life, "UALICE", { verb: "rehearse", name, key: null, strategy: null });
    await settle(life);
    const open = await life.world.store.loadOpen(database);
    const found = open?.findings.filter(({ code }) => code.startsWith("ownership."));
    expect(found?.map(({ severity }) => severity)).toEqual(["notes", "notes"]);
  });
});
