import type { UpdateRegionSettingsInput } from "@aws-sdk/client-backup";
import { refuseUncovered } from "../parameters.ts";
import type { Turn } from "../turn.ts";
import { change, invalidRequest } from "./keeping.ts";

/** An account that is a member of no organization is refused. Source: AWS Backup API, DescribeGlobalSettings. */
export function describeGlobalSettings({ state: { organization } }: Turn) {
  if (organization === null) {
    throw invalidRequest("The account is not a member of an organization.");
  }
  return {
    GlobalSettings: { isCrossAccountBackupEnabled: String(organization.crossAccountBackup) },
    LastUpdateTime: new Date(organization.updatedAt),
  };
}

export function describeRegionSettings({ state: { backup } }: Turn) {
  return { ResourceTypeOptInPreference: { ...backup.optIn }, ResourceTypeManagementPreference: {} };
}

export function updateRegionSettings(turn: Turn, input: UpdateRegionSettingsInput): object {
  refuseUncovered("UpdateRegionSettings", input, ["ResourceTypeOptInPreference"]);
  change(turn, { optIn: { ...turn.state.backup.optIn, ...input.ResourceTypeOptInPreference } });
  return {};
}
