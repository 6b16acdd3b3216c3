import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Template } from "aws-cdk-lib/assertions";
import { createApp, createDestinationApp } from "../../infra/app.ts";
import { type DestinationSettings, destinationFile } from "../../infra/destination-settings.ts";
import { type Settings, settingsFile } from "../../infra/settings.ts";
import { readSettings, type SettingsFile } from "../../infra/settings-file.ts";
import type { Statement } from "../../src/aws/permissions.ts";

export const exampleSettings: Settings = exampleOf(settingsFile);
export const exampleDestination: DestinationSettings = exampleOf(destinationFile);

function exampleOf<T>(file: SettingsFile<T>): T {
  const settings = readSettings(file, file.example);
  if (settings === undefined) throw new Error(`There is no ${file.example}`);
  return settings;
}

/** The settings with copies in the example's other account. */
export const settingsWithBackup: Settings = {
  ...exampleSettings,
  backup: {
    destinationVaultArn: `arn:aws:backup:eu-west-1:${exampleDestination.account}:backup-vault:encrypt-db-copies`,
    verificationRoleArn: `arn:aws:iam::${exampleDestination.account}:role/encrypt-db-verify`,
  },
};

/** The template that would be deployed, with bundles that hold nothing. It takes seconds: once a file is enough. */
export function synthesise(settings = exampleSettings): Template {
  return inFolder((folder) => {
    const { app, stack } = createApp(settings, emptyBundles(folder), join(folder, "out"));
    return Template.fromJSON(app.synth().getStackByName(stack.stackName).template);
  });
}

/** The template of the other account. */
export function synthesiseDestination(settings = exampleDestination): Template {
  return inFolder((folder) => {
    const { app, stack } = createDestinationApp(settings, join(folder, "out"));
    return Template.fromJSON(app.synth().getStackByName(stack.stackName).template);
  });
}

export function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "encrypt-db-infra-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function emptyBundles(folder: string) {
  const bundle = (name: string) => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "index.mjs"), "");
    return join(folder, name);
  };
  const transfer = bundle("transfer");
  copyFileSync("infra/transfer-image/Dockerfile", join(transfer, "Dockerfile"));
  return { slack: bundle("slack"), worker: bundle("worker"), probe: bundle("probe"), transfer };
}

/** The properties of every resource of a type. */
export function all(template: Template, type: string) {
  return Object.values(template.findResources(type)).map(({ Properties }) => Properties);
}

/** The properties of the one function, as it is called. */
export function functionNamed(template: Template, name: string) {
  const found = all(template, "AWS::Lambda::Function").find(({ FunctionName }) => FunctionName === name);
  if (found === undefined) throw new Error(`There is no function ${name}`);
  return found;
}

/** What CloudFormation would put in the place of a reference, as far as its form goes. */
export function deployed(value: unknown): string {
  if (typeof value === "string") return value;
  const { Ref, "Fn::GetAtt": attribute, "Fn::Join": joined } = value as Record<string, unknown>;
  if (joined) {
    const [separator, parts] = joined as [string, unknown[]];
    return parts.map(deployed).join(separator);
  }
  if (!attribute) return String(Ref);
  const [id, name] = attribute as [string, string];
  if (name === "GroupId") return `sg-of-${id}`;
  return `arn:aws:iam::${exampleSettings.account}:role/${id}`;
}

/** Every statement of a role, whether it is in the role or attached to it, with lists where there may be one. */
export function statementsOf(from: Template, role: string) {
  const inline = Object.entries(from.findResources("AWS::IAM::Role"))
    .filter(([id]) => id.startsWith(role))
    .flatMap(([, { Properties }]) => Properties.Policies ?? []);
  const attached = all(from, "AWS::IAM::Policy").filter(({ Roles }) => Roles[0].Ref.startsWith(role));
  return [...inline, ...attached].flatMap(({ PolicyDocument }) => PolicyDocument.Statement).map(withLists);
}

type Synthesised = Omit<Statement, "Action" | "Resource"> &
  Readonly<Record<"Action" | "Resource", string | readonly string[]>>;

function withLists(statement: Synthesised): Statement {
  return { ...statement, Action: [statement.Action].flat(), Resource: [statement.Resource].flat() };
}

/** In an order that says nothing. */
export function sorted(statements: readonly Statement[]) {
  return statements.map((statement) => ({
    ...statement,
    Action: [...statement.Action].sort(),
    Resource: [...statement.Resource].sort(),
  }));
}
