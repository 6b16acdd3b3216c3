import type { ModifyDBInstanceMessage } from "@aws-sdk/client-rds";
import { unmodelled } from "../fault.ts";
import { present } from "../parameters.ts";
import type { InstanceSettings } from "../state.ts";
import type { Turn } from "../turn.ts";
import { masterSecret } from "./cluster-attachments.ts";
import { usableKey } from "./encryption.ts";

/** What a restore of an instance does not take: how it is monitored, and who keeps its master password. */

type Asked = Pick<
  ModifyDBInstanceMessage,
  | "MonitoringInterval"
  | "MonitoringRoleArn"
  | "EnablePerformanceInsights"
  | "PerformanceInsightsKMSKeyId"
  | "PerformanceInsightsRetentionPeriod"
  | "DatabaseInsightsMode"
>;

/** The role and the interval come together ([API] MonitoringInterval, MonitoringRoleArn). */
export function monitoring(asked: Asked): Partial<InstanceSettings> {
  const { MonitoringInterval, MonitoringRoleArn } = asked;
  if (MonitoringInterval === undefined && MonitoringRoleArn === undefined) return {};
  if ((MonitoringInterval ?? 0) === 0 && MonitoringRoleArn !== undefined) {
    throw unmodelled(
      "InvalidParameterCombination",
      "A MonitoringRoleArn needs a MonitoringInterval above 0.",
    );
  }
  if ((MonitoringInterval ?? 0) > 0 && MonitoringRoleArn === undefined) {
    throw unmodelled("InvalidParameterCombination", "A MonitoringRoleArn value is required.");
  }
  return present({ MonitoringInterval, MonitoringRoleArn });
}

/** Where it is on and no key is given, the account's default key is used. */
export function performanceInsights(turn: Turn, asked: Asked): Partial<InstanceSettings> {
  if (asked.EnablePerformanceInsights === undefined) return {};
  if (!asked.EnablePerformanceInsights) return { PerformanceInsightsEnabled: false };
  return {
    PerformanceInsightsEnabled: true,
    PerformanceInsightsKMSKeyId: usableKey(turn, asked.PerformanceInsightsKMSKeyId ?? "alias/aws/rds"),
    PerformanceInsightsRetentionPeriod: asked.PerformanceInsightsRetentionPeriod ?? 7,
  };
}

/** Source: [API] DatabaseInsightsMode, what `advanced` asks for. */
export function databaseInsights(asked: Asked): Partial<InstanceSettings> {
  const { DatabaseInsightsMode: mode, EnablePerformanceInsights: enabled } = asked;
  if (mode === undefined) return {};
  if (mode === "advanced" && !(enabled && (asked.PerformanceInsightsRetentionPeriod ?? 0) >= 465)) {
    throw unmodelled(
      "InvalidParameterCombination",
      "Advanced Database Insights needs Performance Insights with a retention of at least 465 days.",
    );
  }
  return { DatabaseInsightsMode: mode };
}

/** A new secret with a new password, unless there is one already; under the account's key for Secrets Manager where none is given. */
export function managedPassword(
  turn: Turn,
  now: Pick<InstanceSettings, "MasterUserSecret">,
  asked: Pick<ModifyDBInstanceMessage, "ManageMasterUserPassword" | "MasterUserSecretKmsKeyId">,
): Partial<InstanceSettings> {
  if (asked.ManageMasterUserPassword === false) {
    throw new Error("the simulated account takes no password, so it ends no management of one");
  }
  if (!asked.ManageMasterUserPassword || now.MasterUserSecret !== undefined) return {};
  const key = usableKey(turn, asked.MasterUserSecretKmsKeyId ?? "alias/aws/secretsmanager");
  return { MasterUserSecret: { ...masterSecret(turn, "db", key), SecretStatus: "creating" } };
}
