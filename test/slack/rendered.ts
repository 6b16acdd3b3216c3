import { expect } from "vitest";
import type { JournalEntry } from "../../src/core/migration.ts";
import type { Note } from "../../src/core/note.ts";
import type { MigrationView } from "../../src/engine/deps.ts";
import type { Notice } from "../../src/engine/request.ts";
import { readBlocks } from "../../src/sim/slack/block-kit.ts";
import type { Message } from "../../src/slack/blocks/message.ts";
import { noticeMessage as renderNotice } from "../../src/slack/blocks/notice.ts";
import { replyMessage as renderReply } from "../../src/slack/blocks/reply.ts";
import {
  rootHash as hashRoot,
  rootMessage as renderRoot,
  statusMessage as renderStatus,
} from "../../src/slack/blocks/root.ts";
import { limits } from "../../src/slack/limits.ts";
import { everyState, noon, purposeStates } from "./lives.ts";

export const approvers = "<!subteam^S0APPROVE>";
export const rootMessage = (view: MigrationView) => renderRoot(view, approvers);
export const statusMessage = (view: MigrationView) => renderStatus(view, approvers);
export const rootHash = (view: MigrationView) => hashRoot(view, approvers);
export const replyMessage = (of: JournalEntry, view: MigrationView) => renderReply(of, view, approvers);
export const noticeMessage = (notice: Notice) => renderNotice(notice, approvers);

export const states = Object.entries({ ...everyState(), ...purposeStates() });

/** Everything that a message says, one string per text object. */
function textsOf(of: Message): string[] {
  const texts: string[] = [of.text];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === "object" && value !== null) {
      if ("text" in value && typeof value.text === "string") texts.push(value.text);
      Object.values(value).forEach(visit);
    }
  };
  visit(of.blocks);
  return texts;
}

export const wholeText = (of: Message) => textsOf(of).join("\n");

export function buttonsOf(of: Message): string[] {
  return of.blocks.flatMap((block) =>
    block.type === "actions"
      ? block.elements.flatMap((element) => (element.type === "button" ? [element.text.text] : []))
      : [],
  );
}

export function expectWithinLimits(of: Message): void {
  // The simulated workspace has the numbers once more, from the documentation and not from our constants.
  expect(readBlocks(of.blocks)).toHaveProperty("blocks");
  expect(of.text.length).toBeGreaterThan(0);
  expect(of.text.length).toBeLessThanOrEqual(limits.messageText);
}

export const entry = (what: Note, at = noon): JournalEntry => ({ seq: 12, at, what, hash: "h" });

/** What Slack parses: the text of the message and every mrkdwn text object. */
export function mrkdwnOf(of: Message): string[] {
  const texts: string[] = [of.text];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === "object" && value !== null) {
      if ("type" in value && value.type === "mrkdwn" && "text" in value) texts.push(String(value.text));
      Object.values(value).forEach(visit);
    }
  };
  visit(of.blocks);
  return texts;
}
