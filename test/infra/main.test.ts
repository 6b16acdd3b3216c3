import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { emptyBundles, exampleDestination, exampleSettings, inFolder } from "./deployment.ts";

const own = { main: "main", name: "settings", stack: "encrypt-db" };
const ofOtherAccount = { main: "destination-main", name: "destination", stack: "encrypt-db-destination" };

/** As `cdk` starts it, in a folder with bundles, the example, and these settings. */
function run(folder: string, settings?: object, { main, name, stack } = own) {
  for (const name of ["infra", "dist"]) mkdirSync(join(folder, name));
  emptyBundles(join(folder, "dist"));
  copyFileSync(`infra/${name}.example.json`, join(folder, `infra/${name}.example.json`));
  if (settings) writeFileSync(join(folder, `infra/${name}.json`), JSON.stringify(settings));
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), resolve(`infra/${main}.ts`)],
    { cwd: folder, env: { ...process.env, CDK_OUTDIR: join(folder, "out") }, encoding: "utf8" },
  );
  return { status, stderr, isSynthesised: existsSync(join(folder, `out/${stack}.template.json`)) };
}

test("with settings of one's own the template is theirs, and nothing is said of the example", () => {
  const { status, stderr, isSynthesised } = inFolder((folder) => run(folder, exampleSettings));
  expect({ status, isSynthesised }).toEqual({ status: 0, isSynthesised: true });
  expect(stderr).not.toContain("settings");
});

test("without any it is the example's, and that is said", () => {
  const { status, stderr, isSynthesised } = inFolder((folder) => run(folder));
  expect({ status, isSynthesised }).toEqual({ status: 0, isSynthesised: true });
  expect(stderr).toContain("There is no infra/settings.json: this is infra/settings.example.json.");
});

test("with wrong ones there is none, and a message instead of a stack", () => {
  const { status, stderr, isSynthesised } = inFolder((folder) =>
    run(folder, { ...exampleSettings, account: "mine" }),
  );
  expect({ status, isSynthesised }).toEqual({ status: 1, isSynthesised: false });
  expect(stderr).toContain("account: must be the 12 digits of an account");
  expect(stderr).not.toContain("    at ");
});

test("the other account's template is made by itself, of settings of its own", () => {
  const { status, isSynthesised } = inFolder((folder) => run(folder, exampleDestination, ofOtherAccount));
  expect({ status, isSynthesised }).toEqual({ status: 0, isSynthesised: true });
});

test("and without any of an example of its own, which is said", () => {
  const { status, stderr, isSynthesised } = inFolder((folder) => run(folder, undefined, ofOtherAccount));
  expect({ status, isSynthesised }).toEqual({ status: 0, isSynthesised: true });
  expect(stderr).toContain("There is no infra/destination.json: this is infra/destination.example.json.");
});
