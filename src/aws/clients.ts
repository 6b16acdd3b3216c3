import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { BackupClient } from "@aws-sdk/client-backup";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { RDSClient, type RDSClientConfig } from "@aws-sdk/client-rds";
import { STSClient, type STSClientConfig } from "@aws-sdk/client-sts";
import { type Duration, minutes, seconds } from "../core/time.ts";
import type { SessionCredentials } from "./session.ts";
import type { Origin } from "./signed-call.ts";

/** Something that is put between a client and the network, such as an account that is simulated in process. */
interface Plugin {
  applyToStack(stack: unknown): void;
  /** Answers what is asked without a client of the SDK. */
  answer?(service: string, operation: string, input: object): Promise<unknown>;
}

export interface ClientOptions {
  readonly region: string;
  /** One address for every service, instead of AWS's own. */
  readonly endpoint?: string;
  readonly requestHandler?: NonNullable<RDSClientConfig["requestHandler"]>;
  readonly plugin?: (credentials: ClientOptions["credentials"]) => Plugin;
  /** Only a stand-in is given any: with AWS itself they come from the environment. */
  readonly credentials?: NonNullable<RDSClientConfig["credentials"]>;
  /** Secrets Manager's answer to DescribeSecret, where a plugin answers: of that service there is no client to put it into. */
  readonly describeSecret?: (arn: string) => Promise<unknown>;
}

/** The clients of one account in one Region. */
export interface AccountClients {
  readonly reads: RDSClient;
  readonly kms: KMSClient;
  readonly autoscaling: ApplicationAutoScalingClient;
  readonly backup: BackupClient;
  readonly sts: STSClient;
  /** Those that look into another account, in the Region of what is looked at. */
  readonly elsewhere: (region: string, credentials: SessionCredentials) => ElsewhereClients;
  /** For the few calls that are made without a client of the SDK, under the same credentials. */
  readonly origin: () => Promise<Omit<Origin, "now">>;
  readonly describeSecret: ClientOptions["describeSecret"];
  /** In the place of the network for such calls, where there is a plugin. */
  readonly answer: Plugin["answer"];
}

export interface ElsewhereClients {
  readonly backup: BackupClient;
  readonly kms: KMSClient;
}

export function createAccountClients(options: ClientOptions): AccountClients {
  const patient = configuration(options, { attempts: 2, timeout: seconds(10) });
  const reads = plugged(new RDSClient(patient), options);
  const { region, endpoint, describeSecret } = options;
  return {
    reads,
    origin: async () => ({ region, endpoint, credentials: await reads.config.credentials() }),
    describeSecret,
    kms: plugged(new KMSClient(patient), options),
    autoscaling: plugged(new ApplicationAutoScalingClient(patient), options),
    answer: options.plugin?.(options.credentials).answer,
    backup: plugged(new BackupClient(patient), options),
    sts: createStsClient(options),
    elsewhere: (thereIn, credentials) => {
      const there = { ...options, region: thereIn, credentials };
      return {
        backup: plugged(new BackupClient({ ...patient, region: thereIn, credentials }), there),
        kms: plugged(new KMSClient({ ...patient, region: thereIn, credentials }), there),
      };
    },
  };
}

/** Those that change something. */
export interface ChangeClients {
  readonly client: RDSClient;
  readonly autoscaling: ApplicationAutoScalingClient;
  readonly backup: BackupClient;
}

/** Never sends a call twice: RDS has no idempotency token, and a repeated rename renames the replacement. */
export function createChangeClients(options: ClientOptions): ChangeClients {
  const once = configuration(options, { attempts: 1, timeout: seconds(30) });
  return {
    client: plugged(new RDSClient(once), options),
    autoscaling: plugged(new ApplicationAutoScalingClient(once), options),
    backup: plugged(new BackupClient(once), options),
  };
}

/** `signer` puts its own in the place of the signature that the credentials make. */
export function createStsClient(
  options: ClientOptions,
  signer?: NonNullable<STSClientConfig["signer"]>,
): STSClient {
  const patient = configuration(options, { attempts: 2, timeout: seconds(5) });
  return plugged(new STSClient({ ...patient, ...(signer && { signer }) }), options);
}

/** The store's condition says whose write it was, so that a write may be sent again. */
export function createDynamoClient(options: ClientOptions): DynamoDBClient {
  return plugged(new DynamoDBClient(configuration(options, { attempts: 3, timeout: seconds(5) })), options);
}

/** The probe may watch a database for minutes before it answers. */
export function createLambdaClient(options: ClientOptions): LambdaClient {
  return plugged(new LambdaClient(configuration(options, { attempts: 1, timeout: minutes(5) })), options);
}

export function configuration(
  { region, endpoint, requestHandler, credentials }: ClientOptions,
  { attempts, timeout }: { attempts: number; timeout: Duration },
) {
  return {
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && { credentials }),
    maxAttempts: attempts,
    retryMode: "standard" as const,
    requestHandler: requestHandler ?? {
      connectionTimeout: seconds(3),
      requestTimeout: timeout,
      // Without it the SDK only logs that the time is over, and goes on waiting.
      throwOnRequestTimeout: true,
    },
  };
}

export function plugged<C extends { middlewareStack: { use(plugin: Plugin): void } }>(
  client: C,
  { plugin, credentials }: ClientOptions,
): C {
  if (plugin) client.middlewareStack.use(plugin(credentials));
  return client;
}
