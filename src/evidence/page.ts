import { discardGate } from "../core/approval.ts";
import { gateName, termsNote } from "../core/gate-names.ts";
import { plain, sayDuration } from "../core/note.ts";
import { say } from "../core/sentences.ts";
import { opensOf, proofsOf } from "./checks.ts";
import type { Pack, PackedStep, Sections } from "./format.ts";
import { html, htmlText, type Markup } from "./markup.ts";
import { code, facts, section, table, time } from "./page-parts.ts";
import {
  backupSection,
  downtimeSection,
  keySection,
  leftSection,
  markerSection,
  settingsSection,
} from "./page-sections.ts";
import { pageStyle } from "./page-style.ts";

/**
 * A pack as one page for people: it needs no other file, runs nothing, and says nothing that is not in the pack. `file` is what
 * the pack's own file is called.
 */
export function pageOf({ sections, seal }: Pack, file: string): string {
  const { migration } = sections;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Evidence: ${migration.target.name}, migration ${migration.id}</title><style>${styleOnly}</style></head>
<body><main>
<p class="kicker">encrypt-db · evidence of migration ${code(migration.id)}</p>
<h1>${headline(sections)}</h1>
${outcome(sections)}
${overview(sections)}
<div class="seal"><p><b>Seal</b> ${code(seal)}</p>
<p>This page is for reading; the proof is the file ${code(file)}, from which it was made. Compare the seal with the one in the migration's thread, and let the file be checked: ${code(`npm run verify-evidence -- ${file} ${seal}`)}</p></div>
${decisions(sections)}
${keySection(sections)}
${markerSection(sections)}
${downtimeSection(sections)}
${settingsSection(sections)}
${backupSection(sections)}
${leftSection(sections)}
${section("Steps", ...sections.steps.map(stepBlock))}
${journal(sections)}
${limits(sections)}
</main></body></html>
`;
  return htmlText(page);
}

/** It is a constant of this product, and escaped it would be no style. */
const styleOnly = html([pageStyle] as unknown as TemplateStringsArray);

const headlines: Readonly<Record<Sections["migration"]["purpose"], (name: string, key: string) => string>> = {
  move: (name) => `The move of ${name} to another key`,
  rehearsal: (name) => `A rehearsal of the move of ${name}`,
  backup: (name) => `The backup of ${name} to another account`,
  decommission: (name) => `The deletion of the retired source of ${name}`,
};

function headline({ migration: { purpose, target }, plan }: Sections): string {
  return headlines[purpose](target.name, plan.plan.keyArn);
}

/** How it stands, and whether that is how it was meant to end. */
const outcomes: Readonly<Record<string, readonly [string, string]>> = {
  finished: ["good", "finished"],
  "rolled-back": ["warn", "rolled back: it is as it was"],
  rejected: ["warn", "rejected before anything was made"],
  closed: ["bad", "closed: brought to its end by hand"],
  stuck: ["bad", "stuck: not ended"],
};

function outcome({ migration: { status } }: Sections): Markup {
  const [tone, words] = outcomes[status] ?? ["warn", `${status}: not ended`];
  return html`<p><span class="outcome ${tone}">${words}</span></p>`;
}

function overview({ migration, people, plan }: Sections): Markup {
  const { account, region, kind, name } = migration.target;
  const lasted = migration.endedAt === null ? null : sayDuration(migration.endedAt - migration.createdAt);
  return facts([
    ["Database", `${name}, ${kind} in ${region}, account ${account}`],
    ["Way", `${say(plan.plan.strategy.title, plain)} (version ${migration.strategy.version})`],
    ["Asked for by", `${people.requester.name} (${people.requester.user})`],
    ["Asked for at", time(migration.createdAt)],
    [
      "Ended at",
      migration.endedAt === null ? "it has not ended" : `${time(migration.endedAt)}, after ${lasted}`,
    ],
    ["Plan", code(plan.plan.hash)],
  ]);
}

function decisions({ people, plan }: Sections): Markup {
  const { requester, approvals } = people;
  const rows = approvals.map(({ gate, person, at, planHash, terms }) => ({
    cells: [
      gate === discardGate ? "that writes are discarded" : gateName(gate),
      `${person.name} (${person.user})`,
      time(at),
      terms ? say(termsNote(terms), plain) : null,
      planHash === plan.plan.hash ? "this plan" : html`${code(planHash)}, which was replaced`,
    ],
  }));
  return section(
    "Who decided",
    html`<p>${requester.name} (${requester.user}) asked for it. Nobody approves what they asked for themselves.</p>`,
    rows.length === 0
      ? html`<p>Nobody has approved anything.</p>`
      : table(
          [
            { name: "Approved" },
            { name: "By" },
            { name: "At", is: "time" },
            { name: "Terms" },
            { name: "Of" },
          ],
          rows,
        ),
  );
}

function stepBlock({ key, title, begunAt, doneAt, evidence, requests }: PackedStep): Markup {
  const took = begunAt !== null && doneAt !== null ? ` · ${sayDuration(doneAt - begunAt)}` : "";
  const when =
    doneAt !== null
      ? `done ${time(doneAt)}${took}`
      : begunAt !== null
        ? `begun ${time(begunAt)}, not done`
        : "not begun";
  return html`<div class="step"><header><h3>${title ?? key}</h3><span class="when">${when}</span></header>
${evidence.length === 0 ? null : html`<ul>${evidence.map(({ says, source }) => html`<li>${says} <span class="quiet">(${source})</span></li>`)}</ul>`}
${requests.length === 0 ? null : html`<p class="quiet">AWS accepted: ${requests.map(({ operation, id }, at) => html`${at === 0 ? "" : ", "}${operation} ${code(id)}`)}</p>`}
</div>`;
}

function journal(sections: Sections): Markup {
  return section(
    "Journal",
    html`<p>Everything that happened, in order. Each hash covers its entry and the hash before it.</p>`,
    table(
      [
        { name: "Entry", is: "number" },
        { name: "At", is: "time" },
        { name: "What happened" },
        { name: "Hash" },
      ],
      sections.journal.map(({ seq, at, says, hash }) => ({
        cells: [seq, time(at), says, code(hash.slice(0, 16))],
      })),
    ),
  );
}

function limits(sections: Sections): Markup {
  const items = (notes: ReturnType<typeof opensOf>) =>
    html`<ul>${notes.map((of) => html`<li>${say(of, plain)}</li>`)}</ul>`;
  return section(
    "What the file proves, and what it does not",
    html`<p>Once it was checked and found whole:</p>`,
    items(proofsOf(sections)),
    html`<p>What it leaves open:</p>`,
    items(opensOf(sections)),
  );
}
