import { describe, test } from "vitest";
import { expectFound, type Fault, manifest, scopes, set } from "./plants.ts";

const faults: readonly Fault[] = [
  [
    "an approver from another company",
    set("SLACK_APPROVERS", "U0ALICE01,U0BOB0001,U0XENIA01"),
    "warning",
    /U0XENIA01 .* from another workspace/,
    /SLACK_APPROVERS/,
  ],
  [
    "a token that Slack does not take",
    set("SLACK_BOT_TOKEN", "xoxb-old"),
    "error",
    /does not take SLACK_BOT_TOKEN/,
    /OAuth & Permissions/,
  ],
  [
    "another workspace",
    set("SLACK_TEAM_ID", "T0OTHER"),
    "error",
    /SLACK_TEAM_ID is T0OTHER/,
    /SLACK_TEAM_ID=T0ACME001/,
  ],
  [
    "another bot",
    set("SLACK_BOT_ID", "B0OTHER"),
    "error",
    /SLACK_BOT_ID is B0OTHER/,
    /SLACK_BOT_ID=B0ENCRYPT/,
  ],
  [
    "another user of the bot",
    set("SLACK_BOT_USER_ID", "U0OTHER"),
    "error",
    /SLACK_BOT_USER_ID/,
    /=U0ENCRYPT/,
  ],
  ["another app", set("SLACK_APP_ID", "A0OTHER"), "error", /SLACK_APP_ID/, /SLACK_APP_ID=A0ENCRYPT/],
  [
    "a scope that is missing",
    scopes((had) => had.filter((one) => one !== "chat:write")),
    "error",
    /lacks chat:write/,
    /App Manifest/,
  ],
  [
    "a scope that nothing uses",
    scopes((had) => [...had, "files:read"]),
    "warning",
    /files:read, which nothing uses/,
    /remove the scope/,
  ],
  [
    "a channel without the bot",
    set("SLACK_CHANNELS", "C0DBOPS01,C0GENERAL"),
    "error",
    /not in the channel C0GENERAL/,
    /\/invite @encrypt-db/,
  ],
  [
    "a private channel without the bot",
    set("SLACK_CHANNELS", "C0ONCALL1"),
    "error",
    /no channel C0ONCALL1, or it is a private/,
    /SLACK_CHANNELS/,
  ],
  [
    "an approver who is a guest",
    set("SLACK_APPROVERS", "U0ALICE01,U0BOB0001,U0GUS0001"),
    "warning",
    /U0GUS0001 cannot approve: is a guest/,
    /SLACK_APPROVERS/,
  ],
  [
    "an approver who has left",
    set("SLACK_APPROVERS", "U0ALICE01,U0BOB0001,U0ERIN001"),
    "warning",
    /U0ERIN001 .* is deactivated/,
    /SLACK_APPROVERS/,
  ],
  [
    "an approver whom nobody knows",
    set("SLACK_APPROVERS", "U0ALICE01,U0BOB0001,U0NOBODY1"),
    "warning",
    /U0NOBODY1 .* user_not_found/,
    /SLACK_APPROVERS/,
  ],
  [
    "one approver alone",
    set("SLACK_APPROVERS", "U0ALICE01"),
    "error",
    /Only one person can approve/,
    /at least two full members/,
  ],
  [
    "one approver twice",
    set("SLACK_APPROVERS", "U0ALICE01,U0ALICE01"),
    "error",
    /Only one person/,
    /at least two/,
  ],
  [
    "a user group that is not there",
    set("SLACK_APPROVERS", "S0NOBODY1"),
    "error",
    /no user group S0NOBODY1/,
    /id of a user group/,
  ],
  [
    "a user group beside a person",
    set("SLACK_APPROVERS", "S0APPROVE,U0ALICE01"),
    "error",
    /a user group beside others/,
    /one user group alone/,
  ],
  [
    "a manifest that Slack would refuse",
    manifest("name: encrypt-db", `name: ${"long-".repeat(8)}`),
    "error",
    /display_information\.name/,
    /App Manifest/,
  ],
  [
    "a manifest without a scope",
    manifest("      - usergroups:read\n", ""),
    "error",
    /The scopes lack usergroups:read/,
    /App Manifest/,
  ],
  [
    "a manifest that sends clicks elsewhere",
    manifest(/(request_url: https:\/\/example.com)\/slack/, "$1/clicks"),
    "error",
    /different addresses/,
    /manifest\.yml/,
  ],
];

describe("of Slack and the manifest", () => {
  test.each(faults)("%s is found", expectFound);
});
