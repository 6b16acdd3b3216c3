import { seconds } from "../../src/core/time.ts";
import { costOf } from "./cost.ts";
import { type Bill, moveOne } from "./one-migration.ts";
import { prices } from "./prices.ts";
import { dollars, figure, type Row, times } from "./table.ts";

/** What one migration and an idle month take of DynamoDB and Slack, and what they cost. */
export async function bill(): Promise<readonly Row[]> {
  const moved = await moveOne();
  return [...storeRows(moved), slackRow(moved), ...costRows(moved)];
}

/** A table that is scanned for what is due holds everything that ever was. */
const endedBefore = 200;

function storeRows({ units, idleRun, bytesKept, largestHead }: Bill): readonly Row[] {
  const scan = 0.5 * Math.ceil((endedBefore * bytesKept) / 4_096);
  return [
    {
      metric: "3 DynamoDB write units of a migration",
      ours: figure(units.writes),
      against: "",
      ratio: "",
      target: "≤ 350",
      met: units.writes <= 350,
      footnote: `A save is paid by the kilobyte, and what is saved carries its evidence and its last journal entries: ${figure(largestHead / 1_024)} KB at the end. It could be compressed or split; so that whoever opens the table at night can read it, it is not, at ${dollars(units.writes * prices.writeUnit)} a migration. A look that shows nothing new writes nothing.`,
    },
    {
      metric: "3 DynamoDB read units of a migration",
      ours: figure(units.reads),
      against: "",
      ratio: "",
      target: "",
      met: null,
    },
    {
      metric: "3 DynamoDB read units of an idle run",
      ours: figure(idleRun.reads),
      against: `a scan, after ${endedBefore} migrations: ${figure(scan)}`,
      ratio: times(scan, idleRun.reads),
      target: "0.5",
      met: idleRun.reads <= 0.5,
    },
    {
      metric: "3 DynamoDB write units of an idle run",
      ours: figure(idleRun.writes),
      against: "",
      ratio: "",
      target: "0",
      met: idleRun.writes === 0,
      footnote:
        "The heartbeat: every scheduled run notes when it ran, so that `/encrypt-db status` can tell that the poller lives. Three cents a month.",
    },
  ];
}

function slackRow({ slackCalls, requests }: Bill): Row {
  const total = [...slackCalls.values()].reduce((sum, count) => sum + count, 0);
  const of = (method: string) => slackCalls.get(method) ?? 0;
  return {
    metric: "6 Slack calls of a migration",
    ours: figure(total),
    against: `posts: ${of("chat.postMessage")}, edits: ${of("chat.update")}`,
    ratio: "",
    target: "≤ 60",
    met: total <= 60,
    footnote: `Besides the posts and the edits, three for each of the ${requests} requests: who is it, who may approve, and the answer. Most edits keep the remaining time in the root message true, about once a minute; Slack allows fifty a minute.`,
  };
}

function costRows(moved: Bill): readonly Row[] {
  const { idle, standing, what, migration } = costOf(moved);
  const sum = (of: readonly number[]) => of.reduce((total, one) => total + one, 0) / seconds(1);
  return [
    {
      metric: "8 cost of an idle month",
      ours: dollars(idle),
      against: "a NAT gateway, which is not needed: $33",
      ratio: times(33, idle),
      target: "≤ $0.10",
      met: idle <= 0.1,
      footnote: `Lambda, DynamoDB and logs of a run a minute, at list prices of us-east-1 without any free tier. What stands there anyway comes on top, ${dollars(standing)} a month: ${what}.`,
    },
    {
      metric: "8 cost of a migration",
      ours: dollars(migration),
      against: "",
      ratio: "",
      target: "≤ $0.02",
      met: migration <= 0.02,
      footnote: `Nearly all of it is Lambda: the worker lingers for ${figure(sum(moved.workerRuns))} s and the probe watches endpoints for ${figure(sum(moved.probeCalls))} s of a downtime in which AWS copies the volume. The doubled cluster costs hundreds of times as much.`,
    },
  ];
}
