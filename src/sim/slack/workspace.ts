import type { Block } from "./block-kit.ts";

/** Epoch milliseconds, as everywhere in this project. */
type Instant = number;

/** Somebody in the workspace. The flags that are absent are false; they become those of `users.info`. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly title?: string;
  readonly email?: string;
  readonly teamId: string;
  readonly deactivated?: true;
  readonly bot?: true;
  readonly guest?: "single-channel" | "multi-channel";
  /** From another organisation, met in a shared channel (Slack Connect). */
  readonly external?: true;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly topic?: string;
  readonly private?: true;
  readonly archived?: true;
  readonly externallyShared?: true;
  readonly members: readonly string[];
}

/** A name for several people at once, as in `@db-approvers`. */
interface UserGroup {
  readonly id: string;
  readonly handle: string;
  readonly members: readonly string[];
}

/** The one app that is installed, with what its manifest asked for. */
interface InstalledApp {
  readonly id: string;
  readonly botId: string;
  readonly botUserId: string;
  readonly command: string;
  readonly commandHint: string;
  readonly commandExamples: readonly string[];
  readonly scopes: readonly string[];
}

export interface Metadata {
  readonly event_type: string;
  readonly event_payload: Readonly<Record<string, unknown>>;
}

/** What a message says. `blocks`, when present, is what people see; `text` is then the notification. */
export interface Content {
  readonly text: string;
  readonly blocks?: readonly Block[];
}

/** A file that was uploaded, or is about to be. Nobody sees it before it is shared. */
export interface UploadedFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  /** In bytes, as it was announced. */
  readonly size: number;
  /** In base64; absent until it has arrived. */
  readonly content?: string;
  readonly shared?: true;
}

export interface Message extends Content {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs?: string;
  readonly author: string;
  readonly broadcast?: true;
  /** Ids of files. */
  readonly files?: readonly string[];
  readonly metadata?: Metadata;
  readonly editedTs?: string;
  /** The root of a thread keeps its place when it is deleted. */
  readonly deleted?: true;
}

/** A message that one person sees. `author` is the app's user, or `USLACKBOT` when Slack itself speaks. */
export interface Ephemeral extends Content {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs?: string;
  readonly user: string;
  readonly author: string;
}

/** The right to answer an interaction: five times in thirty minutes. */
export interface ResponseUrl {
  readonly id: string;
  readonly channel: string;
  readonly user: string;
  readonly expiresAt: Instant;
  readonly uses: number;
  /** The message that `replace_original` means: the one clicked on, or the last one sent this way. */
  readonly original?: string;
  readonly threadTs?: string;
}

/** Everything the workspace knows, as one plain JSON value. */
export interface WorkspaceState {
  readonly team: { readonly id: string; readonly name: string; readonly domain: string };
  readonly app: InstalledApp;
  readonly people: readonly Person[];
  readonly channels: readonly Channel[];
  readonly userGroups: readonly UserGroup[];
  messages: readonly Message[];
  ephemerals: readonly Ephemeral[];
  responseUrls: readonly ResponseUrl[];
  /** Absent in a workspace that was saved before files were known. */
  files?: readonly UploadedFile[];
  /** In microseconds; no two messages share a `ts`. */
  lastTs: number;
  /** Makes block ids, trigger ids and the like. */
  lastNumber: number;
}

/** One call of the Web API as it is judged by a fault hook. */
export interface ApiCall {
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** What goes wrong with a call. With `lost-reply` the call takes effect and its connection is cut. */
export type Fault =
  | { readonly kind: "rate-limited"; readonly retryAfterSeconds: number }
  | { readonly kind: "hang" }
  | { readonly kind: "server-error" }
  | { readonly kind: "lost-reply" };

/** One line of the call log: `outcome` is `ok`, Slack's error code, or the fault's kind. */
export interface ApiCallRecord {
  readonly at: Instant;
  readonly method: string;
  readonly outcome: string;
}

/** Where somebody chooses something. An edit of the message that keeps the ids keeps the choice. */
export interface Choosing {
  readonly user: string;
  readonly messageTs: string;
  readonly blockId: string;
  readonly actionId: string;
}

export const slackbot = "USLACKBOT";

/**
 * The workspace: its state, and the few ways in which the state changes. `save` is given the state after
 * each change, so that a demo that is killed and started again goes on with the same channel.
 */
export class Workspace {
  readonly state: WorkspaceState;
  readonly now: () => Instant;
  readonly calls: ApiCallRecord[] = [];
  /** Where it is served, without a slash at the end. */
  url = "";
  readonly #save: (state: WorkspaceState) => void;
  readonly #listeners = new Set<() => void>();
  readonly #chosen = new Map<string, string>();
  #faultFor: (call: ApiCall) => Fault | undefined = () => undefined;

  constructor(
    state: WorkspaceState,
    options: { now: () => Instant; save?: (state: WorkspaceState) => void },
  ) {
    this.state = state;
    this.now = options.now;
    this.#save = options.save ?? (() => {});
  }

  /** Asks `hook` about every call from now on; the last hook given is the one in force. */
  faults(hook: (call: ApiCall) => Fault | undefined): void {
    this.#faultFor = hook;
  }

  faultFor(call: ApiCall): Fault | undefined {
    return this.#faultFor(call);
  }

  /** Calls `listener` after every change, until the function that it returns is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  person(id: string): Person | undefined {
    return this.state.people.find((person) => person.id === id);
  }

  channel(id: string): Channel | undefined {
    return this.state.channels.find((channel) => channel.id === id);
  }

  message(channel: string, ts: string): Message | undefined {
    return this.state.messages.find((message) => message.channel === channel && message.ts === ts);
  }

  ephemeral(user: string, ts: string): Ephemeral | undefined {
    return this.state.ephemerals.find((message) => message.user === user && message.ts === ts);
  }

  file(id: string): UploadedFile | undefined {
    return this.state.files?.find((file) => file.id === id);
  }

  /** Announced, arrived or shared: the newest state of a file takes the place of the one before. */
  putFile(file: UploadedFile): void {
    const others = (this.state.files ?? []).filter(({ id }) => id !== file.id);
    this.state.files = [...others, file];
    this.#changed();
  }

  /** The root of a thread and its replies, oldest first; empty when there is no such root. */
  thread(channel: string, ts: string): readonly Message[] {
    const root = this.message(channel, ts);
    if (root === undefined || root.threadTs !== undefined) return [];
    return [root, ...this.state.messages.filter((m) => m.channel === channel && m.threadTs === ts)];
  }

  /** What the channel itself shows: roots and the replies that were also sent to the channel. */
  timeline(channel: string): readonly Message[] {
    return this.state.messages.filter(
      (message) => message.channel === channel && (message.threadTs === undefined || message.broadcast),
    );
  }

  /** A number that was never given before, in the alphabet of Slack's ids. */
  nextId(): string {
    this.state.lastNumber += 1;
    return this.state.lastNumber.toString(36).toUpperCase().padStart(5, "0");
  }

  post(message: Omit<Message, "ts">): Message {
    const posted = { ...message, ts: this.#nextTs() };
    this.state.messages = [...this.state.messages, posted];
    this.#changed();
    return posted;
  }

  postEphemeral(message: Omit<Ephemeral, "ts">): Ephemeral {
    const posted = { ...message, ts: this.#nextTs() };
    this.state.ephemerals = [...this.state.ephemerals, posted];
    this.#changed();
    return posted;
  }

  /** Replaces what a message says and keeps the rest of it. */
  edit(message: Message, content: Content & { readonly metadata?: Metadata }): Message {
    const { blocks: _, ...rest } = message;
    const edited = { ...rest, ...content, editedTs: this.#nextTs() };
    this.state.messages = this.state.messages.map((each) => (each === message ? edited : each));
    this.#changed();
    return edited;
  }

  /** Replaces what an ephemeral message says, or takes it away. */
  replaceEphemeral(message: Ephemeral, content: Content | undefined): void {
    const { blocks: _, ...rest } = message;
    this.state.ephemerals = this.state.ephemerals.flatMap((each) => {
      if (each !== message) return [each];
      return content === undefined ? [] : [{ ...rest, ...content }];
    });
    this.#changed();
  }

  remove(message: Message): void {
    const { blocks: _, ...rest } = message;
    const hasReplies = this.thread(message.channel, message.ts).length > 1;
    this.state.messages = this.state.messages.flatMap((each) => {
      if (each !== message) return [each];
      return hasReplies ? [{ ...rest, text: "This message was deleted.", deleted: true as const }] : [];
    });
    this.#changed();
  }

  /** What a person has chosen in a menu or a date field, which only their own Slack knows until they click something. */
  choose(at: Choosing, value: string): void {
    this.#chosen.set(JSON.stringify([at.user, at.messageTs, at.blockId, at.actionId]), value);
    this.#changed();
  }

  chosen(at: Choosing): string | undefined {
    return this.#chosen.get(JSON.stringify([at.user, at.messageTs, at.blockId, at.actionId]));
  }

  openResponseUrl(url: Omit<ResponseUrl, "id" | "uses" | "expiresAt">): ResponseUrl {
    const opened = { ...url, id: this.nextId(), uses: 0, expiresAt: this.now() + 30 * 60_000 };
    this.state.responseUrls = [...this.state.responseUrls, opened];
    this.#changed();
    return opened;
  }

  changeResponseUrl(id: string, change: Partial<ResponseUrl>): void {
    this.state.responseUrls = this.state.responseUrls.map((url) =>
      url.id === id ? { ...url, ...change } : url,
    );
    this.#changed();
  }

  #nextTs(): string {
    this.state.lastTs = Math.max(this.state.lastTs + 1, this.now() * 1000);
    const seconds = Math.floor(this.state.lastTs / 1_000_000);
    return `${seconds}.${String(this.state.lastTs % 1_000_000).padStart(6, "0")}`;
  }

  #changed(): void {
    this.#save(this.state);
    for (const listener of this.#listeners) listener();
  }
}
