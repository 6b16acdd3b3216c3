import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { containerCredentials } from "../../src/aws/container-credentials.ts";
import { masterPassword } from "../../src/aws/master-password.ts";
import type { Origin } from "../../src/aws/signed-call.ts";
import { createTransferTasks, stateLine } from "../../src/aws/transfer-tasks.ts";
import { CloudFault } from "../../src/core/cloud.ts";
import type { TransferJob, TransferState } from "../../src/core/transfer.ts";

type Input = Record<string, unknown>;
interface Task {
  readonly taskArn: string;
  readonly startedBy: string;
  readonly createdAt: number;
  readonly clientToken: string;
  lastStatus: string;
  stopCode?: string;
  containers?: { exitCode: number }[];
}

const where = {
  cluster: "encrypt-db",
  family: "encrypt-db-transfer",
  subnets: ["subnet-1", "subnet-2"],
  securityGroups: ["sg-probe", "sg-transfer"],
  logGroup: "/encrypt-db/transfer",
};
const endpoint = { host: "orders.example", port: 5432, database: "orders" };
const job: TransferJob = {
  ...{ id: "m1", name: "orders-prod", work: "move", token: "t1", source: endpoint },
  target: { endpoint, resourceId: "db-T", masterUser: "postgres", masterSecretArn: "arn:secret" },
  passwordsByOwner: [],
};
const moving: TransferState = {
  ...{ state: "running", phase: "restore", database: "orders", done: 3, total: 6 },
  ...{ databasesDone: 1, databases: 2 },
};
const report = { databases: [], roles: 0, logins: [], notCarried: [], spoolBytesFree: 1 };

/** As much of ECS, CloudWatch Logs and Secrets Manager as their references say of these calls. */
class Region {
  readonly tasks: Task[] = [];
  readonly logs = new Map<string, string[]>();
  readonly calls: { operation: string; input: Input; headers: Record<string, unknown> }[] = [];
  failure: string | undefined;

  readonly operations: Readonly<Record<string, (input: Input) => unknown>> = {
    RunTask: ({ clientToken, startedBy }) => {
      if (this.failure !== undefined) return { tasks: [], failures: [{ reason: this.failure }] };
      let found = this.tasks.find((task) => task.clientToken === clientToken);
      if (!found) {
        const number = this.tasks.length + 1;
        const taskArn = `arn:aws:ecs:eu-west-1:111122223333:task/encrypt-db/task${number}`;
        found = {
          taskArn,
          startedBy: String(startedBy),
          createdAt: number,
          clientToken: String(clientToken),
          lastStatus: "PENDING",
        };
        this.tasks.push(found);
      }
      return { tasks: [found], failures: [] };
    },
    StopTask: ({ task: arn }) => {
      const task = this.tasks.find(({ taskArn }) => taskArn === arn);
      if (task) Object.assign(task, { lastStatus: "STOPPED", stopCode: "UserInitiated" });
      return task && { task };
    },
    ListTasks: ({ desiredStatus, nextToken, startedBy }) => {
      if (startedBy !== undefined) throw new Error("startedBy must be the only filter");
      const all = this.tasks.filter(
        ({ lastStatus }) => (lastStatus === "STOPPED") === (desiredStatus === "STOPPED"),
      );
      const from = Number(nextToken ?? 0);
      const page = all.slice(from, from + 1).map(({ taskArn }) => taskArn);
      return { taskArns: page, ...(from + 1 < all.length && { nextToken: String(from + 1) }) };
    },
    DescribeTasks: ({ tasks }) => ({
      tasks: this.tasks.filter(({ taskArn }) => (tasks as string[]).includes(taskArn)).reverse(),
      failures: [],
    }),
    GetLogEvents: ({ logStreamName }) => {
      const events = this.logs.get(String(logStreamName));
      return events && { events: events.map((message) => ({ message, timestamp: 1 })) };
    },
    GetSecretValue: ({ SecretId }) => ({
      SecretString: JSON.stringify({ username: "postgres", password: `of ${SecretId}` }),
    }),
  };

  async answer(request: AsyncIterable<Buffer> & { headers: Record<string, unknown> }) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
    const input = JSON.parse(Buffer.concat(chunks).toString()) as Input;
    this.calls.push({ operation, input, headers: request.headers });
    const output = this.operations[operation]?.(input);
    return output === undefined
      ? { status: 400, body: { __type: "ResourceNotFoundException" } }
      : { status: 200, body: output };
  }
}

describe("A transfer as a task of ECS", () => {
  let region: Region;
  let server: Server;
  let origin: Origin;
  beforeEach(async () => {
    region = new Region();
    server = createServer(async (request, response) => {
      const { status, body } = await region.answer(request);
      response.writeHead(status).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = {
      region: "eu-west-1",
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: "AKIA", secretAccessKey: "secret" },
      now: Date.now,
    };
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const transfers = () => createTransferTasks(origin, where);
  const says = (task: number, ...lines: string[]) =>
    region.logs.set(`encrypt-db-transfer/encrypt-db-transfer/task${task}`, lines);

  test("is started where the settings say, with its job, and by nobody's public address", async () => {
    await transfers().start(job);
    const { input, headers } = region.calls.find(({ operation }) => operation === "RunTask") ?? {};
    expect(input).toMatchObject({
      cluster: "encrypt-db",
      taskDefinition: "encrypt-db-transfer",
      launchType: "FARGATE",
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: ["subnet-1", "subnet-2"],
          securityGroups: ["sg-probe", "sg-transfer"],
          assignPublicIp: "DISABLED",
        },
      },
      startedBy: expect.stringMatching(/^[0-9a-f]{32}$/),
      clientToken: expect.stringMatching(/^[!-~]{1,64}$/),
    });
    const environment = [{ name: "TRANSFER_JOB", value: JSON.stringify(job) }];
    expect(input?.overrides).toEqual({
      containerOverrides: [{ name: "encrypt-db-transfer", environment }],
    });
    expect(headers?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIA\/\d+\/eu-west-1\/ecs\/aws4_request/,
    );
  });

  test("is one, however often and by however many it is started", async () => {
    await Promise.all([transfers().start(job), transfers().start(job)]);
    await transfers().start(job);
    expect(region.tasks).toHaveLength(1);
  });

  test("is another one for another work, another T1, and after the first has ended", async () => {
    await transfers().start(job);
    await transfers().start({ ...job, work: "prepare" });
    await transfers().start({ ...job, token: "t2" });
    expect(region.tasks).toHaveLength(3);
    for (const task of region.tasks) task.lastStatus = "STOPPED";
    await transfers().start(job);
    expect(region.tasks).toHaveLength(4);
    expect(region.tasks.filter(({ startedBy }) => startedBy === region.tasks[0]?.startedBy)).toHaveLength(2);
  });

  test("has not been started where ECS knows of none", async () => {
    await transfers().start({ ...job, token: "t2" });
    expect(await transfers().look(job)).toEqual({ state: "not-started" });
  });

  test("is at its beginning until it says something, and then where it says", async () => {
    await transfers().start(job);
    expect(await transfers().look(job)).toMatchObject({ state: "running", phase: "roles" });
    says(
      1,
      stateLine({ ...moving, phase: "dump" }),
      "pg_restore: a line for people",
      stateLine(moving),
      "{torn",
    );
    expect(await transfers().look(job)).toEqual(moving);
  });

  test("is done by its own word", async () => {
    await transfers().start(job);
    says(1, stateLine(moving), stateLine({ state: "done", report }));
    for (const status of ["DEPROVISIONING", "STOPPED"]) {
      for (const task of region.tasks) task.lastStatus = status;
      expect(await transfers().look(job)).toEqual({ state: "done", report });
    }
  });

  test.each([
    [{ containers: [{ exitCode: 137 }] }, "exit code 137"],
    [{ stopCode: "TaskFailedToStart" }, "TaskFailedToStart"],
  ])("has failed if it ended without its last word: %j", async (how, reason) => {
    await transfers().start(job);
    says(1, stateLine(moving));
    for (const task of region.tasks) Object.assign(task, { lastStatus: "STOPPED", ...how });
    expect(await transfers().look(job)).toEqual({
      state: "failed",
      problem: { code: "transfer.ended", params: { reason, name: "orders-prod" } },
    });
  });

  test("is looked at in its latest task only", async () => {
    await transfers().start(job);
    says(1, stateLine({ state: "failed", problem: { code: "transfer.disk-full", params: {} } }));
    for (const task of region.tasks) task.lastStatus = "STOPPED";
    expect(await transfers().look(job)).toMatchObject({ state: "failed" });
    await transfers().start(job);
    says(2, stateLine(moving));
    expect(await transfers().look(job)).toEqual(moving);
  });

  test("is stopped with no other one, and can be started again", async () => {
    await transfers().start(job);
    await transfers().start({ ...job, work: "prepare" });
    await transfers().stop(job);
    await transfers().stop(job);
    expect(region.tasks.map(({ lastStatus }) => lastStatus)).toEqual(["STOPPED", "PENDING"]);
    expect(region.calls.filter(({ operation }) => operation === "StopTask")).toHaveLength(1);
    await transfers().start(job);
    expect(region.tasks).toHaveLength(3);
  });

  test("waits where there is no capacity", async () => {
    region.failure = "Capacity is unavailable at this time";
    await expect(transfers().start(job)).rejects.toEqual(
      expect.objectContaining({
        kind: "busy",
        operation: "RunTask",
        message: "Capacity is unavailable at this time",
      }),
    );
    await expect(transfers().start(job)).rejects.toBeInstanceOf(CloudFault);
  });

  test("reads the master's password from RDS's own secret, with the credentials of its task", async () => {
    expect(await masterPassword(origin, "arn:secret")).toBe("of arn:secret");
    server.removeAllListeners("request");
    server.on("request", (request, response) => {
      const known = {
        AccessKeyId: "A",
        SecretAccessKey: "S",
        Token: "T",
        Expiration: "2030-01-01T00:00:00Z",
      };
      response.writeHead(request.url === "/v2/credentials/1" ? 200 : 404).end(JSON.stringify(known));
    });
    expect(await containerCredentials("/v2/credentials/1", origin.endpoint)).toEqual({
      ...{ accessKeyId: "A", secretAccessKey: "S", sessionToken: "T" },
    });
    await expect(containerCredentials("/v2/credentials/2", origin.endpoint)).rejects.toThrow("404");
  });
});
