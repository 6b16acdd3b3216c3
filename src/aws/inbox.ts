import { CloudFault } from "../core/cloud.ts";
import type { Duration } from "../core/time.ts";
import type { Request } from "../engine/request.ts";
import { requestItem } from "./dynamo-items.ts";
import { absent, attributes } from "./dynamo-table.ts";
import { type Origin, signedCall } from "./signed-call.ts";

/** Milliseconds. Twice that is still within what the front has for it. */
const patience: Duration = 750;

/**
 * Puts a request into the store's inbox, as the store itself does; false if one of that id was put before. May only put, and so
 * cannot look whose a request is that is there. Throws a `CloudFault`; when it is `unanswered` the request may be there.
 * Source: DynamoDB API, PutItem.
 */
export async function putRequest(origin: Origin, tableName: string, request: Request): Promise<boolean> {
  const put = () => putOnce(origin, tableName, request);
  try {
    return await put();
  } catch (fault) {
    if (!(fault instanceof CloudFault) || !repeatable.has(fault.kind)) throw fault;
    // If the answer alone was lost, what stands there now is most likely this one.
    return (await put()) || fault.kind === "unanswered";
  }
}

const repeatable: ReadonlySet<CloudFault["kind"]> = new Set(["unanswered", "throttled"]);

async function putOnce(origin: Origin, TableName: string, request: Request): Promise<boolean> {
  try {
    await signedCall(origin, {
      service: "dynamodb",
      operation: "PutItem",
      path: "/",
      headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.PutItem" },
      body: JSON.stringify({
        TableName,
        Item: attributes(requestItem(request)),
        ConditionExpression: absent.text,
      }),
      patience,
    });
    return true;
  } catch (fault) {
    if (fault instanceof CloudFault && fault.code === "ConditionalCheckFailedException") return false;
    throw fault;
  }
}
