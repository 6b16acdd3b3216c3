import type { Parameter } from "@aws-sdk/client-rds";
import type { Instant, Undated } from "./state.ts";

/** What databases stand in: networks, groups, keys, functions. */

export type Origin = "application" | "probe";

export interface SecurityGroup {
  readonly id: string;
  readonly vpcId: string;
  readonly admits: readonly Origin[];
  /** Rules beside those that admit somebody, as somebody added them. */
  readonly moreIngress?: readonly IpPermission[];
  readonly egress?: readonly IpPermission[];
}

/** As much of a rule as is told. */
export interface IpPermission {
  readonly IpProtocol: string;
  readonly FromPort?: number;
  readonly ToPort?: number;
  readonly UserIdGroupPairs?: readonly { readonly GroupId: string }[];
  readonly IpRanges?: readonly { readonly CidrIp: string }[];
}

/** How a function is deployed. What it does is not part of the account's value. */
export interface FunctionSettings {
  readonly Runtime: string;
  /** Seconds. */
  readonly Timeout: number;
  readonly Role: string;
  readonly VpcConfig?: { readonly VpcId: string; readonly SecurityGroupIds: readonly string[] };
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
}

export interface SubnetGroup {
  readonly name: string;
  readonly vpcId: string;
  readonly zones: readonly string[];
}

export interface ParameterGroup {
  readonly name: string;
  readonly family: string;
  readonly parameters: readonly Undated<Parameter>[];
}

export interface OptionGroup {
  readonly name: string;
  readonly engine: string;
  readonly majorVersion: string;
}

export interface Key {
  readonly id: string;
  readonly arn: string;
  readonly accountId: string;
  readonly manager: "AWS" | "CUSTOMER";
  readonly state: "Enabled" | "Disabled" | "PendingDeletion" | "PendingImport" | "Unavailable";
  readonly spec: "SYMMETRIC_DEFAULT" | "RSA_2048" | "HMAC_256";
  readonly usage: "ENCRYPT_DECRYPT" | "SIGN_VERIFY" | "GENERATE_VERIFY_MAC";
  readonly origin: "AWS_KMS" | "EXTERNAL" | "AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE";
  readonly multiRegion: boolean;
  readonly description: string;
  readonly createdAt: Instant;
  readonly deletionAt?: Instant;
  readonly validTo?: Instant;
  readonly policy: string;
  /** Whether the policy lets this account's principals create a grant on it, as RDS does for them. */
  readonly grantable: boolean;
  readonly rotates?: boolean;
}
