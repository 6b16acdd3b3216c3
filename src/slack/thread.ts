import type { webApi } from "@slack/bolt";
import { say } from "../core/sentences.ts";
import { type Channel, ChannelFault, type Log } from "../engine/deps.ts";
import type { SlackAddresses } from "./addresses.ts";
import { sendAnswer } from "./answer.ts";
import { type Approvers, mentionApprovers } from "./approvers.ts";
import type { Message } from "./blocks/message.ts";
import { noticeMessage } from "./blocks/notice.ts";
import { isBroadcast, replyMessage, speaksOf } from "./blocks/reply.ts";
import { rootHash, rootMessage } from "./blocks/root.ts";
import { mrkdwn } from "./text.ts";
import { upload } from "./upload.ts";
import { calling } from "./web-client.ts";

const eventType = "encrypt_db";
const pageSize = 200;
/** A root message whose reply was lost was posted moments ago; further back it is not to be found. */
const historyPages = 3;
const threadPages = 20;

/** The view of migrations in Slack: one root message each, edited in place, and a thread of what happened. */
export function createChannel(options: {
  readonly client: webApi.WebClient;
  readonly botUserId: string;
  readonly approvers: Approvers;
  readonly addresses: SlackAddresses;
  readonly log: Log;
}): Channel {
  const { client, botUserId, addresses, log } = options;
  const mention = mentionApprovers(options.approvers);
  return {
    async postRoot(channel, view) {
      const key = `root:${view.migration.id}`;
      const posted = await calling(() =>
        client.chat.postMessage({ channel, ...shown(rootMessage(view, mention)), metadata: keyed(key) }),
      );
      return String(posted.ts);
    },

    async findRoot(channel, migration) {
      for await (const message of history(client, channel)) {
        if (keyOf(message, botUserId) === `root:${migration}`) return message.ts;
      }
      return undefined;
    },

    async updateRoot(channel, ts, view) {
      await calling(() => client.chat.update({ channel, ts, ...shown(rootMessage(view, mention)) }));
    },

    renderRoot: (view) => rootHash(view, mention),
    speaksOf,

    async postReply(channel, root, entry, view) {
      const reply = {
        channel,
        thread_ts: root,
        ...shown(replyMessage(entry, view, mention)),
        metadata: keyed(`entry:${view.migration.id}#${entry.seq}`),
      };
      await calling(() =>
        client.chat.postMessage(isBroadcast(entry) ? { ...reply, reply_broadcast: true } : reply),
      );
    },

    async findReplies(channel, root) {
      const found: number[] = [];
      for await (const message of replies(client, channel, root)) {
        const seq = /^entry:.*#(\d+)$/.exec(keyOf(message, botUserId) ?? "")?.[1];
        if (seq !== undefined) found.push(Number(seq));
      }
      return found;
    },

    async postFiles(channel, root, files, said) {
      const uploaded = await Promise.all(files.map((file) => upload(client, addresses, file)));
      const [first, ...others] = uploaded;
      if (!first) return;
      await calling(() =>
        client.files.completeUploadExternal({
          files: [first, ...others],
          channel_id: channel,
          thread_ts: root,
          initial_comment: say(said, mrkdwn),
        }),
      );
    },

    async findFiles(channel, root) {
      const found: string[] = [];
      for await (const { user, files = [] } of replies(client, channel, root)) {
        if (user === botUserId) found.push(...files.flatMap(({ name }) => name ?? []));
      }
      return found;
    },

    // Best effort: an answer that cannot be given must not keep others from being served.
    async answer(request, notice) {
      try {
        await sendAnswer(request.responseUrl, addresses.answers, noticeMessage(notice, mention));
      } catch (error) {
        if (!(error instanceof ChannelFault)) throw error;
        log.info("slack.not-answered", { request: request.id, fault: error.message });
      }
    },
  };
}

/** Without these Slack would look for links and names in the text once more. */
function shown({ text, blocks }: Message) {
  return {
    text,
    blocks,
    parse: "none",
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
  } as const;
}

/** How a message is found again whose reply was lost. Everybody in the channel can read it: ids only. */
function keyed(key: string) {
  return { event_type: eventType, event_payload: { key } };
}

interface Posted {
  readonly ts?: string;
  readonly user?: string;
  readonly files?: readonly { readonly name?: string }[];
  readonly metadata?: { readonly event_type?: string; readonly event_payload?: object };
}

/** The key of a message of ours. Another app can write the same metadata. */
function keyOf(message: Posted, botUserId: string): string | undefined {
  if (message.user !== botUserId || message.metadata?.event_type !== eventType) return undefined;
  const { key } = { key: undefined, ...message.metadata.event_payload };
  return typeof key === "string" ? key : undefined;
}

/** The newest messages of a channel, newest first. */
async function* history(client: webApi.WebClient, channel: string): AsyncGenerator<Posted> {
  yield* paged(historyPages, (page) =>
    client.conversations.history({ channel, ...page, include_all_metadata: true }),
  );
}

/** A whole thread, oldest first. */
async function* replies(client: webApi.WebClient, channel: string, ts: string): AsyncGenerator<Posted> {
  yield* paged(threadPages, (page) =>
    client.conversations.replies({ channel, ts, ...page, include_all_metadata: true }),
  );
}

interface Page {
  readonly messages?: readonly Posted[];
  readonly response_metadata?: { readonly next_cursor?: string };
}

async function* paged(
  most: number,
  read: (page: { limit: number; cursor?: string }) => Promise<Page>,
): AsyncGenerator<Posted> {
  let cursor: string | undefined;
  for (let page = 0; page < most; page++) {
    const at = { limit: pageSize, ...(cursor !== undefined && { cursor }) };
    const { messages = [], response_metadata } = await calling(() => read(at));
    yield* messages;
    cursor = response_metadata?.next_cursor || undefined;
    if (cursor === undefined) return;
  }
}
