import type { JournalEntry } from "../core/migration.ts";
import { type Note, plain } from "../core/note.ts";
import { say } from "../core/sentences.ts";
import { type Channel, ChannelFault, type MigrationView, type PostedFile } from "../engine/deps.ts";
import type { Notice, Request } from "../engine/request.ts";

interface Root {
  readonly migration: string;
  readonly ts: string;
  view: MigrationView;
  edits: number;
  readonly replies: JournalEntry[];
  readonly files: { readonly file: PostedFile; readonly said: string }[];
}

/** A channel in memory: what was posted, edited and answered, for tests that live through thousands of migrations. */
export class MemoryChannel implements Channel {
  readonly roots: Root[] = [];
  readonly answers: { readonly request: Request; readonly notice: Notice }[] = [];
  /** Asked before every call: what Slack does to it. `lost`: it happens, and the answer is lost. */
  faults: ((method: string) => "throttled" | "unanswered" | "refused" | "lost" | undefined) | undefined;
  readonly #clock: { now(): number };

  constructor(clock: { now(): number }) {
    this.#clock = clock;
  }

  async postRoot(_channel: string, view: MigrationView): Promise<string> {
    return this.#suffer("postRoot", () => {
      const ts = `${this.#clock.now() / 1_000}.${this.roots.length}`;
      this.roots.push({ migration: view.migration.id, ts, view, edits: 0, replies: [], files: [] });
      return ts;
    });
  }

  async findRoot(_channel: string, migration: string): Promise<string | undefined> {
    return this.#suffer("findRoot", () => this.roots.find((root) => root.migration === migration)?.ts);
  }

  async updateRoot(_channel: string, ts: string, view: MigrationView): Promise<void> {
    this.#suffer("updateRoot", () => {
      const root = this.#root(ts);
      root.view = view;
      root.edits++;
    });
  }

  renderRoot({ migration }: MigrationView): string {
    return `${migration.status} ${migration.direction} ${migration.planHash} ${migration.journalHead.seq}`;
  }

  speaksOf({ what }: JournalEntry): boolean {
    return what.code.startsWith("event.");
  }

  async postReply(_channel: string, root: string, entry: JournalEntry): Promise<void> {
    this.#suffer("postReply", () => this.#root(root).replies.push(entry));
  }

  async findReplies(_channel: string, root: string): Promise<readonly number[]> {
    return this.#suffer("findReplies", () => this.#root(root).replies.map(({ seq }) => seq));
  }

  async postFiles(_channel: string, root: string, files: readonly PostedFile[], said: Note): Promise<void> {
    this.#suffer("postFiles", () => {
      this.#root(root).files.push(...files.map((file) => ({ file, said: say(said, plain) })));
    });
  }

  async findFiles(_channel: string, root: string): Promise<readonly string[]> {
    return this.#suffer("findFiles", () => this.#root(root).files.map(({ file }) => file.name));
  }

  async answer(request: Request, notice: Notice): Promise<void> {
    this.answers.push({ request, notice });
  }

  /** The thread of a migration as sentences. */
  thread(migration: string): readonly string[] {
    const root = this.roots.find((posted) => posted.migration === migration);
    return (root?.replies ?? []).map(({ what }) => say(what, plain));
  }

  #root(ts: string): Root {
    const root = this.roots.find((posted) => posted.ts === ts);
    if (!root) throw new ChannelFault("refused", "message_not_found");
    return root;
  }

  #suffer<T>(method: string, call: () => T): T {
    const fault = this.faults?.(method);
    if (fault === "throttled") throw new ChannelFault("throttled", "ratelimited", 30_000);
    if (fault === "unanswered") throw new ChannelFault("unanswered", "no answer");
    if (fault === "refused") throw new ChannelFault("refused", "missing_scope");
    const result = call();
    if (fault === "lost") throw new ChannelFault("unanswered", "no answer");
    return result;
  }
}
