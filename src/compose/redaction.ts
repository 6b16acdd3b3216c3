import { cleaning, hidden } from "../core/secret-forms.ts";

/** What must not be read in a log: whoever may read logs may not yet speak for the bot, or enter a database. */

/** Fields of these names say nothing but a secret. */
const secretKey = /token|secret|password|passphrase|authorization|signature|credential|cookie|response_?url/i;

const deepest = 6;

type Fields = Readonly<Record<string, unknown>>;
type Redaction = (fields: Fields) => Record<string, unknown>;

/**
 * Takes secrets out of what is to be logged: by the name of a field, by their form, and the given ones by their value. An error
 * becomes its name, message, stack, code and cause; whatever else a library hung on it, such as the request it sent, is left out.
 */
export function redaction(secrets: readonly string[]): Redaction {
  const clean = cleaning(secrets);

  function redacted(value: unknown, depth: number): unknown {
    if (typeof value === "string") return clean(value);
    if (typeof value === "bigint") return String(value);
    if (typeof value !== "object" || value === null) return value;
    if (depth === deepest) return "[deeper]";
    if (value instanceof Error) return redacted(partsOf(value), depth);
    if (Array.isArray(value)) return value.map((each) => redacted(each, depth + 1));
    return ofFields(value, depth + 1);
  }

  function ofFields(value: object, depth: number): Record<string, unknown> {
    const pairs = Object.entries(value).map(([key, each]) => [
      key,
      secretKey.test(key) ? hidden : redacted(each, depth),
    ]);
    return Object.fromEntries(pairs);
  }

  return (fields) => ofFields(fields, 0);
}

function partsOf(error: Error) {
  const { name, message, stack, cause } = error;
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  return { name, message, stack, ...code, ...(cause !== undefined && { cause }) };
}
