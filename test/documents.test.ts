import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { actions as gateway } from "../src/aws/cloud.ts";
import { lookingThere } from "../src/aws/other-account.ts";
import { frontSchema, lambdaCredentialsSchema, probeSchema, workerSchema } from "../src/config.ts";

/** What the documents and the code say of each other, where a compiler sees nothing. */
const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

describe("the README's table of variables", () => {
  const [, table = ""] = read("README.md").split("| Variable | Read by | Meaning |\n");
  const rows = [...(table.split("\n\n")[0] ?? "").matchAll(/^\| `(\w+)` \| ([\w, ]+) \| (.+) \|$/gm)].map(
    ([, name = "", readers = "", meaning = ""]) => ({ name, readers: readers.split(", "), meaning }),
  );
  const readBy = (reader: string) =>
    rows
      .filter(({ readers }) => readers.includes(reader))
      .map(({ name }) => name)
      .sort();

  test("has every variable that the configuration reads, and no others, each once", () => {
    // Credentials are AWS's own variables, found as its CLI finds them.
    const own = Object.keys(lambdaCredentialsSchema.shape);
    const declared = [...read("src/config.ts").matchAll(/^ {2}([A-Z][A-Z_]+): /gm)]
      .map(([, name = ""]) => name)
      .filter((name) => !own.includes(name));
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.map(({ name }) => name).sort()).toEqual([...new Set(declared)].sort());
  });

  test.each([
    ["slack", frontSchema],
    ["worker", workerSchema],
    ["probe", probeSchema],
  ])("says rightly what the function %s reads", (reader, schema) => {
    expect(readBy(reader)).toEqual(Object.keys(schema.shape).sort());
  });

  test("says rightly what may be left out", () => {
    const required = [frontSchema, workerSchema, probeSchema].flatMap(
      (schema) => schema.safeParse({}).error?.issues.map(({ path }) => String(path[0])) ?? [],
    );
    const optional = rows.filter(({ meaning }) => /^optional|unless set/.test(meaning));
    expect(optional.length).toBeGreaterThan(8);
    expect(optional.map(({ name }) => name).filter((name) => required.includes(name))).toEqual([]);
    const known: readonly string[] = [...readBy("slack"), ...readBy("worker"), ...readBy("probe")];
    const needed = rows.filter((row) => known.includes(row.name) && !optional.includes(row));
    expect(needed.map(({ name }) => name).sort()).toEqual([...new Set(required)].sort());
  });

  test("says the defaults that the code has", () => {
    const defaults = rows.flatMap(({ name, meaning }) => {
      const [, value] = /^`?([\w.]+)`? unless set/.exec(meaning) ?? [];
      return value === undefined ? [] : [[name, value] as const];
    });
    expect(defaults.length).toBe(7);
    for (const [name, value] of defaults) {
      const declared = read("src/config.ts").split(`  ${name}: `)[1]?.split("\n  /**")[0];
      expect(declared, name).toMatch(new RegExp(`"${value}"|\\(${value}\\)`));
    }
  });
});

describe("the actions that a file of the gateway lists are those of the calls that it makes:", () => {
  /** Lambda alone calls an action otherwise than the operation; nobody can be denied to ask who they are. */
  const actionsOf: Readonly<Record<string, readonly string[]>> = {
    "lambda:Invoke": ["lambda:InvokeFunction"],
    "sts:GetCallerIdentity": [],
  };
  const prefixes: Readonly<Record<string, string>> = {
    "application-auto-scaling": "application-autoscaling",
  };

  function called(text: string): readonly string[] {
    const imports = text.matchAll(/import (?:type )?\{([^}]*)\} from "@aws-sdk\/client-([a-z0-9-]+)"/g);
    const actions = [...imports].flatMap(([, names = "", client = ""]) =>
      [...names.matchAll(/\b(?:paginate(\w+)|(\w+)Command)\b/g)].map(
        ([, pages, command]) => `${prefixes[client] ?? client}:${pages ?? command}`,
      ),
    );
    return [...new Set(actions.flatMap((action) => actionsOf[action] ?? [action]))].sort();
  }

  const files = readdirSync(join(root, "src/aws"))
    .filter((file) => file.endsWith(".ts"))
    .filter((file) => called(read(`src/aws/${file}`)).length > 0);

  test("most files that call anything are seen", () => expect(files.length).toBeGreaterThan(9));

  test.each(files)("%s", async (file) => {
    const { actions = [] }: { actions?: readonly string[] } = await import(join(root, "src/aws", file));
    // What is asked of the other account alone is the business of the role there.
    const calls = called(read(`src/aws/${file}`)).filter(
      (action) => actions.includes(action) || !isElsewhere(action),
    );
    expect([...actions].sort()).toEqual(calls);
  });

  function isElsewhere(action: string): boolean {
    const there: readonly string[] = lookingThere;
    return there.includes(action) && !gateway.some((own) => own === action);
  }
});

describe("a remedy of the doctor", () => {
  const texts = readdirSync(join(root, "src/doctor")).map((file) => read(`src/doctor/${file}`));
  const named = (pattern: RegExp) => [
    ...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name = ""]) => name))),
  ];

  test("names only scripts, files, sections and exports that there are", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Readonly<Record<string, string>> };
    const wanted = named(/npm run ([a-z-]+)/g);
    expect(wanted).toContain("deploy");
    expect(wanted.filter((script) => !(script in scripts))).toEqual([]);

    const sections = named(/README\.md, ([A-Z][a-z ]+)/g);
    expect(sections.length).toBe(2);
    for (const section of sections) expect(read("README.md")).toContain(`\n## ${section}\n`);
    for (const section of named(/infra\/runbook\.md, ([a-z-]+)/g)) {
      expect(read("infra/runbook.md")).toContain(`### ${section}\n`);
    }

    for (const file of named(/\b((?:src|infra)\/[\w/-]+\.(?:ts|md))/g)) expect(read(file)).not.toBe("");
    const [exported = ""] = named(/(\w+) in src\/aws\/dynamo-items\.ts/g);
    expect(read("src/aws/dynamo-items.ts")).toContain(`export const ${exported} `);
  });

  test("names only variables that there are", () => {
    const declared = read("src/config.ts");
    const variables = named(
      /\b((?:SLACK|KMS|FENCE|PROBE|WORKER|CHANGE|DESTROY|DATABASE|TABLE|BACKUP|RETENTION)_[A-Z_]+)\b/g,
    );
    expect(variables.length).toBeGreaterThan(8);
    expect(variables.filter((name) => !declared.includes(`  ${name}: `))).toEqual([]);
  });
});
