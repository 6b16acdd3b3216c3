import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { emptyBundles, exampleSettings, inFolder } from "./deployment.ts";

/** As `cdk` starts it, in a folder with bundles, the example, and these settings. */
function run(folder: string, settings?: object) {
  for (const name of ["infra", "dist"]) mkdirSync(join(folder, name));
  emptyBundles(join(folder, "dist"));
  copyFileSync("infra/settings.example.json", join(folder, "infra/settings.example.json"));
  if (settings) writeFileSync(join(folder, "infra/settings.json"), JSON.stringify(settings));
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), resolve("infra/main.ts")],
    { cwd: folder, env: { ...process.env, CDK_OUTDIR: join(folder, "out") }, encoding: "utf8" },
  );
  return { status, stderr, isSynthesised: existsSync(join(folder, "out/encrypt-db.template.json")) };
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
