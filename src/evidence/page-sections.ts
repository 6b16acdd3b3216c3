import * as z from "zod";
import { cutoverGate } from "../core/approval.ts";
import { backupTarget, recoveryPoint } from "../core/backup.ts";
import { counters } from "../core/database.ts";
import { shortenHashes } from "../core/hash.ts";
import { type Leftover, leftover } from "../core/leftover.ts";
import { plain, sayDuration } from "../core/note.ts";
import { say } from "../core/sentences.ts";
import type { PackedStep, Sections } from "./format.ts";
import { html, type Markup } from "./markup.ts";
import { code, facts, type Row, sayValue, section, table, time } from "./page-parts.ts";

// What a pack holds of pinned and learned facts depends on the strategy: what is not there is not shown.

function read<T>(schema: z.core.$ZodType<T>, value: unknown): T | null {
  return z.safeParse(schema, value).data ?? null;
}

function claimsOf(steps: readonly PackedStep[], codes: readonly string[]) {
  return steps.flatMap((step) =>
    step.evidence
      .filter(({ claim }) => codes.includes(claim.code))
      .map((seen) => ({ ...seen, at: step.doneAt, key: step.key })),
  );
}

const pinnedSource = z.object({
  name: z.string(),
  resourceId: z.string(),
  arn: z.string(),
  keyArn: z.string().nullable(),
});
const madeReplacement = z.object({ resourceId: z.string(), arn: z.string() });

export function keySection(pack: Sections): Markup | null {
  const { plan, migration } = pack;
  const { purpose } = migration;
  const source = read(pinnedSource, plan.plan.pinned.source);
  if (!source) return null;
  const isMove = purpose === "move" || purpose === "rehearsal";
  const role = isMove ? "Before" : purpose === "decommission" ? "To be deleted" : "Backed up";
  const name = source.name === migration.target.name ? "" : `${source.name} `;
  const key = source.keyArn ?? "no key of AWS KMS";
  const first = [role, html`${name}${code(source.resourceId)}`, code(key), time(migration.createdAt)];
  return section(
    isMove ? "The key, before and after" : "Databases and keys",
    table(
      [{ name: "" }, { name: "Resource" }, { name: "Key" }, { name: "Seen at", is: "time" }],
      [{ cells: first }, ...servingRows(pack), ...afterRows(pack)],
    ),
  );
}

/** Of a decommission: what stays. */
function servingRows({ plan, migration }: Sections): readonly Row[] {
  const serving = read(pinnedSource, plan.plan.pinned.replacement);
  if (!serving) return [];
  const at = time(migration.createdAt);
  const key = code(serving.keyArn ?? "no key of AWS KMS");
  return [{ cells: ["Serves", html`${serving.name} ${code(serving.resourceId)}`, key, at] }];
}

function afterRows({ learned, steps, migration }: Sections): readonly Row[] {
  const made = read(madeReplacement, learned.replacement);
  return claimsOf(steps, ["saw.key"]).map(({ claim: { params }, at }) => {
    const id = made && params.name === migration.target.name ? code(made.resourceId) : null;
    return {
      cells: ["The replacement", html`${String(params.name)} ${id}`, code(String(params.key)), time(at)],
    };
  });
}

/** The claims on which it rests that no acknowledged write is lost, in the order in which they are made. */
const markerClaims = [
  "saw.no-sessions",
  "saw.no-prepared",
  "saw.counters-still",
  "saw.marker",
  "saw.unchanged-since-quiet",
  "saw.restorable",
  "saw.snapshot-after",
  "saw.marker-there",
  "saw.catalogue-equal",
  "saw.sequences",
  "saw.contents-equal",
];

export function markerSection({ learned, steps }: Sections): Markup | null {
  const seen = claimsOf(steps, markerClaims);
  const t1 = read(z.number(), learned.t1);
  if (t1 === null && seen.length === 0) return null;
  const counted = [
    ["Once every session had ended", learned.quiet],
    ["After the source's servers had restarted", learned.stillQuiet],
    ["The replacement, just before it was opened", learned.atOpening],
  ] as const;
  const rows = counted.flatMap(([when, held]) => {
    const found = read(counters, held);
    return (found?.databases ?? []).map(({ name, changes }) => ({ cells: [when, name, changes] }));
  });
  return section(
    "T1, and its proof",
    t1 === null
      ? null
      : html`<p>T1 is <b>${time(t1)}</b> on the source's own clock: every writer was gone before it, and nothing was written after it.</p>`,
    table(
      [{ name: "What was seen" }, { name: "Value" }, { name: "Who said so" }, { name: "At", is: "time" }],
      seen.map(({ says, observed, source, at }) => ({
        cells: [says, sayObserved(observed), source, time(at)],
      })),
    ),
    rows.length === 0
      ? null
      : html`<h3>Counters of changed rows</h3>${table([{ name: "When" }, { name: "Database" }, { name: "Rows changed since its server started", is: "number" }], rows)}`,
  );
}

function sayObserved(observed: string): string {
  const held = jsonOf(observed);
  const counted = read(counters.shape.databases, held);
  if (counted) return counted.map(({ name, changes }) => `${name}: ${changes} changed`).join("; ");
  return held === undefined || held === null || typeof held !== "object"
    ? shortenHashes(observed)
    : sayValue(held);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function downtimeSection({ downtime, journal, people, plan }: Sections): Markup | null {
  const { began, ended } = downtime;
  if (began === null) return null;
  const signed = people.approvals.findLast(
    ({ gate, planHash }) => gate === cutoverGate && planHash === plan.plan.hash,
  )?.terms?.longestDowntime;
  const changes = journal.filter(
    ({ what }) => what.code === "event.unreachable" || what.code === "event.answers",
  );
  const at = (value: string | number | undefined) => (typeof value === "number" ? time(value) : "–");
  return section(
    "Downtime",
    facts([
      ["From the fence's first act", time(began)],
      ["To the opening, or the lifting of the fence", ended === null ? "it has not ended" : time(ended)],
      ["Lasted", ended === null ? null : sayDuration(ended - began)],
      ["Signed at most", signed === undefined ? null : sayDuration(signed)],
    ]),
    changes.length === 0
      ? null
      : html`<h3>What the endpoints did</h3><p>A change happened after the first of the two times and not after the second: between two looks.</p>${table(
          [
            { name: "Endpoint" },
            { name: "Change" },
            { name: "After", is: "time" },
            { name: "By", is: "time" },
          ],
          changes.map(({ what: { code: of, params } }) => ({
            cells: [
              String(params.endpoint),
              of === "event.answers" ? `answers as ${params.sight}` : `unreachable (${params.sight})`,
              at(params.after),
              at(params.by),
            ],
          })),
        )}`,
  );
}

const settings = z.record(z.string(), z.unknown());
const pinnedMembers = z.array(z.object({ settings: z.looseObject({ name: z.string() }) }));

export function settingsSection({ plan, steps, migration }: Sections): Markup | null {
  const { pinned } = plan.plan;
  const before = read(settings, pinned.settings);
  if (!before || migration.purpose === "backup") return null;
  const [verified] = claimsOf(steps, ["saw.settings-equal"]);
  const after = read(settings, jsonOf(verified?.observed ?? ""));
  const columns = [{ name: "Setting" }, { name: "The source, as it was approved" }];
  const members = read(pinnedMembers, pinned.members) ?? [];
  return section(
    "Settings, before and after",
    verified
      ? html`<p>${verified.says} (${time(verified.at)}, ${verified.source}). The replacement was behind the fence then: only its security groups and the bot's own tags are others.</p>`
      : html`<p>There was no replacement whose settings were compared.</p>`,
    table(
      after ? [...columns, { name: "The replacement, as it was verified" }] : columns,
      Object.keys(before).map((name) => {
        const [was, is] = [sayValue(before[name]), sayValue(after?.[name])];
        return { cells: after ? [name, was, is] : [name, was], differs: after !== null && was !== is };
      }),
    ),
    members.length === 0
      ? null
      : html`<h3>Its instances</h3>${table(
          [{ name: "Instance" }, { name: "Settings" }],
          members.map(({ settings: { name, ...rest } }) => ({ cells: [name, sayValue(rest)] })),
        )}`,
  );
}

export function backupSection({ plan, learned, steps }: Sections): Markup | null {
  const { pinned } = plan.plan;
  const wanted = read(backupTarget, pinned.backup);
  const made = read(recoveryPoint, learned.recoveryPoint);
  // A decommission makes none: it rests on one that is there.
  const copy = read(recoveryPoint, learned.copy ?? pinned.copy);
  if (!wanted && !made && !copy) return null;
  const rows = [
    ...(made ? [pointRow("In this account", made)] : []),
    ...(copy ? [pointRow("In the other account, as that account tells it", copy)] : []),
  ];
  return section(
    "The copy in the other account",
    wanted &&
      facts([
        ["Copies go to", code(wanted.destinationVaultArn)],
        ["Looked at as", code(wanted.verificationRoleArn)],
        ["Kept for", `${wanted.keepDays} days`],
      ]),
    rows.length === 0
      ? html`<p>None was made.</p>`
      : table(
          [
            { name: "" },
            { name: "Recovery point, and its key" },
            { name: "Status" },
            { name: "Made", is: "time" },
            { name: "Until", is: "time" },
          ],
          rows,
        ),
    seenOf(steps, ["back-up", "copy-backup", "verify-backup-copy", "schedule-backups"]),
  );
}

function pointRow(where: string, point: z.infer<typeof recoveryPoint>): Row {
  const until = point.expiresAt === null ? "for ever" : time(point.expiresAt);
  const what = html`${code(point.arn)}<br>under ${code(point.keyArn ?? "none")}`;
  return { cells: [where, what, point.status, time(point.createdAt), until] };
}

function seenOf(steps: readonly PackedStep[], keys: readonly string[]): Markup | null {
  const seen = steps.filter(({ key }) => keys.includes(key)).flatMap(({ evidence }) => evidence);
  if (seen.length === 0) return null;
  return html`<ul>${seen.map(({ says, source }) => html`<li>${says} <span class="quiet">(${source})</span></li>`)}</ul>`;
}

export function leftSection({ plan, learned, steps, migration }: Sections): Markup | null {
  const left = read(z.array(leftover), learned.leftovers);
  if (left) {
    return section(
      "What is left",
      table(
        [
          { name: "What" },
          { name: "Key" },
          { name: "GiB", is: "number" },
          { name: "AWS deletes it", is: "time" },
          { name: "What becomes of it" },
        ],
        left.map(leftRow),
      ),
    );
  }
  // A snapshot that was not needed was not taken, although its step is done.
  const unneeded = claimsOf(steps, ["saw.no-fallback"]).map(({ key }) => key);
  const begun = steps
    .filter(({ key, begunAt, doneAt }) => (begunAt !== null || doneAt !== null) && !unneeded.includes(key))
    .map(({ key }) => key);
  const kept = plan.plan.steps.filter(
    ({ id, keeps }) => keeps?.code === "keeps.snapshot" && begun.includes(id),
  );
  // After a rollback the source serves again, whatever it was tagged as before.
  const retired = migration.status === "finished" ? claimsOf(steps, ["saw.retired"]) : [];
  if (kept.length + retired.length === 0) return null;
  return section(
    "What is left",
    html`<ul>${retired.map(({ says }) => html`<li>${says}</li>`)}${kept.map(({ title, keeps }) => html`<li>${say(title, plain)}: ${keeps && say(keeps, plain)}</li>`)}</ul>`,
  );
}

function leftRow({ what, name, keyArn, underOldKey, gibibytes, expiresAt, fate }: Leftover) {
  return {
    cells: [
      html`${what.replaceAll("-", " ")} ${code(name)}`,
      html`${keyArn ? code(keyArn) : "none"}${underOldKey ? " (the source's)" : ""}`,
      gibibytes,
      expiresAt === null ? "never" : time(expiresAt),
      say(fate, plain),
    ],
  };
}
