/** What must not be read in a log: whoever may read logs may not yet speak for the bot, or enter a database. */

const hidden = "[redacted]";

/** Fields of these names say nothing but a secret. */
const secretKey = /token|secret|password|passphrase|authorization|signature|credential|cookie|response_?url/i;

/** Secrets by their form, wherever they stand: Slack's tokens, response URLs and signatures; AWS's; a login in a URL. */
const secretForms: readonly (readonly [RegExp, string])[] = [
  [/\bx(?:ox[a-z]|app)-[\w.-]+/g, hidden],
  [/https:\/\/hooks\.slack\.com\/[^\s"')]+/g, hidden],
  [/\bv0=[0-9a-f]{64}\b/g, `v0=${hidden}`],
  [/\b(signature|x-amz-security-token)(["']?\s*[=:]\s*["']?)[^\s"',&]+/gi, `$1$2${hidden}`],
  [/(\w+:\/\/[^\s:/@]+:)[^\s/@]+@/g, `$1${hidden}@`],
];

const deepest = 6;

type Fields = Readonly<Record<string, unknown>>;
type Redaction = (fields: Fields) => Record<string, unknown>;

/**
 * Takes secrets out of what is to be logged: by the name of a field, by their form, and the given ones by their value. An error
 * becomes its name, message, stack, code and cause; whatever else a library hung on it, such as the request it sent, is left out.
 */
export function redaction(secrets: readonly string[]): Redaction {
  const known = secrets
    .filter((secret) => secret !== "")
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    // The longest first: what is left of a longer one is no secret that anybody knows by its value.
    .sort((a, b) => b.length - a.length);

  function clean(text: string): string {
    const withoutKnown = known.reduce((left, secret) => left.replaceAll(secret, hidden), text);
    return secretForms.reduce((left, [form, instead]) => left.replace(form, instead), withoutKnown);
  }

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
