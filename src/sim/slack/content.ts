import * as z from "zod";
import { type Block, readBlocks, withIds } from "./block-kit.ts";
import { type Arguments, SlackError } from "./method.ts";
import type { Metadata, Workspace } from "./workspace.ts";

const longestText = 40_000;

const metadata = z.strictObject({
  event_type: z.string().min(1),
  event_payload: z.record(z.string(), z.unknown()),
});

/**
 * Reads `text` and `blocks` as every method that shows something takes them. A text over 40,000 characters is
 * cut, as Slack does; a message with neither is `no_text`.
 */
export function readContent(
  workspace: Workspace,
  args: Arguments,
): { text: string; blocks?: readonly Block[] } {
  if (args.has("attachments")) {
    throw new SlackError("invalid_arguments", {
      response_metadata: { messages: ["[ERROR] this workspace takes blocks and no attachments"] },
    });
  }
  const text = (args.text("text") ?? "").slice(0, longestText);
  const given = args.json("blocks", "invalid_blocks_format");
  if (given === undefined || (Array.isArray(given) && given.length === 0)) {
    if (text === "") throw new SlackError("no_text");
    return { text };
  }
  const read = readBlocks(given);
  if ("problems" in read) {
    throw new SlackError("invalid_blocks", {
      errors: read.problems,
      response_metadata: { messages: read.problems },
    });
  }
  return { text, blocks: withIds(read.blocks, () => workspace.nextId()) };
}

/** Reads the metadata of a message: ids for programs, readable by every member of the channel. */
export function readMetadata(args: Arguments): { metadata?: Metadata } {
  const given = args.json("metadata", "invalid_metadata_format");
  if (given === undefined) return {};
  const read = metadata.safeParse(given);
  if (!read.success) throw new SlackError("invalid_metadata_schema");
  return { metadata: read.data };
}
