/**
 * How IAM decides. Written from IAM User Guide: Policy evaluation logic; IAM JSON policy elements: Condition operators, and
 * Single-valued vs. multivalued context keys. An operator that is not known here is an error and never a "no".
 */

export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** What is asked for: one action on one resource, with the context that the service adds. */
export interface Ask {
  readonly action: string;
  readonly resource: string;
  /** A key that is absent is absent; a list is a multivalued key. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** Every policy must allow it (the role's and the session's), and none may deny it. */
export function isAllowed(policies: readonly (readonly Statement[])[], ask: Ask): boolean {
  if (policies.some((policy) => policy.some((one) => one.Effect === "Deny" && applies(one, ask))))
    return false;
  return policies.every((policy) => policy.some((one) => one.Effect === "Allow" && applies(one, ask)));
}

function applies({ Action, Resource, Condition = {} }: Statement, ask: Ask): boolean {
  const { action, resource, context } = ask;
  return (
    listed(Action).some((pattern) => like(pattern.toLowerCase(), action.toLowerCase())) &&
    listed(Resource).some((pattern) => like(pattern, resource)) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, keyIn(context, key), listed(wanted))),
    )
  );
}

const listed = (value: string | readonly string[]): readonly string[] =>
  typeof value === "string" ? [value] : value;

/** Context keys are not case-sensitive. */
function keyIn(context: Ask["context"], key: string): readonly string[] | undefined {
  const name = Object.keys(context).find((one) => one.toLowerCase() === key.toLowerCase());
  const value = name === undefined ? undefined : context[name];
  return value === undefined ? undefined : listed(value);
}

function holds(operator: string, values: readonly string[] | undefined, wanted: readonly string[]): boolean {
  if (operator === "Null") return wanted.includes(String(values === undefined));
  const [set, plain = ""] = operator.includes(":") ? operator.split(":") : ["", operator];
  const test = tests[plain];
  if (test === undefined) throw new Error(`the simulated IAM does not know the operator ${operator}`);
  if (set === "ForAllValues") return (values ?? []).every((value) => test(value, wanted));
  if (set === "ForAnyValue") return (values ?? []).some((value) => test(value, wanted));
  if (set !== "") throw new Error(`the simulated IAM does not know the operator ${operator}`);
  // A negated operator holds for a key that is not there.
  if (values === undefined) return negated.has(plain);
  const [value = ""] = values;
  return test(value, wanted);
}

const negated = new Set(["StringNotEquals", "StringNotLike"]);

const tests: Readonly<Record<string, (value: string, wanted: readonly string[]) => boolean>> = {
  StringEquals: (value, wanted) => wanted.includes(value),
  StringNotEquals: (value, wanted) => !wanted.includes(value),
  StringLike: (value, wanted) => wanted.some((pattern) => like(pattern, value)),
  StringNotLike: (value, wanted) => !wanted.some((pattern) => like(pattern, value)),
  ArnLike: (value, wanted) => wanted.some((pattern) => like(pattern, value)),
  ArnEquals: (value, wanted) => wanted.some((pattern) => like(pattern, value)),
  Bool: (value, wanted) => wanted.includes(value),
  DateLessThan: (value, wanted) => wanted.some((limit) => Date.parse(value) < Date.parse(limit)),
};

function like(pattern: string, value: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === value;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(value);
}
