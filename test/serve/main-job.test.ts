import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { until } from "../../src/sim/actors.ts";
import type { AccountState } from "../../src/sim/aws/state.ts";
import { fenceGroup, keyAlias } from "../../src/sim/demo-databases.ts";
import { savedLines } from "../../src/sim/saved.ts";
import { endPrograms, freePort, type OtherWorld, serve, startWorld } from "./processes.ts";

/**
 * Five processes and their writers, as a person would start them: the world, and the product twice on one table. Nothing but the
 * network is between them, and everything is asked for in Slack.
 */

const alice = "U0ALICE01";
const bob = "U0BOB0001";
const carol = "U0CAROL01";
const directory = mkdtempSync(join(tmpdir(), "encrypt-db-serve-"));
chmodSync(directory, 0o755);

afterAll(async () => {
  await endPrograms();
  rmSync(directory, { recursive: true, force: true });
});

interface Change {
  readonly operation: string;
  readonly outcome: string;
  readonly input: object;
}

const changes = () =>
  savedLines<Change>(join(directory, "changes.jsonl"))
    .read()
    .filter(({ outcome }) => outcome === "ok");

/** The root messages that the bot has posted, each with its thread. */
function threadsIn({ workspace, channel }: OtherWorld) {
  return workspace
    .timeline(channel)
    .filter(({ author, threadTs, ts }) => author === workspace.state.app.botUserId && (threadTs ?? ts) === ts)
    .map((root) => workspace.thread(channel, root.ts));
}

function isSaid(world: OtherWorld, text: RegExp): Promise<true> {
  const said = () =>
    threadsIn(world)
      .flat()
      .some((message) => text.test(message.text)) || undefined;
  return until(`the thread to say ${text}`, said, 120_000);
}

/** A process that polls once a minute while nothing is urgent looks at once when somebody asks. */
function askAgainAndAgain(world: OtherWorld) {
  const asking = setInterval(() => world.says(carol, "status orders-prod").catch(() => {}), 2_000);
  return () => clearInterval(asking);
}

function outcomes(): { outcome?: string; unreachable?: string }[] {
  return [1, 2, 3, 4].flatMap((writer) =>
    savedLines<{ outcome?: string }>(
      join(directory, "ledgers", "orders-prod", `writer-${writer}.jsonl`),
    ).read(),
  );
}

const acknowledged = () => outcomes().filter(({ outcome }) => outcome === "acknowledged").length;

test("two processes on one table do the main job once, although one is killed in the downtime", {
  timeout: 180_000,
}, async () => {
  const ports = [await freePort(), await freePort()] as const;
  const world = await startWorld(directory, [
    ...ports.flatMap((port) => ["--slack-to", `http://127.0.0.1:${port}/slack`]),
    ...["--faster", "400"],
  ]);
  const [one, other] = ports.map((port) => serve({ ...world.environment, PORT: String(port) }));
  if (!one || !other) throw new Error("two were started");
  await Promise.all([one, other].map((process) => process.prints(/"serving"/)));
  await until("some writes", () => (acknowledged() > 1_000 ? true : undefined));

  await world.says(alice, "start orders-prod");
  await world.presses(alice, "Approve");
  await world.isTold(alice, "You asked for this migration yourself");
  await world.presses(bob, "Approve");
  const stopAsking = askAgainAndAgain(world);
  await world.presses(bob, "Approve the cutover");
  await isSaid(world, /^T1 is /);
  one.kill("SIGKILL");
  await isSaid(world, /is under the new key/);
  stopAsking();
  const before = acknowledged();
  await until("writes after the opening", () => (acknowledged() > before + 40 ? true : undefined));

  other.kill("SIGTERM");
  expect(await other.ended).toBe(0);
  world.program.kill("SIGTERM");
  expect(await world.program.ended, world.program.output()).toBe(0);
  expect(world.program.output()).toMatch(/acknowledged writes: (\d+), found in orders-prod: \1, lost: 0/);
  expect(outcomes().some(({ unreachable }) => unreachable !== undefined)).toBe(true);

  const asked = changes().map(({ operation, input }) => `${operation} ${JSON.stringify(input)}`);
  expect(asked.filter((one) => one.startsWith("RestoreDBClusterToPointInTime"))).toHaveLength(1);
  expect(asked.filter((one, index) => asked.indexOf(one) !== index)).toEqual([]);

  const { clusters, keys, aliases } = JSON.parse(
    readFileSync(join(directory, "account.json"), "utf8"),
  ) as AccountState;
  const mine = Object.values(clusters).filter(({ id }) => id.startsWith("orders-prod"));
  const replacement = mine.find(({ id }) => id === "orders-prod");
  const source = mine.find(({ id }) => id !== "orders-prod");
  expect(mine).toHaveLength(2);
  expect(replacement?.storageKey).toEqual({ type: "sse-kms", arn: keys[aliases[keyAlias] ?? ""]?.arn });
  expect(source?.settings.VpcSecurityGroups).toMatchObject([{ VpcSecurityGroupId: fenceGroup }]);

  const threads = threadsIn(world);
  expect(threads).toHaveLength(1);
  const texts = threads.flat().map(({ text }) => text);
  expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([]);
});
