import type { ActionsBlock, PlainTextOption, StaticSelect } from "@slack/types";
import { sayDuration } from "../../core/note.ts";
import { lengthsToChoose, type Terms } from "../../core/terms.ts";
import { type Duration, minutes } from "../../core/time.ts";
import { limits } from "../limits.ts";
import { termsBlock, termsFields } from "../terms-form.ts";
import { plain } from "./message.ts";

/** Where an approver of the cutover chooses what to sign; `proposed` are the terms that stand there until then. */
export function termsForm(proposed: Terms): ActionsBlock {
  const lengths = lengthsToChoose(proposed.longestDowntime).map(
    (length): Choice => [inMinutes(length), `At most ${sayDuration(length)} down`],
  );
  return {
    type: "actions",
    block_id: termsBlock,
    elements: [
      select(termsFields.longest, "Longest downtime", lengths, inMinutes(proposed.longestDowntime)),
      select(termsFields.opening, "How it opens", openings, proposed.opening),
      select(termsFields.whenLate, "If it takes longer", whenLate, proposed.whenLate),
      { type: "datetimepicker", action_id: termsFields.notBefore, ...initially(proposed.notBefore) },
    ],
  };
}

type Choice = readonly [value: string, text: string];

const openings: readonly Choice[] = [
  ["automatic", "Opens by itself"],
  ["ask", "Asks before it opens"],
];

const whenLate: readonly Choice[] = [
  ["offer", "If late: offers to roll back"],
  ["roll-back", "If late: rolls back by itself"],
];

function select(id: string, name: string, choices: readonly Choice[], chosen: string): StaticSelect {
  const options = choices.map(
    ([value, text]): PlainTextOption => ({ text: plain(text, limits.optionText), value }),
  );
  const initial = options.find(({ value }) => value === chosen);
  return {
    type: "static_select",
    action_id: id,
    placeholder: plain(name, limits.placeholder),
    options,
    ...(initial && { initial_option: initial }),
  };
}

function inMinutes(length: Duration): string {
  return String(length / minutes(1));
}

/** Slack counts in seconds. An empty field shows Slack's own words. */
function initially(notBefore: Terms["notBefore"]) {
  return notBefore === null ? {} : { initial_date_time: Math.floor(notBefore / 1_000) };
}
