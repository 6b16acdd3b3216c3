import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

/** What dynalite does not know of a table. A test changes it; a world begins with a table as it is deployed. */
export interface TableSettings {
  DeletionProtectionEnabled: boolean;
  PointInTimeRecoveryStatus: "ENABLED" | "DISABLED";
  TimeToLiveStatus: "ENABLED" | "ENABLING" | "DISABLED";
  /** Absent: a key that AWS owns, of which DynamoDB tells nothing. */
  SSEDescription?: { readonly Status: string; readonly SSEType: string; readonly KMSMasterKeyArn: string };
}

export function asDeployed({
  region,
  accountId,
}: {
  readonly region: string;
  readonly accountId: string;
}): TableSettings {
  return {
    DeletionProtectionEnabled: true,
    PointInTimeRecoveryStatus: "ENABLED",
    TimeToLiveStatus: "DISABLED",
    SSEDescription: {
      Status: "ENABLED",
      SSEType: "KMS",
      KMSMasterKeyArn: `arn:aws:kms:${region}:${accountId}:key/11111111-0000-4000-8000-000000000001`,
    },
  };
}

/**
 * Stands before dynalite (`behind` sends a request on to it) and answers what DynamoDB tells of a table and dynalite does not.
 * Source: Amazon DynamoDB API, DescribeTable, DescribeContinuousBackups, DescribeTimeToLive.
 */
export function tableFront(
  settings: TableSettings,
  behind: { readonly url: string; readonly listener: RequestListener },
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const [, operation = ""] = String(request.headers["x-amz-target"]).split(".");
    const add = additions[operation];
    if (!add) {
      void behind.listener(request, response as ServerResponse & { req: IncomingMessage });
      return;
    }
    complete(request, behind.url, operation, (answer) => add(answer, settings))
      .then(({ status, body }) =>
        response
          .writeHead(status, { "content-type": "application/x-amz-json-1.0" })
          .end(JSON.stringify(body)),
      )
      .catch(() => response.destroy());
  };
}

type Json = Readonly<Record<string, unknown>>;

const additions: Readonly<Record<string, (answer: Json, settings: TableSettings) => Json>> = {
  DescribeTable: ({ Table }, { DeletionProtectionEnabled, SSEDescription }) => ({
    Table: { ...(Table as Json), DeletionProtectionEnabled, ...(SSEDescription && { SSEDescription }) },
  }),
  DescribeTimeToLive: (_answer, { TimeToLiveStatus }) => ({ TimeToLiveDescription: { TimeToLiveStatus } }),
  DescribeContinuousBackups: (_answer, { PointInTimeRecoveryStatus }) => ({
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: "ENABLED",
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus },
    },
  }),
};

/** Dynalite's own answer, completed. Its refusal stays as it is: a table that is not there has no settings. */
async function complete(
  request: IncomingMessage,
  url: string,
  operation: string,
  add: (answer: Json) => Json,
): Promise<{ status: number; body: Json }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const known = operation === "DescribeContinuousBackups" ? "DescribeTable" : operation;
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `DynamoDB_20120810.${known}`,
      authorization: request.headers.authorization ?? "",
      "x-amz-date": String(request.headers["x-amz-date"]),
    },
    body: Buffer.concat(chunks),
  });
  const body = (await answer.json()) as Json;
  return { status: answer.status, body: answer.ok ? add(body) : body };
}
