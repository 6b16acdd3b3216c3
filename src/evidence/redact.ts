import { type Cleaning, hidden } from "../core/secret-forms.ts";

/**
 * Tags whose owner named them like a secret. Nothing else goes by the name of a field: a marker's token and a secret's ARN are
 * what a pack is for.
 */
const secretTag = /password|passwd|passphrase|secret|token|credential|api.?key/i;
const isOwn = /^(?:encrypt-db|aws):/;
const isArn = /^arn:/;

/** The same value without secrets, and whether there was one. */
export function redacted<T>(value: T, clean: Cleaning): { readonly value: T; readonly changed: boolean } {
  let changed = false;

  function textWithout(text: string): string {
    const cleaned = clean(text);
    if (cleaned !== text) changed = true;
    return cleaned;
  }

  function without(of: unknown, inTags: boolean): unknown {
    if (typeof of === "string") return textWithout(of);
    if (Array.isArray(of)) return of.map((each) => without(each, false));
    if (of === null || typeof of !== "object") return of;
    const entries = Object.entries(of).map(([key, held]) => {
      if (inTags && isSecretTag(key, held)) {
        changed = true;
        return [key, hidden];
      }
      return [key, without(held, isTags(key))];
    });
    return Object.fromEntries(entries);
  }

  const left = without(value, false) as T;
  return { value: left, changed };
}

function isTags(key: string): boolean {
  return key === "tags" || key === "tagsTakenOff";
}

function isSecretTag(key: string, value: unknown): boolean {
  return secretTag.test(key) && !isOwn.test(key) && typeof value === "string" && !isArn.test(value);
}
