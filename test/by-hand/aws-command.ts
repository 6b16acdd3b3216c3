import { coverage } from "../../src/sim/aws/operations.ts";
import { operationSchema, type Shape } from "../../src/sim/aws/wire/schemas.ts";

const services = ["rds", "application-autoscaling", "backup"] as const;

export interface AwsCall {
  readonly service: (typeof services)[number];
  readonly operation: string;
  readonly input: object;
  readonly region: string;
  readonly query: string;
  readonly output: string;
  /** Whose credentials are used, where not the shell's own. */
  readonly profile: string;
}

/** What `aws …` would send, by the schemas that the SDK carries. Throws on an option that the operation has not. */
export function awsCall(words: readonly string[]): AwsCall {
  const [aws, called, command = "", ...rest] = words;
  const service = services.find((one) => one === called);
  if (aws !== "aws" || !service) throw new Error(`not a call of ${services.join()}: ${words.join(" ")}`);
  const operation = coverage[service].find((name) => name.toLowerCase() === command.replaceAll("-", ""));
  const shape = operation === undefined ? undefined : operationSchema(service, operation)?.input;
  if (operation === undefined || shape?.is !== "structure") throw new Error(`there is no ${command}`);
  const own: Record<string, string> = {};
  const input: Record<string, unknown> = {};
  for (const { name, values } of optionsIn(rest)) {
    if (["region", "query", "output", "profile"].includes(name)) own[name] = values.join(" ");
    else {
      const { member, value } = memberOf(shape.members, name, values);
      input[member] = value;
    }
  }
  const { region = "", query = "", output = "", profile = "" } = own;
  return { service, operation, input, region, query, output, profile };
}

function optionsIn(words: readonly string[]): { name: string; values: string[] }[] {
  const options: { name: string; values: string[] }[] = [];
  for (const word of words) {
    if (word.startsWith("--")) options.push({ name: word.slice(2), values: [] });
    else options.at(-1)?.values.push(word);
  }
  return options;
}

type Members = Extract<Shape, { is: "structure" }>["members"];

function memberOf(members: Members, option: string, values: readonly string[]) {
  const find = (name: string) =>
    members.find((one) => one.name.toLowerCase() === name.replaceAll("-", "").toLowerCase());
  const negated = option.startsWith("no-") ? find(option.slice(3)) : undefined;
  if (negated && values.length === 0) return { member: negated.name, value: false };
  const member = find(option);
  if (!member) throw new Error(`there is no option --${option}`);
  return { member: member.name, value: givenValue(member.shape(), values) };
}

function givenValue(shape: Shape, values: readonly string[]): unknown {
  const [first = ""] = values;
  if (shape.is === "list") {
    if (/^\s*\[/.test(first)) return JSON.parse(first);
    return shape.member.is === "structure" ? values.map(shorthand) : values;
  }
  if (shape.is === "structure") return JSON.parse(first);
  if (shape.is === "map") return JSON.parse(first);
  if (shape.type === "boolean" && values.length === 0) return true;
  if (values.length !== 1) throw new Error(`one value was meant: ${values.join(" ")}`);
  if (shape.type === "number") return Number(first);
  return shape.type === "timestamp" ? new Date(first) : first;
}

/** `Name=db-cluster-id,Values=a,b` */
function shorthand(text: string): object {
  const [, name, values = ""] = /^Name=([^,]+),Values=(.*)$/.exec(text) ?? [];
  return { Name: name, Values: values.split(",") };
}
