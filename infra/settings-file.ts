import { readFileSync } from "node:fs";
import * as z from "zod";

export const accountId = z.string().regex(/^\d{12}$/, "must be the 12 digits of an account");
export const regionName = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a Region, such as eu-west-1");

export const arn = (service: string, resource: string) =>
  z
    .string()
    .regex(
      new RegExp(`^arn:[^:]+:${service}:[^:]*:\\d{12}:${resource}.+$`),
      `must look like arn:aws:${service}:…:${resource}…`,
    );

/** A file that a person fills in, an example of it, and where it says what each line means. */
export interface SettingsFile<Settings> {
  readonly own: string;
  readonly example: string;
  readonly explainedIn: string;
  readonly schema: z.ZodType<Settings>;
}

/** Throws an `Error` that names everything that is wrong. */
export function parseSettings<Settings>(
  { schema, explainedIn }: SettingsFile<Settings>,
  json: string,
  path: string,
): Settings {
  const parsed = schema.safeParse(parseJson(json, path));
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.map(String).join(".")}: ${issue.message}`);
  throw new Error(`${path} is not complete:\n${lines.join("\n")}\n${explainedIn} says what each line means.`);
}

function parseJson(json: string, path: string): unknown {
  try {
    return JSON.parse(json);
  } catch (fault) {
    throw new Error(`${path} is not JSON: ${fault instanceof Error ? fault.message : String(fault)}`);
  }
}

/** The settings of a file; undefined if there is no such file. Throws as `parseSettings` does. */
export function readSettings<Settings>(file: SettingsFile<Settings>, path = file.own): Settings | undefined {
  try {
    return parseSettings(file, readFileSync(path, "utf8"), path);
  } catch (fault) {
    if (fault instanceof Error && "code" in fault && fault.code === "ENOENT") return undefined;
    throw fault;
  }
}

/**
 * Synthesises with a person's own settings, or with the example, whose accounts are nobody's, so that it can be looked at and not
 * deployed. What is wrong is said without a stack, and ends the process with 1.
 */
export function synthesiseWith<Settings>(
  file: SettingsFile<Settings>,
  synthesise: (settings: Settings) => void,
): void {
  try {
    let settings = readSettings(file);
    if (!settings) {
      console.error(`There is no ${file.own}: this is ${file.example}. Copy it and fill it in.`);
      settings = readSettings(file, file.example);
    }
    if (!settings) throw new Error(`${file.example} is missing`);
    synthesise(settings);
  } catch (fault) {
    console.error(fault instanceof Error ? fault.message : fault);
    process.exitCode = 1;
  }
}
