import type { Request } from "../engine/request.ts";
import { isAnswerAddress } from "./answer.ts";
import type { Message } from "./blocks/message.ts";

/** Whom this bot serves. */
export interface Home {
  /** The id of the workspace. */
  readonly team: string;
  /** The id of the app, or undefined where it is not configured. */
  readonly appId: string | undefined;
  readonly botId: string;
  /** The origin of response URLs. */
  readonly answers: string;
}

/** What a payload comes to: something to record, or something to say at once. */
export type Heard =
  | { readonly request: Request; readonly acknowledgement: string }
  | { readonly answer: Message; readonly responseUrl: string | null };

/** A slash command belongs to the app that was installed last, and a shared channel to two workspaces. */
export function isHome(
  from: { readonly team: string; readonly appId: string | undefined; readonly responseUrl: string },
  home: Home,
): boolean {
  return (
    from.team === home.team &&
    (home.appId === undefined || from.appId === home.appId) &&
    isAnswerAddress(from.responseUrl, home.answers)
  );
}
