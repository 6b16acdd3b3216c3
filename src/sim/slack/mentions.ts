import type { RichTextInline } from "./block-elements.ts";
import type { Workspace } from "./workspace.ts";

type Mention = Extract<RichTextInline, { type: "user" | "usergroup" | "channel" | "broadcast" }>;

/** A mention as people read it. Somebody or something unknown is shown by its id, as Slack does. */
export function mentionText(workspace: Workspace, mention: Mention): string {
  switch (mention.type) {
    case "user":
      return `@${workspace.person(mention.user_id)?.realName ?? mention.user_id}`;
    case "usergroup": {
      const group = workspace.state.userGroups.find(({ id }) => id === mention.usergroup_id);
      return `@${group?.handle ?? mention.usergroup_id}`;
    }
    case "channel":
      return `#${workspace.channel(mention.channel_id)?.name ?? mention.channel_id}`;
    case "broadcast":
      return `@${mention.range}`;
  }
}

/** Whether a mention calls `person`. */
export function calls(workspace: Workspace, mention: Mention, person: string): boolean {
  if (mention.type === "user") return mention.user_id === person;
  if (mention.type === "broadcast") return true;
  const group = workspace.state.userGroups.find(
    ({ id }) => mention.type === "usergroup" && id === mention.usergroup_id,
  );
  return group?.members.includes(person) ?? false;
}
