import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { App, AwsLambdaReceiver } from "@slack/bolt";

/** What the guides of Bolt and the SDK lead to, with the same clients and calls as the product's front: to be compared with. */
const receiver = new AwsLambdaReceiver({ signingSecret: process.env.SLACK_SIGNING_SECRET ?? "" });
const app = new App({
  receiver,
  authorize: async () => ({ botToken: process.env.SLACK_BOT_TOKEN ?? "", botId: "B0ENCRYPT" }),
  processBeforeResponse: true,
});
const dynamo = new DynamoDBClient();
const lambda = new LambdaClient();

app.command("/encrypt-db", async ({ ack, command }) => {
  const Item = { pk: { S: "inbox" }, sk: { S: command.trigger_id }, body: { S: JSON.stringify(command) } };
  const ConditionExpression = "attribute_not_exists(pk)";
  await dynamo.send(new PutItemCommand({ TableName: process.env.TABLE_NAME, Item, ConditionExpression }));
  await lambda.send(
    new InvokeCommand({ FunctionName: process.env.WORKER_FUNCTION, InvocationType: "Event" }),
  );
  await ack(`Looking at ${command.text} …`);
});

export const handler = receiver.toHandler();
