import { describe, expect, test } from "vitest";
import { CloudFault } from "../../src/core/cloud.ts";
import type { Leftover } from "../../src/core/leftover.ts";
import { plain } from "../../src/core/note.ts";
import { note, say } from "../../src/core/sentences.ts";
import { days, hours } from "../../src/core/time.ts";
import { addKey } from "../../src/sim/aws/seeds/furniture.ts";
import type { Cluster } from "../../src/sim/aws/state.ts";
import { membersOf, put } from "../../src/sim/aws/turn.ts";
import { fenceGroup } from "../../src/sim/fast-world.ts";
import { strategies } from "../../src/strategies/index.ts";
import { executorAround } from "../engine/executor.ts";
import { approve, lastNotice, newest, press, serving, settle } from "../engine/life.ts";
import { stoppingWhen } from "../engine/stopping.ts";

import {
  alter,
  approvedUntil,
  copyOf,
  decommissionAll,
  intrude,
  type Kept,
  keptAfterMove,
  picture,
  proposed,
  snapshotsIn,
  sourceIn,
  write,
  writerIn,
} from "./decommissioning.ts";

/** Nothing was begun, and whoever asked was told this. */
async function expectRefused(kept: Kept, code: string, deps = kept.executor()) {
  expect(await proposed(kept, deps)).toBeUndefined();
  const notice = lastNotice(kept.life);
  expect(notice).toMatchObject({ kind: "problems", problems: [expect.objectContaining({ code })] });
  expect(sourceIn(kept)).toMatchObject({ status: "available" });
}

/** It goes no further than this, and the source is still there. */
async function expectStuck(kept: Kept, code: string) {
  const end = await settle(kept.life, { deps: kept.executor() });
  expect(end).toMatchObject({ status: "stuck", problem: { code } });
  expect(sourceIn(kept)).toMatchObject({ status: "available" });
}

describe.each(strategies.map(({ id }) => id))("after a move by %s", (of) => {
  test("the source is gone, kept in a last snapshot under its own key; the replacement is as before", async () => {
    const kept = await keptAfterMove({ of });
    const { life } = kept;
    const before = picture(kept);
    const source = sourceIn(kept);
    const end = await decommissionAll(kept);
    expect(end).toMatchObject({ status: "finished", downtimeBegan: null });
    expect(sourceIn(kept)).toBeUndefined();
    const { [`${Object.keys(before.all).find((one) => one.includes("-old-"))}`]: _gone, ...others } =
      before.all;
    expect(picture(kept).all).toEqual(others);
    expect(life.clients.missingFrom(serving(life).resourceId)).toEqual([]);
    const last = snapshotsIn(kept).find(({ id }) => id === `orders-prod-last-${end?.id}`);
    expect(last).toMatchObject({ status: "available", storageKey: source?.storageKey });
    expect(life.world.servers.instances().some(({ volume }) => volume === source?.resourceId)).toBe(false);
  });

  test("its automated backups are kept for their time", async () => {
    const kept = await keptAfterMove({ of });
    await decommissionAll(kept);
    const deletions = kept.life.world.account.ledger.filter(({ operation }) => /^DeleteDB/.test(operation));
    expect(deletions.at(-1)?.input).toMatchObject({ SkipFinalSnapshot: true, DeleteAutomatedBackups: false });
  });

  test("going back before the deletion protects the source again, and it is the move's again", async () => {
    const kept = await keptAfterMove({ of });
    const before = picture(kept);
    await approvedUntil(kept, "unprotect-retired");
    expect(sourceIn(kept)?.settings.DeletionProtection).toBe(false);
    const deps = kept.executor();
    await press(kept.life, "UBOB", { does: "rollback" });
    expect(await settle(kept.life, { deps })).toMatchObject({ status: "rolled-back" });
    expect(sourceIn(kept)?.settings.DeletionProtection).toBe(true);
    expect(tagsOf(kept)).toMatchObject({
      "encrypt-db:role": "retired",
      "encrypt-db:migration": kept.move.id,
    });
    expect(picture(kept).serving).toEqual(before.serving);
    kept.copies.push(copyOf(kept));
    expect(await decommissionAll(kept)).toMatchObject({ status: "finished" });
  });
});

function tagsOf(kept: Kept): Record<string, string> {
  const tags = sourceIn(kept)?.settings.TagList ?? [];
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}

describe("nobody is asked for an approval", () => {
  test("before the time is over for which the source is kept", async () => {
    const kept = await keptAfterMove({ waits: days(13) });
    await expectRefused(kept, "decommission.retained");
    await kept.life.world.deps.clock.sleep(days(2));
    kept.copies.push(copyOf(kept));
    expect(await proposed(kept)).toMatchObject({ status: "open" });
  });

  test("where no copy of the replacement is in the other account", async () => {
    const kept = await keptAfterMove();
    kept.copies.length = 0;
    await expectRefused(kept, "decommission.no-copy");
  });

  test("where the only copy is of the database that had the name before", async () => {
    const kept = await keptAfterMove();
    const before = (kept.move.downtimeEnded ?? 0) - 1;
    kept.copies.splice(0, 1, copyOf(kept, { createdAt: before }));
    await expectRefused(kept, "decommission.no-copy");
  });

  test("where copies have ceased to come", async () => {
    const kept = await keptAfterMove();
    const createdAt = kept.life.world.clock.now() - days(8);
    kept.copies.splice(0, 1, copyOf(kept, { createdAt }));
    await expectRefused(kept, "decommission.copy-old");
  });

  test.each([
    ["is not whole", { status: "PARTIAL" }],
    ["is not encrypted", { encrypted: false, keyArn: null }],
    ["is under a key of this account", { keyArn: "arn:aws:kms:eu-west-1:123456789012:key/k" }],
  ])("where the only copy %s", async (_, given) => {
    const kept = await keptAfterMove();
    kept.copies.splice(0, 1, copyOf(kept, given));
    await expectRefused(kept, "decommission.copy-unfit");
  });

  test("where a newer copy has failed, but for the one before it", async () => {
    const kept = await keptAfterMove();
    kept.copies.push(copyOf(kept, { createdAt: kept.life.world.clock.now(), status: "PARTIAL" }));
    const open = await proposed(kept);
    expect(open?.pinned.copy).toMatchObject({ arn: kept.copies[0]?.arn });
  });

  test("where no other account is configured", async () => {
    const kept = await keptAfterMove();
    const deps = kept.executor();
    const alone = { ...deps, environment: { ...deps.environment, backup: null } };
    await expectRefused(kept, "decommission.no-account", alone);
  });

  test("where somebody is connected to the source", async () => {
    const kept = await keptAfterMove();
    intrude(kept, "reports");
    await expectRefused(kept, "decommission.sessions");
    expect(JSON.stringify(lastNotice(kept.life))).toContain("reports");
  });

  test("where there is no room for a last snapshot, and nobody is stopped by that one itself", async () => {
    const kept = await keptAfterMove();
    const taken = snapshotsIn(kept).length;
    quotaOf(kept, taken);
    await expectRefused(kept, "quota.exhausted");
    quotaOf(kept, taken + 1);
    expect(await decommissionAll(kept)).toMatchObject({ status: "finished" });
  });

  test("where a replica hangs on the source", async () => {
    const kept = await keptAfterMove({ of: "rds-snapshot-copy" });
    const { account, deps } = kept.life.world;
    await account.handle("rds", "CreateDBInstanceReadReplica", {
      DBInstanceIdentifier: "orders-reports",
      SourceDBInstanceIdentifier: kept.retired,
    });
    await deps.clock.sleep(hours(2));
    kept.copies.push(copyOf(kept));
    await expectRefused(kept, "decommission.replicas");
  });

  test("where somebody has written to the source since the move", async () => {
    const kept = await keptAfterMove();
    write(kept);
    await expectRefused(kept, "decommission.written");
  });

  test("where somebody has lifted the fence", async () => {
    const kept = await keptAfterMove();
    openTo(kept, "sg-application");
    await expectRefused(kept, "decommission.opened");
  });

  test("where the source is under another name", async () => {
    const kept = await keptAfterMove();
    alter(kept, kept.life.source, () => ({ id: "orders-archive" }));
    await expectRefused(kept, "decommission.renamed");
  });

  test("where another migration has marked the source", async () => {
    const kept = await keptAfterMove();
    retag(kept, { "encrypt-db:role": "source", "encrypt-db:migration": "m99999" });
    await expectRefused(kept, "decommission.other-marks");
  });

  test("where the owner has taken the enrolment back", async () => {
    const kept = await keptAfterMove();
    retag(kept, { "encrypt-db:enrolled": "false" });
    await expectRefused(kept, "target.not-enrolled");
  });

  test("where the source is not there any more, whatever has its name", async () => {
    const kept = await keptAfterMove({ of: "rds-snapshot-copy" });
    const { world } = kept.life;
    await deleteByHand(kept);
    world.addInstance({ id: kept.retired });
    expect(await proposed(kept)).toBeUndefined();
    expect(lastNotice(kept.life)).toMatchObject({ problems: [{ code: "decommission.gone" }] });
    expect(serving(kept.life, kept.retired)).toMatchObject({ status: "available" });
  });

  test("where another database answers under the name than the one that took the source's place", async () => {
    const kept = await keptAfterMove();
    introduceOther(kept);
    await expectRefused(kept, "decommission.replacement-silent");
  });

  test("where the replacement could be deleted", async () => {
    const kept = await keptAfterMove();
    alter(kept, serving(kept.life), (found) => ({
      settings: { ...found.settings, DeletionProtection: false },
    }));
    await expectRefused(kept, "decommission.replacement-unprotected");
  });

  test("where the replacement is under another key than the move's", async () => {
    const kept = await keptAfterMove();
    const arn = "arn:aws:kms:eu-west-1:123456789012:key/another";
    alter(kept, serving(kept.life), () => ({ storageKey: { type: "sse-kms", arn } }));
    await expectRefused(kept, "decommission.replacement-key");
  });

  test("where the source is stopped, and is told how to start it", async () => {
    const kept = await keptAfterMove();
    const { world } = kept.life;
    await world.account.handle("rds", "StopDBCluster", { DBClusterIdentifier: kept.retired });
    await world.deps.clock.sleep(hours(1));
    expect(await proposed(kept)).toBeUndefined();
    const [problem] = problemsOf(kept);
    expect(problem).toMatchObject({ code: "decommission.stopped", params: { status: "stopped" } });
    expect(problem?.params.command).toBe(
      `aws rds start-db-cluster --region eu-west-1 --db-cluster-identifier ${kept.retired}`,
    );
  });
});

/** Of an instance. */
async function deleteByHand(kept: Kept): Promise<void> {
  const { world, source } = kept.life;
  alter(kept, source, (found) => ({ settings: { ...found.settings, DeletionProtection: false } }));
  const gone = { DBInstanceIdentifier: kept.retired, SkipFinalSnapshot: true };
  await world.account.handle("rds", "DeleteDBInstance", gone);
  await world.deps.clock.sleep(hours(1));
}

function problemsOf({ life }: Kept) {
  const notice = lastNotice(life);
  return notice?.kind === "problems" ? notice.problems : [];
}

/** What serves says that it is another database. */
function introduceOther({ life }: Kept): void {
  const { servers } = life.world;
  const { resourceId } = serving(life);
  const writer = servers.instances().find((one) => one.volume === resourceId && one.writer);
  servers.commit(writer?.id ?? "", { kind: "introduce", as: "cluster-OTHER" });
}

/** How many snapshots of clusters the account may have. */
function quotaOf({ life }: Kept, max: number): void {
  life.world.account.alter((turn) => {
    turn.state = { ...turn.state, quotas: { ...turn.state.quotas, ManualClusterSnapshots: max } };
  });
}

function openTo(kept: Kept, group: string): void {
  alter(kept, kept.life.source, (found) => ({
    settings: {
      ...found.settings,
      VpcSecurityGroups: [fenceGroup, group].map((id) => ({ VpcSecurityGroupId: id, Status: "active" })),
    },
  }));
}

function retag(kept: Kept, tags: Record<string, string>): void {
  alter(kept, kept.life.source, (found) => {
    const others = found.settings.TagList.filter(({ Key = "" }) => !(Key in tags));
    const set = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    return { settings: { ...found.settings, TagList: [...others, ...set] } };
  });
}

describe("of the managed password of the source", () => {
  const day = days(1) / 1_000;

  /** One that has a managed password, and what Secrets Manager says of it. */
  async function withSecret(
    told: (today: number) => { LastAccessedDate?: number; LastRotatedDate?: number },
  ) {
    const kept = await keptAfterMove({ of: "aurora-snapshot" });
    const { world } = kept.life;
    const arn = sourceIn(kept)?.settings.MasterUserSecret?.SecretArn ?? "none";
    const today = Math.floor(world.clock.now() / days(1)) * day;
    world.secrets.set(arn, told(today));
    return kept;
  }

  test("a reading within the week is in the way", async () => {
    const kept = await withSecret((today) => ({ LastAccessedDate: today - 6 * day }));
    await expectRefused(kept, "decommission.secret-read");
  });

  test("one on the day of its rotation may have been the rotation, which whoever approves is told", async () => {
    const kept = await withSecret((today) => ({
      LastAccessedDate: today - 2 * day,
      LastRotatedDate: today - 2 * day + 3_600,
    }));
    expect((await proposed(kept))?.findings).toMatchObject([
      { code: "decommission.secret-rotated", severity: "warns" },
    ]);
  });

  test("one days before its rotation was somebody else's", async () => {
    const kept = await withSecret((today) => ({
      LastAccessedDate: today - 4 * day,
      LastRotatedDate: today - 2 * day + 3_600,
    }));
    await expectRefused(kept, "decommission.secret-read");
  });

  test("one on the day after its rotation was somebody else's", async () => {
    const kept = await withSecret((today) => ({
      LastAccessedDate: today - 2 * day,
      LastRotatedDate: today - 3 * day + 3_600,
    }));
    await expectRefused(kept, "decommission.secret-read");
  });

  test.each([
    ["more than a week ago", (today: number) => ({ LastAccessedDate: today - 9 * day })],
    ["never", () => ({})],
  ])("%s is not in the way", async (_, told) => {
    const open = await proposed(await withSecret(told));
    expect(open).toMatchObject({ status: "open", findings: [] });
  });

  test("where Secrets Manager does not tell, whoever approves is told so", async () => {
    const kept = await withSecret(() => ({}));
    const deps = kept.executor();
    const fault = new CloudFault("refused", "AccessDeniedException", "DescribeSecret", "no");
    const silent = {
      ...deps,
      cloudFor: (...of: Parameters<typeof deps.cloudFor>) => ({
        ...deps.cloudFor(...of),
        findSecretReads: () => Promise.reject(fault),
      }),
    };
    expect((await proposed(kept, silent))?.findings).toMatchObject([
      { code: "decommission.secret-unread", severity: "warns", params: { reason: "AccessDeniedException" } },
    ]);
  });
});

describe("whoever approves", () => {
  test("is somebody else than who asked", async () => {
    const kept = await keptAfterMove();
    await proposed(kept);
    await press(kept.life, "UALICE", approve("decommission"));
    const open = await settle(kept.life, { deps: kept.executor() });
    expect(problemsOf(kept)).toMatchObject([{ code: "approval.own-request" }]);
    expect(open?.approvals).toEqual([]);
    expect(sourceIn(kept)).toMatchObject({ status: "available" });
  });

  test("is told what is under the old key, where somebody may delete that key", async () => {
    const old = "arn:aws:kms:eu-west-1:123456789012:key/";
    const kept = await keptAfterMove(fromOwnKey);
    expect(sourceIn(kept)?.storageKey).toMatchObject({ type: "sse-kms", arn: expect.stringContaining(old) });
    const [finding] = (await proposed(kept))?.findings ?? [];
    expect(finding).toMatchObject({ code: "decommission.old-key-holds", severity: "notes" });
    expect(finding?.params.names).toContain(`orders-prod-before-${kept.move.id}`);
  });

  test("approves nothing where the old key is about to be deleted: nobody could read the last snapshot", async () => {
    const kept = await keptAfterMove(fromOwnKey);
    const { account } = kept.life.world;
    const key = sourceIn(kept)?.storageKey;
    const arn = key?.type === "sse-kms" ? key.arn : "";
    account.alter((turn) => {
      const found = Object.values(turn.state.keys).find((one) => one.arn === arn);
      if (!found) throw new Error("the old key is gone");
      const keys = { ...turn.state.keys, [found.id]: { ...found, state: "PendingDeletion" as const } };
      turn.state = { ...turn.state, keys };
    });
    await expectRefused(kept, "decommission.key-disabled");
  });

  test("is told where the counters say nothing, since the server restarted", async () => {
    const kept = await keptAfterMove();
    await kept.life.world.servers.rebootInstance(writerIn(kept).id);
    expect((await proposed(kept))?.findings).toMatchObject([
      { code: "decommission.unknown-writes", severity: "warns" },
    ]);
  });

  test("is not asked again because another day has brought another copy", async () => {
    const kept = await keptAfterMove();
    await proposed(kept);
    kept.copies.push(copyOf(kept, { createdAt: kept.life.world.clock.now() + 1 }));
    await press(kept.life, "UBOB", approve("decommission"));
    expect(await settle(kept.life, { deps: kept.executor() })).toMatchObject({ status: "finished" });
  });

  test("approves nothing once another database has the name", async () => {
    const kept = await keptAfterMove({ of: "rds-snapshot-copy" });
    await proposed(kept);
    const { world } = kept.life;
    await deleteByHand(kept);
    world.addInstance({ id: kept.retired });
    kept.copies.push(copyOf(kept));
    await press(kept.life, "UBOB", approve("decommission"));
    const open = await settle(kept.life, { deps: kept.executor() });
    expect(open?.approvals).toEqual([]);
    expect(problemsOf(kept)).toMatchObject([{ code: "decommission.gone" }]);
    expect(serving(kept.life, kept.retired)).toMatchObject({ status: "available" });
  });

  test("has approved another instance, and no approval holds for one that was added", async () => {
    const kept = await keptAfterMove();
    const open = await proposed(kept);
    await addMember(kept);
    await kept.life.world.deps.clock.sleep(hours(1));
    kept.copies.push(copyOf(kept));
    await press(kept.life, "UBOB", approve("decommission"));
    const now = await settle(kept.life, { deps: kept.executor() });
    expect(now?.planHash).not.toBe(open?.planHash);
    expect(sourceIn(kept)).toMatchObject({ status: "available" });
  });
});

/** Moved from a key of the customer's to another one, which the roles of other lives were not given. */
const fromOwnKey: Parameters<typeof keptAfterMove>[0] = { unnarrowed: true, before: putUnderOwnKey };

function putUnderOwnKey({ world, source }: Kept["life"]): void {
  world.account.alter((turn) => {
    const key = addKey(turn, { alias: "alias/old" });
    const storageKey = { type: "sse-kms", arn: key.arn } as const;
    put(turn, "clusters", { ...(source as Cluster), storageKey });
    for (const member of membersOf(turn.state, source.resourceId))
      put(turn, "instances", { ...member, storageKey });
  });
}

describe("once it is approved, nothing is deleted", () => {
  test("where somebody connects to the source before the last look", async () => {
    const kept = await keptAfterMove();
    await approvedUntil(kept, "unprotect-retired");
    intrude(kept, "reports");
    await expectStuck(kept, "decommission.sessions");
  });

  test("where a row is written after the last snapshot", async () => {
    const kept = await keptAfterMove();
    await approvedUntil(kept, "last-snapshot");
    await approvedRest(kept, "unprotect-retired");
    write(kept);
    await expectStuck(kept, "decommission.written-meanwhile");
  });

  test.each([
    ["is gone", undefined],
    ["is not whole", "DELETING"],
  ])("where the copy in the other account %s", async (_, status) => {
    const kept = await keptAfterMove();
    await approvedUntil(kept, "unprotect-retired");
    const [copy] = kept.copies.splice(0);
    if (copy && status) kept.copies.push({ ...copy, status });
    await expectStuck(kept, "decommission.copy-gone");
  });

  test("where the last snapshot is gone", async () => {
    const kept = await keptAfterMove();
    await approvedUntil(kept, "unprotect-retired");
    const { account } = kept.life.world;
    const open = await newest(kept.life);
    const name = `orders-prod-last-${open?.id}`;
    await account.handle("rds", "DeleteDBClusterSnapshot", { DBClusterSnapshotIdentifier: name });
    const end = await settle(kept.life, {
      deps: kept.executor(),
      enough: (now) => now?.steps["verify-last"]?.waitingFor?.code === "wait.visible",
    });
    expect(end?.steps["delete-retired-members"]).toBeUndefined();
    expect(sourceIn(kept)).toMatchObject({ status: "available" });
  });

  test("where the last snapshot's name was taken by one of another database", async () => {
    const kept = await keptAfterMove();
    const open = await proposed(kept);
    const { account, deps } = kept.life.world;
    await account.handle("rds", "CreateDBClusterSnapshot", {
      DBClusterIdentifier: "orders-prod",
      DBClusterSnapshotIdentifier: `orders-prod-last-${open?.id}`,
      Tags: [{ Key: "encrypt-db:migration", Value: open?.id }],
    });
    await deps.clock.sleep(hours(1));
    kept.copies.push(copyOf(kept));
    await press(kept.life, "UBOB", approve("decommission"));
    await expectStuck(kept, "name.taken");
  });

  test("where the last snapshot is under another key than the source", async () => {
    const kept = await keptAfterMove();
    await approvedUntil(kept, "unprotect-retired");
    kept.life.world.account.alter((turn) => {
      const last = Object.values(turn.state.snapshots).find(({ id }) => id.includes("-last-"));
      if (!last) throw new Error("there is no last snapshot");
      put(turn, "snapshots", { ...last, storageKey: { type: "sse-kms", arn: kept.life.world.key.arn } });
    });
    await expectStuck(kept, "decommission.snapshot-unfit");
  });

  test("where the cluster has an instance that nobody had approved to be deleted", async () => {
    const kept = await keptAfterMove();
    await approvedUntil(kept, "verify-last");
    await addMember(kept);
    await expectStuck(kept, "decommission.new-member");
  });

  test("where somebody lifts the fence even after the last look", async () => {
    const kept = await keptAfterMove();
    await approvedUntil(kept, "verify-last");
    openTo(kept, "sg-application");
    await expectStuck(kept, "decommission.opened");
  });

  test("where somebody has marked it otherwise", async () => {
    const kept = await keptAfterMove();
    await approvedUntil(kept, "verify-last");
    retag(kept, { "encrypt-db:role": "source" });
    await expectStuck(kept, "decommission.other-marks");
  });

  test("where the replacement does not answer under its name any more", async () => {
    const kept = await keptAfterMove();
    await approvedUntil(kept, "unprotect-retired");
    introduceOther(kept);
    await expectStuck(kept, "decommission.replacement-silent");
  });

  test.each([1, 2, 3, 4])(
    "where one answer of AWS's misses the source at the last look, be it answer %i",
    async (missing) => {
      const kept = await keptAfterMove();
      await approvedUntil(kept, "unprotect-retired");
      intrude(kept, "reports");
      let answers = 0;
      const deps = executorAround(kept.executor(), async (what, call) => {
        if (what === "cloud.findClusterById") answers += 1;
        return what === "cloud.findClusterById" && answers === missing ? undefined : call();
      });
      await settle(kept.life, { deps });
      expect(sourceIn(kept)).toMatchObject({ status: "available" });
      const { account } = kept.life.world;
      expect(account.ledger.filter(({ operation }) => /^DeleteDB/.test(operation))).toEqual([]);
    },
  );
});

/** Somebody adds an instance to the retired cluster. */
async function addMember({ life, retired }: Kept): Promise<void> {
  await life.world.account.handle("rds", "CreateDBInstance", {
    DBInstanceIdentifier: "orders-late",
    DBClusterIdentifier: retired,
    DBInstanceClass: "db.r6g.large",
    Engine: "aurora-postgresql",
    Tags: [{ Key: "encrypt-db:enrolled", Value: "true" }],
  });
}

describe("going back", () => {
  test("ends also where somebody has deleted the source by hand meanwhile", async () => {
    const kept = await keptAfterMove({ of: "rds-snapshot-copy" });
    await approvedUntil(kept, "unprotect-retired");
    await deleteByHand(kept);
    await press(kept.life, "UBOB", { does: "rollback" });
    expect(await settle(kept.life, { deps: kept.executor() })).toMatchObject({ status: "rolled-back" });
  });

  test("puts the tags back on what is left, where somebody has deleted an instance meanwhile", async () => {
    const kept = await keptAfterMove();
    await approvedUntil(kept, "unprotect-retired");
    const { account, deps } = kept.life.world;
    const reader = membersOf(account.state, kept.life.source.resourceId).find(({ writer }) => !writer);
    await account.handle("rds", "DeleteDBInstance", { DBInstanceIdentifier: reader?.id });
    await deps.clock.sleep(hours(1));
    await press(kept.life, "UBOB", { does: "rollback" });
    expect(await settle(kept.life, { deps: kept.executor() })).toMatchObject({ status: "rolled-back" });
    expect(tagsOf(kept)).toMatchObject({ "encrypt-db:role": "retired" });
  });
});

/** Goes on until this step is done, with another executor. */
async function approvedRest(kept: Kept, step: string): Promise<void> {
  const { deps, hasStopped } = stoppingWhen(
    kept.executor(),
    ({ steps }) => typeof steps[step]?.doneAt === "number",
  );
  await settle(kept.life, { deps }).catch((fault) => {
    if (!hasStopped()) throw fault;
  });
}

test("what is left is told, with its key and what becomes of it", async () => {
  const kept = await keptAfterMove(fromOwnKey);
  const end = await decommissionAll(kept);
  const left = end?.learned.leftovers as Leftover[];
  const named = (name: string) => left.find((one) => one.name === name);
  const last = named(`orders-prod-last-${end?.id}`);
  expect(last).toMatchObject({ what: "snapshot", underOldKey: true, expiresAt: null });
  expect(say(last?.fate ?? note("fate.kept", {}), plain)).toContain(
    `aws rds delete-db-cluster-snapshot --region eu-west-1 --db-cluster-snapshot-identifier orders-prod-last-${end?.id}`,
  );
  expect(named(`orders-prod-before-${kept.move.id}`)).toMatchObject({ what: "snapshot", underOldKey: true });
  const copy = named(kept.copies[0]?.arn ?? "");
  expect(copy).toMatchObject({ what: "copy", underOldKey: false, fate: { code: "fate.kept-until" } });
  expect(named(fenceGroup)).toMatchObject({ what: "security-group" });
  expect(left.filter(({ what }) => what === "schema")).toHaveLength(1);
  expect(left.some(({ name }) => name === kept.retired)).toBe(false);
  const told = end?.steps.leftovers?.evidence ?? [];
  expect(told[0]?.claim).toMatchObject({ code: "saw.leftovers", params: { count: left.length } });
  expect(told).toHaveLength(left.length + 1);
});
