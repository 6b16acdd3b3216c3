import type { Interactions } from "./slack/interact.ts";
import type { Workspace } from "./slack/workspace.ts";

/** Acts in the channel as people do: types commands, waits for buttons, presses them. */
export interface Actors {
  /** Resolves once the product has taken it; what the person is told comes later. */
  says(user: string, text: string): Promise<void>;
  /** Waits until a button with this in its label is in the channel, and presses the newest one. */
  presses(user: string, label: string): Promise<void>;
  /** Waits for a message to one person that holds this. */
  isTold(user: string, text: string): Promise<void>;
}

interface Button {
  readonly messageTs: string;
  readonly actionId: string;
  readonly blockId: string | undefined;
}

/** Long for a machine under load, short for a person who waits. */
const patience = 60_000;

/** `workspace` is read at every look: in a world of another process it is a new one each time. */
export function actorsIn(
  world: { readonly workspace: Workspace; readonly slack: Pick<Interactions, "command" | "click"> },
  channel: string,
): Actors {
  const { slack } = world;
  return {
    async says(user, text) {
      const outcome = await slack.command({ user, channel, text });
      if (outcome !== "answered") throw new Error(`/encrypt-db ${text} ${outcome}`);
    },
    async presses(user, label) {
      const button = await until(`a button "${label}"`, () => findButton(world.workspace, channel, label));
      const outcome = await slack.click({ user, channel, ...button });
      if (outcome !== "answered") throw new Error(`the button "${label}" ${outcome}`);
    },
    async isTold(user, text) {
      await until(`a message to ${user}: "${text}"`, () =>
        world.workspace.state.ephemerals.find(
          (told) => told.user === user && JSON.stringify(told).includes(text),
        ),
      );
    },
  };
}

function findButton(workspace: Workspace, channel: string, label: string): Button | undefined {
  for (const { ts, blocks } of workspace.timeline(channel).toReversed()) {
    for (const block of blocks ?? []) {
      if (block.type !== "actions") continue;
      const found = block.elements.find(
        (element) => element.type === "button" && element.text.text.includes(label),
      );
      if (found?.type === "button")
        return { messageTs: ts, actionId: found.action_id ?? "", blockId: block.block_id };
    }
  }
  return undefined;
}

/** Looks several times a second until there is something. Throws after a minute of the wall's time. */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  atMost = patience,
): Promise<T> {
  const end = Date.now() + atMost;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
