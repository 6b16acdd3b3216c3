import { plain } from "../core/note.ts";
import { explain } from "../core/problem.ts";
import { planFor } from "../engine/survey.ts";
import { actorsIn } from "./actors.ts";
import type { Job } from "./headless.ts";
import { otherExitCodes, refusedDatabases } from "./refused-databases.ts";
import { transcript } from "./slack/transcript.ts";
import type { World } from "./world.ts";

/** Any refusal that has no code of its own. */
const otherwise = 9;

/**
 * Asks for the plan first. Where there is none, the person who types it is told why in the channel, and so is whoever
 * reads this; gives the exit code then, and nothing where the database can be moved.
 */
export async function refusal(
  world: World,
  { database, strategy, rehearses }: Job,
  print: (line: string) => void,
): Promise<number | undefined> {
  if ((await world.deps.store.listOpen()).length > 0) return undefined;
  const asked = { name: database, key: null, strategy, migration: "m00000", rehearses };
  const made = await planFor(world.deps, asked);
  if (!("problems" in made)) return undefined;
  const channel = world.workspace.state.channels[0]?.id ?? "";
  const { says, isTold } = actorsIn(world, channel);
  const by = strategy === null ? "" : ` by ${strategy}`;
  await says("U0ALICE01", `${rehearses ? "rehearse" : "start"} ${database}${by}`);
  await isTold("U0ALICE01", "What to do");
  print(transcript(world.workspace, { channel }));
  for (const problem of made.problems) {
    const { why, fix } = explain(problem, plain);
    print(`\nrefused (${problem.code}): ${why}\nremedy: ${fix}`);
  }
  return exitCodeOf(made.problems[0]?.code ?? "");
}

function exitCodeOf(code: string): number {
  return refusedDatabases.find((one) => one.code === code)?.exitCode ?? otherExitCodes[code] ?? otherwise;
}
