import { expect, test } from "vitest";
import { backupReadiness } from "../../src/core/backup.ts";
import { answerReadiness, readReadiness } from "../../src/engine/readiness.ts";
import { FastWorld } from "../../src/sim/fast-world.ts";

/** As it goes over the wire. */
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function asked(world: FastWorld) {
  return answerReadiness(world.deps, { readiness: { kind: "cluster", keyArn: world.key.arn } });
}

test("who may look into the other account tells it to who may not", async () => {
  const readiness = readReadiness(sent(await asked(new FastWorld({ backup: true }))));
  expect(backupReadiness.parse(readiness)).toEqual(readiness);
  expect(readiness).toMatchObject({ crossAccount: "enabled", copyIntoVault: "allowed" });
});

test("of a look that failed it tells the call and the code, and nothing else", async () => {
  const world = new FastWorld({ backup: true });
  world.account.faults = ({ operation }) =>
    operation === "DescribeGlobalSettings" ? { code: "InternalFailure", status: 500 } : undefined;
  const answer = await asked(world);
  expect(answer).toEqual({ fault: { operation: "DescribeGlobalSettings", code: "InternalFailure" } });
  expect(() => readReadiness(sent(answer))).toThrow(
    expect.objectContaining({ kind: "unanswered", code: "InternalFailure" }),
  );
});

test("without another account, or of a process that knows no such question, there is no answer", async () => {
  const answer = await asked(new FastWorld());
  expect(answer).toEqual({ readiness: null });
  for (const none of [answer, undefined, {}]) expect(() => readReadiness(none)).toThrow(/deploy it anew/);
});
