import * as z from "zod";
import { CloudFault } from "../core/cloud.ts";
import { digest } from "../core/hash.ts";
import { problem } from "../core/problem.ts";
import { type Transfer, type TransferJob, type TransferState, transferState } from "../core/transfer.ts";
import type { TransferTasks } from "../core/transfer-tasks.ts";
import { jsonCall } from "./json-call.ts";
import type { Origin } from "./signed-call.ts";

export const actions = [
  "ecs:RunTask",
  "ecs:StopTask",
  "ecs:ListTasks",
  "ecs:DescribeTasks",
  "logs:GetLogEvents",
] as const;

const task = z.object({
  taskArn: z.string(),
  lastStatus: z.string(),
  startedBy: z.string().optional(),
  /** Epoch seconds. */
  createdAt: z.number(),
  stopCode: z.string().optional(),
  containers: z.array(z.object({ exitCode: z.number().optional() })).optional(),
});
type Task = z.infer<typeof task>;

const listed = z.object({ taskArns: z.array(z.string()), nextToken: z.string().optional() });
const described = z.object({ tasks: z.array(task) });
const ran = z.object({
  tasks: z.array(z.object({ taskArn: z.string() })),
  failures: z.array(z.object({ reason: z.string().optional() })).default([]),
});
const logged = z.object({ events: z.array(z.object({ message: z.string() })) });

/**
 * Transfers as Fargate tasks. A task says in its log where it is, and its last word is what it came to; that everything is on the
 * target is not taken from there, but from the marker on the target. ECS shows a task that has stopped for an hour: later the
 * transfer counts as not started, and starting it again finds the marker. Throws a `CloudFault`.
 */
export function createTransferTasks(origin: Origin, where: TransferTasks): Transfer {
  const { cluster, family } = where;

  async function start(job: TransferJob): Promise<void> {
    const tasks = await tasksOf(job);
    if (tasks.some(({ lastStatus }) => lastStatus !== "STOPPED")) return;
    const answer = await jsonCall(origin, "ecs", "RunTask", {
      cluster,
      taskDefinition: family,
      launchType: "FARGATE",
      count: 1,
      startedBy: nameOf(job),
      // Two who start it at once, or one who did not hear the answer, start the same task; after it has ended, another one.
      clientToken: digest([nameOf(job), tasks.at(-1)?.taskArn ?? null]),
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: where.subnets,
          securityGroups: where.securityGroups,
          assignPublicIp: "DISABLED",
        },
      },
      overrides: {
        containerOverrides: [
          { name: family, environment: [{ name: "TRANSFER_JOB", value: JSON.stringify(job) }] },
        ],
      },
    });
    const { tasks: started, failures } = ran.parse(answer);
    if (started.length > 0) return;
    const reason = failures[0]?.reason ?? "no task was started";
    throw new CloudFault("busy", "RunTaskFailed", "RunTask", reason);
  }

  async function look(job: TransferJob): Promise<TransferState> {
    const last = (await tasksOf(job)).at(-1);
    if (!last) return { state: "not-started" };
    const said = await lastWord(last.taskArn);
    const isAtWork = last.lastStatus !== "STOPPED";
    if (said && (isAtWork || said.state !== "running")) return said;
    if (isAtWork) return beginning;
    const exit = last.containers?.[0]?.exitCode;
    const reason = exit === undefined ? (last.stopCode ?? "stopped") : `exit code ${exit}`;
    return { state: "failed", problem: problem("transfer.ended", { reason, name: job.name }) };
  }

  async function stop(job: TransferJob): Promise<void> {
    for (const { taskArn, lastStatus } of await tasksOf(job)) {
      if (lastStatus === "STOPPED") continue;
      await jsonCall(origin, "ecs", "StopTask", {
        cluster,
        task: taskArn,
        reason: "Nobody needs it any more",
      });
    }
  }

  /** The earliest first. Source: ECS API, ListTasks: with startedBy as a filter there may be no other one, such as the status. */
  async function tasksOf(job: TransferJob): Promise<Task[]> {
    const arns = [...(await list("RUNNING")), ...(await list("STOPPED"))];
    const tasks: Task[] = [];
    for (let from = 0; from < arns.length; from += 100) {
      const answer = await jsonCall(origin, "ecs", "DescribeTasks", {
        cluster,
        tasks: arns.slice(from, from + 100),
      });
      tasks.push(...described.parse(answer).tasks);
    }
    return tasks
      .filter(({ startedBy }) => startedBy === nameOf(job))
      .sort((a, b) => a.createdAt - b.createdAt);
  }

  async function list(desiredStatus: "RUNNING" | "STOPPED"): Promise<string[]> {
    const arns: string[] = [];
    for (let nextToken: string | undefined; ; ) {
      const input = { cluster, family, desiredStatus, ...(nextToken !== undefined && { nextToken }) };
      const page = listed.parse(await jsonCall(origin, "ecs", "ListTasks", input));
      arns.push(...page.taskArns);
      if (page.nextToken === undefined) return arns;
      nextToken = page.nextToken;
    }
  }

  /** Source: Amazon ECS Developer Guide, awslogs: the stream is called prefix/container/task. */
  async function lastWord(taskArn: string): Promise<TransferState | undefined> {
    const id = taskArn.split("/").at(-1);
    const input = { logGroupName: where.logGroup, logStreamName: `${family}/${family}/${id}`, limit: 50 };
    const answer = await jsonCall(origin, "logs", "GetLogEvents", input).catch((fault: unknown) => {
      // The stream is there once the container has said something.
      if (fault instanceof CloudFault && fault.code === "ResourceNotFoundException") return { events: [] };
      throw fault;
    });
    const states = logged.parse(answer).events.flatMap(({ message }) => stateIn(message) ?? []);
    return states.at(-1);
  }

  // Which tools the image has only a run of it knows; the one that prepares says it before the downtime.
  return { start, look, stop, unready: async () => undefined };
}

const beginning: TransferState = {
  ...{ state: "running", phase: "roles", database: null },
  ...{ done: 0, total: 0, databasesDone: 0, databases: 0 },
};

/** Of one job, whoever starts it: 32 characters, where ECS takes 36. */
function nameOf({ id, work, token }: TransferJob): string {
  return digest([id, work, token]).slice(0, 32);
}

/** A line of the log that says where the transfer is; every other line says something for people. */
export function stateLine(state: TransferState): string {
  return JSON.stringify({ transfer: state });
}

function stateIn(line: string): TransferState | undefined {
  if (!line.startsWith('{"transfer":')) return undefined;
  try {
    return z.object({ transfer: transferState }).parse(JSON.parse(line)).transfer;
  } catch {
    // Of another version, or cut off: what comes after it counts.
    return undefined;
  }
}
