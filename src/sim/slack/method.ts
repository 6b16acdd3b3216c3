import type { Workspace } from "./workspace.ts";

/** A call that Slack refuses: `code` is the `error` of the answer, `more` what stands beside it. */
export class SlackError extends Error {
  readonly code: string;
  readonly more: Readonly<Record<string, unknown>>;

  constructor(code: string, more: Readonly<Record<string, unknown>> = {}) {
    super(code);
    this.name = "SlackError";
    this.code = code;
    this.more = more;
  }
}

/** One method of the Web API. `scopes`: any one of them is enough; none means every token may call it. */
export interface Method {
  readonly scopes: readonly string[];
  handle(workspace: Workspace, args: Arguments): Readonly<Record<string, unknown>>;
}

/**
 * The arguments of a call, whichever way they came: in a form every value is a string, and what has a
 * structure is JSON inside it; in a JSON body they are themselves.
 */
export class Arguments {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return value === undefined || value === null || value === "" ? undefined : String(value);
  }

  required(name: string, error: string): string {
    const value = this.text(name);
    if (value === undefined) throw new SlackError(error);
    return value;
  }

  flag(name: string): boolean {
    return ["true", "1"].includes(String(this.#values[name]));
  }

  json(name: string, error: string): unknown {
    const value = this.#values[name];
    if (typeof value !== "string") return value;
    if (value === "") return undefined;
    try {
      return JSON.parse(value);
    } catch {
      throw new SlackError(error);
    }
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }
}
