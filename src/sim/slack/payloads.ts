import type { ActionElement, Option } from "./block-elements.ts";
import { type Block, everyElement, findElement, type Placed } from "./block-kit.ts";
import { messageJson } from "./wire.ts";
import type { Channel, Message, Person, ResponseUrl, Workspace } from "./workspace.ts";

/** A person clicking something in a message; `option` is the value chosen in a menu, or the second of a time. */
export interface Click {
  readonly user: string;
  readonly channel: string;
  readonly messageTs: string;
  readonly actionId: string;
  readonly blockId?: string | undefined;
  readonly option?: string | undefined;
}

/** What a click landed on: a message everybody sees, or one that only this person sees. */
export interface Target {
  readonly placed: Placed;
  readonly ephemeral: boolean;
  readonly threadTs: string | undefined;
  readonly message: Message | undefined;
  readonly blocks: readonly Block[];
}

/**
 * Finds what a click means in the stored message, never in what the page shows: a button that an edit has
 * taken away cannot be clicked. Throws when there is nothing to click on, which is a mistake of the caller.
 */
export function findTarget(workspace: Workspace, click: Click): Target {
  const message = workspace.message(click.channel, click.messageTs);
  const shown = message ?? workspace.ephemeral(click.user, click.messageTs);
  const blocks = shown?.blocks;
  const placed = blocks && findElement(blocks, click.actionId, click.blockId);
  if (shown === undefined || blocks === undefined || placed === undefined) {
    throw new RangeError(`message ${click.messageTs} has nothing called ${click.actionId} to click on`);
  }
  return { placed, ephemeral: message === undefined, threadTs: shown.threadTs, message, blocks };
}

/** The body of a slash command (https://docs.slack.dev/interactivity/implementing-slash-commands). */
export function commandBody(
  workspace: Workspace,
  command: { readonly person: Person; readonly channel: Channel; readonly text: string },
  reply: { readonly responseUrl: string; readonly triggerId: string },
): string {
  const { app, team } = workspace.state;
  return new URLSearchParams({
    token: "deprecated",
    team_id: team.id,
    team_domain: team.domain,
    channel_id: command.channel.id,
    channel_name: command.channel.private ? "privategroup" : command.channel.name,
    user_id: command.person.id,
    user_name: command.person.name,
    command: app.command,
    text: command.text,
    api_app_id: app.id,
    is_enterprise_install: "false",
    response_url: reply.responseUrl,
    trigger_id: reply.triggerId,
  }).toString();
}

/** The body of a click (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload). */
export function clickBody(
  workspace: Workspace,
  click: { readonly person: Person; readonly channel: Channel; readonly target: Target; readonly on: Click },
  reply: { readonly responseUrl: string; readonly triggerId: string },
): string {
  const { app, team } = workspace.state;
  const { person, channel, target, on } = click;
  const payload = {
    type: "block_actions",
    user: { id: person.id, username: person.name, name: person.name, team_id: person.teamId },
    api_app_id: app.id,
    token: "deprecated",
    container: {
      type: "message",
      message_ts: on.messageTs,
      channel_id: channel.id,
      is_ephemeral: target.ephemeral,
      ...(target.threadTs !== undefined && { thread_ts: target.threadTs }),
    },
    trigger_id: reply.triggerId,
    team: { id: team.id, domain: team.domain },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: channel.id, name: channel.private ? "privategroup" : channel.name },
    ...(target.message && { message: messageJson(workspace, target.message, true) }),
    state: { values: statesIn(workspace, target.blocks, on) },
    response_url: reply.responseUrl,
    actions: [{ ...actionJson(target.placed, on.option), action_ts: (workspace.now() / 1000).toFixed(6) }],
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

function actionJson({ blockId, element }: Placed, option: string | undefined): Record<string, unknown> {
  const place = { action_id: element.action_id, block_id: blockId, type: element.type };
  if (element.type === "overflow") return { ...place, selected_option: optionNamed(element, option) };
  if (element.type !== "button") return { ...place, ...stateOf(element, option) };
  return {
    ...place,
    text: element.text,
    ...(element.value !== undefined && { value: element.value }),
    ...(element.style !== undefined && { style: element.style }),
  };
}

type Menu = Extract<ActionElement, { type: "overflow" | "static_select" }>;
type Stateful = Extract<ActionElement, { type: "static_select" | "datetimepicker" }>;

/** What is chosen in every menu and date field of the message, touched or not (docs: `state.values` of a block_actions payload). */
function statesIn(workspace: Workspace, blocks: readonly Block[], { user, messageTs }: Click) {
  const values: Record<string, Record<string, object>> = {};
  for (const { blockId, element } of everyElement(blocks)) {
    if (element.type !== "static_select" && element.type !== "datetimepicker") continue;
    const actionId = element.action_id ?? "";
    const chosen = workspace.chosen({ user, messageTs, blockId, actionId });
    values[blockId] = { ...values[blockId], [actionId]: { type: element.type, ...stateOf(element, chosen) } };
  }
  return values;
}

/** A choice that an edit of the message has taken away is none; then what the element began with holds. */
function stateOf(element: Stateful, chosen: string | undefined): Record<string, unknown> {
  if (element.type === "datetimepicker") {
    return {
      selected_date_time: chosen === undefined ? (element.initial_date_time ?? null) : Number(chosen),
    };
  }
  const found = optionsOf(element).find(({ value }) => value === chosen);
  return { selected_option: found ?? element.initial_option ?? null };
}

/** Keeps what is chosen, as the person's own Slack does. Throws where there is no such choice. */
export function keepChoice(workspace: Workspace, { placed }: Target, click: Click): void {
  const { blockId, element } = placed;
  const { user, messageTs, actionId, option = "" } = click;
  if (element.type === "button" || element.type === "overflow") return;
  if (element.type === "static_select") optionNamed(element, option);
  else if (!/^\d{10}$/.test(option)) throw new RangeError(`${option} is no time for ${actionId}`);
  workspace.choose({ user, messageTs, blockId, actionId }, option);
}

function optionNamed(element: Menu, value: string | undefined): Option {
  const found = optionsOf(element).find((option) => option.value === value);
  if (found === undefined) throw new RangeError(`the menu ${element.action_id} has no option ${value}`);
  return found;
}

/** Every option of a menu, whether grouped or not. */
export function optionsOf(element: Menu): readonly Option[] {
  if (element.type === "overflow") return element.options;
  return element.options ?? element.option_groups?.flatMap((group) => group.options) ?? [];
}

/** The address that `url` lends to the app for its answers. */
export function responseAddress(baseUrl: string, workspace: Workspace, url: ResponseUrl): string {
  return `${baseUrl}/commands/${workspace.state.team.id}/${url.id}`;
}
