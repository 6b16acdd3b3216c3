import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ownAuthority } from "../../src/aws/authority.ts";
import { createAccountClients, createChangeClients } from "../../src/aws/clients.ts";
import { createGateway } from "../../src/aws/cloud.ts";
import { calling } from "../../src/aws/faults.ts";
import type { Cloud, Ref } from "../../src/core/cloud.ts";
import { anyAct } from "./gateway.ts";

/** What the service sends, over real connections: what the SDK makes of it is what must be sorted. */
type Answer = (operation: string, response: ServerResponse) => void;

const ref: Ref = { kind: "cluster", name: "orders", resourceId: "cluster-1" };

const orders = `<DBCluster><DBClusterIdentifier>orders</DBClusterIdentifier><DbClusterResourceId>cluster-1</DbClusterResourceId>
  <DBClusterArn>arn:aws:rds:eu-central-1:123456789012:cluster:orders</DBClusterArn><Engine>aurora-postgresql</Engine></DBCluster>`;

function say(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "text/xml" }).end(body);
}

function fail(status: number, code: string): Answer {
  return (_operation, response) =>
    say(
      response,
      status,
      `<ErrorResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><Error><Type>Sender</Type>
       <Code>${code}</Code><Message>in the service's words</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
    );
}

describe("what goes wrong on the wire", () => {
  let answer: Answer;
  let received: string[];
  let cloud: Cloud;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const operation = new URLSearchParams(Buffer.concat(chunks).toString()).get("Action") ?? "";
    received.push(operation);
    answer(operation, response);
  });

  beforeAll(async () => {
    process.env.AWS_ACCESS_KEY_ID ??= "test";
    process.env.AWS_SECRET_ACCESS_KEY ??= "test";
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const options = {
      region: "eu-central-1",
      endpoint: `http://127.0.0.1:${port}`,
      requestHandler: { requestTimeout: 150, throwOnRequestTimeout: true },
    };
    const authority = ownAuthority(createChangeClients(options), () => 0);
    cloud = createGateway(createAccountClients(options), authority)(anyAct);
  });
  beforeEach(() => {
    received = [];
  });
  afterAll(() => server.close());

  /** The look before a change is answered; the change itself is what goes wrong. */
  function changing(wrong: Answer): Promise<void> {
    answer = (operation, response) => {
      if (operation !== "DescribeDBClusters") return wrong(operation, response);
      const list = `<DescribeDBClustersResult><DBClusters>${orders}</DBClusters></DescribeDBClustersResult>`;
      const xmlns = `xmlns="http://rds.amazonaws.com/doc/2014-10-31/"`;
      say(response, 200, `<DescribeDBClustersResponse ${xmlns}>${list}</DescribeDBClustersResponse>`);
    };
    return cloud.changeCluster(ref, { newName: "orders-old" });
  }

  it.each([
    ["busy", 400, "InvalidDBClusterStateFault", "InvalidDBClusterStateFault"],
    ["busy", 400, "InvalidDBInstanceState", "InvalidDBInstanceStateFault"],
    ["busy", 404, "DBClusterNotFoundFault", "DBClusterNotFoundFault"],
    ["throttled", 400, "Throttling", "Throttling"],
    ["throttled", 400, "RequestLimitExceeded", "RequestLimitExceeded"],
    ["refused", 400, "DBInstanceAlreadyExists", "DBInstanceAlreadyExistsFault"],
    ["refused", 400, "KMSKeyNotAccessibleFault", "KMSKeyNotAccessibleFault"],
    ["refused", 400, "StorageQuotaExceeded", "StorageQuotaExceededFault"],
    ["refused", 403, "AccessDenied", "AccessDenied"],
    ["refused", 400, "InvalidParameterCombination", "InvalidParameterCombination"],
    ["unanswered", 500, "InternalFailure", "InternalFailure"],
  ] as const)("is %s where the service says %i %s", async (kind, status, code, name) => {
    await expect(changing(fail(status, code))).rejects.toMatchObject({
      name: "CloudFault",
      kind,
      code: name,
      operation: "ModifyDBCluster",
      message: "in the service's words",
    });
    expect(received).toEqual(["DescribeDBClusters", "ModifyDBCluster"]);
  });

  it.each<[string, Answer]>([
    ["the connection is lost", (_, response) => response.destroy()],
    ["no answer comes", () => {}],
    ["a proxy answers in its place", (_, response) => say(response, 502, "<html>Bad Gateway</html>")],
    ["the answer breaks off", (_, response) => response.writeHead(200).end("<ModifyDBClusterResp")],
  ])("is unanswered where %s, and a change is never sent twice", async (_case, wrong) => {
    await expect(changing(wrong)).rejects.toMatchObject({ name: "CloudFault", kind: "unanswered" });
    expect(received).toEqual(["DescribeDBClusters", "ModifyDBCluster"]);
  });

  it("is tried once more where it was only a look", async () => {
    answer = (_, response) => response.destroy();

    await expect(cloud.findCluster("orders")).rejects.toMatchObject({ kind: "unanswered" });
    expect(received).toEqual(["DescribeDBClusters", "DescribeDBClusters"]);
  });
});

describe("what is not the service's doing", () => {
  it("stays the bug that it is", async () => {
    const bug = new TypeError("x is not a function");

    await expect(calling("Describe", () => Promise.reject(bug))).rejects.toBe(bug);
  });
});
