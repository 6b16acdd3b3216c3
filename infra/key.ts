import { ArnFormat, RemovalPolicy, type Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { functionNames, logGroups, product } from "./names.ts";

/** The bot's own key, for its table, its environment, its logs and its alarms. It is none of the keys of the databases. */
export function createOwnKey(stack: Stack): Key {
  const key = new Key(stack, "Key", {
    alias: `alias/${product}`,
    description: "The table, environment, logs and alarms of encrypt-db",
    enableKeyRotation: true,
    // The table outlives the stack, and nobody reads it without its key.
    removalPolicy: RemovalPolicy.RETAIN,
  });
  key.addToResourcePolicy(logsStatement(stack));
  key.addToResourcePolicy(alarmsStatement(stack));
  return key;
}

/** What a service does with a key that it encrypts under. */
export const usingActions = [
  "kms:Encrypt",
  "kms:Decrypt",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:DescribeKey",
] as const;

/** Source: CloudWatch Logs User Guide, Encrypt log data using AWS KMS. */
function logsStatement(stack: Stack): PolicyStatement {
  const groups = [
    ...Object.values(functionNames).map(logGroups.ofFunction),
    logGroups.endpoint,
    logGroups.transfer,
  ];
  return new PolicyStatement({
    principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
    actions: [...usingActions],
    resources: ["*"],
    conditions: {
      ArnEquals: {
        "kms:EncryptionContext:aws:logs:arn": groups.map((name) =>
          stack.formatArn({
            service: "logs",
            resource: "log-group",
            resourceName: name,
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        ),
      },
    },
  });
}

/** Without it an alarm to an encrypted topic is dropped, and nothing says so. Rules bring their own statement. */
function alarmsStatement(stack: Stack): PolicyStatement {
  return new PolicyStatement({
    principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
    actions: ["kms:Decrypt", "kms:GenerateDataKey"],
    resources: ["*"],
    conditions: { StringEquals: { "aws:SourceAccount": stack.account } },
  });
}
