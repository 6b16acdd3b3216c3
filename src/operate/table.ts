import { cleaning } from "../core/secret-forms.ts";
import type { Reading, Store } from "../engine/deps.ts";
import { evidenceOf } from "../engine/evidence.ts";
import { halt } from "../engine/halting.ts";
import { status } from "../engine/intake.ts";
import type { Notice } from "../engine/request.ts";
import { textOf } from "../evidence/format.ts";
import { type Counterpart, OperateFault } from "./operate.ts";
import { nameIn } from "./operators.ts";
import type { Told } from "./text/notice.ts";

/** By their form: the bot's own secrets are not known here. */
const withoutSecrets = cleaning([]);

/**
 * Asks the table where no bot answers. It is read and, for the kill switch, written with the operator's own credentials: nobody
 * judges who may halt but IAM. Nothing else is written: without the bot nobody would carry it out.
 */
export function askingTable(options: {
  readonly reading: Omit<Reading, "environment">;
  readonly region: string;
  readonly setHalt: Store["setHalt"];
  caller(): Promise<{ account: string; arn: string }>;
}): Counterpart["ask"] {
  const { reading, region, setHalt, caller } = options;
  return async (question) => {
    const command = question.kind === "command" ? question.command : undefined;
    const { account, arn } = await caller();
    switch (command?.verb) {
      case "status":
        return told(await status({ ...reading, environment: { account, region } }, command.name));
      case "evidence": {
        const found = await evidenceOf(
          { ...reading, environment: { account, region }, withoutSecrets },
          command.name,
        );
        if ("problem" in found) return { kind: "problems", problems: [found.problem] };
        const { seal } = found.pack;
        return { kind: "evidence", name: command.name, seal, text: textOf(found.pack) };
      }
      case "halt": {
        const person = { id: arn, user: arn, name: `${nameIn(arn)} (AWS)` };
        const store = { setHalt };
        const standing = { team: "", standing: "member", approver: true } as const;
        return told(await halt({ store, clock: reading.clock }, command.reason, { person, ...standing }));
      }
      default:
        throw new OperateFault("The table alone cannot do that.");
    }
  };
}

function told(notice: Notice): Told {
  if (notice.kind === "plan" || notice.kind === "help") throw new Error(`nobody asked for a ${notice.kind}`);
  return notice;
}
