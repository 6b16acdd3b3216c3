import { composeDesk } from "../compose/desk.ts";
import { composeProbeCall } from "../compose/function-calls.ts";
import { powertoolsLog, powertoolsMeter } from "../compose/powertools.ts";
import { composeTransferTasks } from "../compose/transfer-tasks.ts";
import { composeWorker } from "../compose/worker.ts";
import { lambdaCredentialsSchema, readConfig, secretsIn, workerSchema } from "../config.ts";
import { poll } from "../engine/poll.ts";
import { answerReadiness, readinessQuestion } from "../engine/readiness.ts";
import { failed } from "./failed.ts";

let worker: ReturnType<typeof compose> | undefined;

/**
 * Run by the schedule every minute, and woken by the front, which says nothing, or by an event of RDS. Either way it looks at
 * everything that is due; who was woken does not trust the index to be up to date. An operator calls it with a question, and
 * waits for the answer, and so does the doctor.
 */
export async function handler(event: unknown): Promise<unknown> {
  worker ??= compose();
  const { deps, desk } = worker;
  if (isObject(event) && "operate" in event) return desk(event.operate);
  const question = readinessQuestion.safeParse(event);
  if (question.success) return answerReadiness(deps, question.data);
  const scheduled = isSchedule(event);
  await poll(deps, { woken: !scheduled, beats: scheduled }).catch((fault) => failed(deps.log, fault));
  return undefined;
}

function compose() {
  const config = readConfig(workerSchema);
  const credentials = readConfig(lambdaCredentialsSchema);
  const deps = composeWorker(config, {
    database: composeProbeCall(config, credentials),
    transfer: composeTransferTasks(config, async () => ({
      accessKeyId: credentials.AWS_ACCESS_KEY_ID,
      secretAccessKey: credentials.AWS_SECRET_ACCESS_KEY,
      sessionToken: credentials.AWS_SESSION_TOKEN,
    })),
    log: powertoolsLog(secretsIn({ ...config, ...credentials })),
    meter: powertoolsMeter(),
  });
  return { deps, desk: composeDesk(config, deps) };
}

/** EventBridge names itself as the source of its scheduled events. */
function isSchedule(event: unknown): boolean {
  return isObject(event) && "source" in event && event.source === "aws.events";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
