import { Duration, RemovalPolicy, type Stack } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { accepted } from "./accepted.ts";
import { logGroups, product } from "./names.ts";

/**
 * Where Slack sends commands and clicks: an HTTP API with one route. A function URL would be one resource less, but needs a
 * function that the whole world may call, which Security Hub reports as critical (Lambda.1); it has neither a limit before the
 * function, nor a log of what was refused, nor a domain of one's own. Returns the address.
 */
export function createSlackEndpoint(stack: Stack, slack: IFunction, key: IKey): string {
  const api = new HttpApi(stack, "Endpoint", { apiName: product, createDefaultStage: false });
  const [route] = api.addRoutes({
    path: "/slack",
    methods: [HttpMethod.POST],
    integration: new HttpLambdaIntegration("Front", slack, { timeout: Duration.seconds(15) }),
  });
  if (route)
    accepted(
      route,
      "AwsSolutions-APIG4",
      "Slack cannot log in: it signs what it sends, and the front verifies the raw bytes before it reads them.",
    );
  const log = new LogGroup(stack, "EndpointLog", {
    logGroupName: logGroups.endpoint,
    retention: RetentionDays.THREE_MONTHS,
    encryptionKey: key,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  new HttpStage(stack, "EndpointStage", {
    httpApi: api,
    stageName: "$default",
    autoDeploy: true,
    // Far more than people click, and what a flood from elsewhere costs at most.
    throttle: { rateLimit: 20, burstLimit: 40 },
    accessLogSettings: { destination: new LogGroupLogDestination(log), format: accessLogFormat },
  });
  return `${api.apiEndpoint}/slack`;
}

/** No header and no body: a signature in a log is one that can be tried again. */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: "$context.requestId",
    time: "$context.requestTime",
    source: "$context.identity.sourceIp",
    status: "$context.status",
    milliseconds: "$context.responseLatency",
    bytes: "$context.responseLength",
    error: "$context.error.message",
    functionError: "$context.integrationErrorMessage",
  }),
);
