import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDynamoClient } from "../../src/aws/clients.ts";
import { createDynamoStore } from "../../src/aws/dynamo-store.ts";
import { realClock } from "../../src/compose/surroundings.ts";
import { composeWorker } from "../../src/compose/worker.ts";
import { readConfig, workerSchema } from "../../src/config.ts";
import { noTransfer } from "../../src/core/transfer.ts";
import { answerReadiness, readinessQuestion } from "../../src/engine/readiness.ts";
import { createProbeHandler } from "../../src/lambda/probe.ts";
import { deployWorker } from "../../src/sim/deployed-functions.ts";
import { probeIn } from "../../src/sim/probe.ts";
import { credentials, openStage, type Stage } from "../../src/sim/stage.ts";

/** The command as it is typed, in a process of its own, against the embedded world. */
const root = join(import.meta.dirname, "../..");
const owner = { AWS_ACCESS_KEY_ID: "AKIAOWNER", AWS_SECRET_ACCESS_KEY: "secret-of-the-owner" };
let directory: string;
let stage: Stage;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "encrypt-db-doctor-"));
  // PostgreSQL may run as another user than this.
  chmodSync(directory, 0o755);
  stage = await openStage({
    directory,
    served: ["orders-prod"],
    deliver: () => Promise.reject(new Error("nobody is there")),
    log: { info: () => {}, error: () => {} },
  });
  const { account, environment, awsUrl } = stage;
  account.functions.set("probe", createProbeHandler(probeIn(stage, realClock)));
  deployWorker(account, "encrypt-db-worker", { ...environment, PROBE_FUNCTION: "probe" });
  const config = readConfig(workerSchema, { ...environment, PROBE_FUNCTION: "probe" });
  const worker = composeWorker(config, {
    aws: { endpoint: awsUrl, credentials },
    database: probeIn(stage, realClock),
    transfer: noTransfer,
  });
  account.functions.set("encrypt-db-worker", async (event) =>
    answerReadiness(worker, readinessQuestion.parse(event)),
  );
  const client = createDynamoClient({
    region: "eu-west-1",
    endpoint: awsUrl,
    credentials: { accessKeyId: owner.AWS_ACCESS_KEY_ID, secretAccessKey: owner.AWS_SECRET_ACCESS_KEY },
  });
  await createDynamoStore(client, "encrypt-db").beat(Date.now());
  client.destroy();
});

afterAll(async () => {
  await stage?.close();
  rmSync(directory, { recursive: true });
});

function doctor(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env.PATH, ...owner, ...environment };
  return new Promise((resolve) => {
    const line = ["--import", "tsx", "src/doctor.ts", ...args];
    execFile(process.execPath, line, { cwd: root, env }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

const here = () => ({ AWS_REGION: "eu-west-1", AWS_ENDPOINT_URL: stage.awsUrl });

test("the embedded world, looked over as a deployment, has nothing wrong", async () => {
  const { code, out, err } = await doctor(["--deployed"], here());
  expect(err).toBe("");
  expect(out).toMatch(/^Account 123456789012, eu-west-1, table encrypt-db$/m);
  expect(out).toMatch(/^\d+ checks, 0 errors, 0 warnings, \d+ notes, 0 not checked$/m);
  expect(out).toMatch(/^ok +The probe gets into a database of each VPC$/m);
  expect(code).toBe(0);
});

test("a fault in it ends with 1, and its remedy is printed", async () => {
  const { environment, account } = stage;
  deployWorker(account, "short-worker", {
    ...environment,
    PROBE_FUNCTION: "probe",
    SLACK_CHANNELS: "C0GENERAL",
  });
  const { code, out } = await doctor(["--deployed"], { ...here(), WORKER_FUNCTION: "short-worker" });
  expect(code).toBe(1);
  expect(out).toMatch(
    /^ERROR +The bot is not in the channel C0GENERAL\.\n +Why: .+\n +Do: .*\/invite @encrypt-db/m,
  );
  expect(out).not.toContain(environment.SLACK_BOT_TOKEN);
});

test("a configuration that cannot be read ends with 2, and everything that is wrong with it is said at once", async () => {
  const { environment } = stage;
  const wrong = {
    ...environment,
    ...here(),
    SLACK_BOT_TOKEN: undefined,
    AWS_ACCOUNT_ID: "12-secret",
    FENCE_SECURITY_GROUPS: "secret",
    PROBE_FUNCTION: "probe",
  };
  const { code, out, err } = await doctor([], wrong);
  expect(code).toBe(2);
  expect(out).toBe("");
  expect(err).toMatch(/SLACK_BOT_TOKEN: is not set/);
  expect(err).toMatch(/AWS_ACCOUNT_ID: must be the 12 digits/);
  expect(err).toMatch(/FENCE_SECURITY_GROUPS: must look like/);
  expect(err).not.toMatch(/secret$/m);
});

test("a deployment that is not there, and an option that is none, end with 2", async () => {
  expect(await doctor(["--deployed"], { ...here(), WORKER_FUNCTION: "absent" })).toMatchObject({
    code: 2,
    err: expect.stringMatching(/no function absent in eu-west-1/),
  });
  expect(await doctor(["--deployd"], here())).toMatchObject({
    code: 2,
    err: expect.stringMatching(/--deployd[\s\S]*npm run doctor -- \[--deployed\]/),
  });
});
