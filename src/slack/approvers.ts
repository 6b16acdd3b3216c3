/** Who may approve. A list comes from the configuration; a group can be edited by whoever may edit it in Slack. */
export type Approvers =
  | { readonly kind: "people"; readonly users: readonly string[] }
  | { readonly kind: "group"; readonly group: string };

const mostMentions = 10;

/** A mention of the approvers, which notifies them where it is posted; an edit notifies nobody. */
export function mentionApprovers(approvers: Approvers): string {
  if (approvers.kind === "group") return `<!subteam^${approvers.group}>`;
  return approvers.users
    .slice(0, mostMentions)
    .map((user) => `<@${user}>`)
    .join(", ");
}
