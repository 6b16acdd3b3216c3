/** What stands where a secret stood. */
export const hidden = "[redacted]";

/**
 * Secrets by their form, wherever they stand: Slack's tokens, response URLs and signatures; AWS's; a login in a URL; a password
 * that is assigned; a private key.
 */
const secretForms: readonly (readonly [RegExp, string])[] = [
  [/\bx(?:ox[a-z]|app)-[\w.-]+/g, hidden],
  [/https:\/\/hooks\.slack\.com\/[^\s"')]+/g, hidden],
  [/\bv0=[0-9a-f]{64}\b/g, `v0=${hidden}`],
  [/\b(signature|x-amz-security-token)(["']?\s*[=:]\s*["']?)[^\s"',&]+/gi, `$1$2${hidden}`],
  [/(\w+:\/\/[^\s:/@]+:)[^\s/"'<>]+@/g, `$1${hidden}@`],
  [
    /(password|passwd|passphrase|secret|token)(["']?\s*=\s*)(?:"[^"]*"|'[^']*'|[^\s"',;&]+)/gi,
    `$1$2${hidden}`,
  ],
  [/(["']\w*(?:password|passwd|passphrase|secret_?key|access_?token)["']\s*:\s*["'])[^"']+/gi, `$1${hidden}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, hidden],
];

/** Takes secrets out of a text. */
export type Cleaning = (text: string) => string;

/** By their form, and the given ones by their value, however it is written. */
export function cleaning(secrets: readonly string[]): Cleaning {
  const known = secrets
    .filter((secret) => secret !== "")
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    // The longest first: what is left of a longer one is no secret that anybody knows by its value.
    .sort((a, b) => b.length - a.length);
  return (text) => {
    const withoutKnown = known.reduce((left, secret) => left.replaceAll(secret, hidden), text);
    return secretForms.reduce((left, [form, instead]) => left.replace(form, instead), withoutKnown);
  };
}
