import { describe, expect, it } from "vitest";
import { plain } from "../../../src/core/note.ts";
import { explain, problem } from "../../../src/core/problem.ts";
import { note } from "../../../src/core/sentences.ts";
import { days } from "../../../src/core/time.ts";
import type { MigrationView } from "../../../src/engine/deps.ts";
import { approvalText } from "../../../src/operate/text/approval.ts";
import { statusText } from "../../../src/operate/text/status.ts";
import { copiedPlan, noon, ownedPlan, planOf, purposeStates, retired, viewAt } from "../lives.ts";
import {
  entry,
  expectWithinLimits,
  mrkdwnOf,
  noticeMessage,
  replyMessage,
  rootMessage,
  wholeText,
} from "../rendered.ts";

const all = Object.entries(purposeStates());
const of = (kind: string) => all.filter(([name]) => name.startsWith(kind));

function stateOf(name: string): MigrationView {
  const view = purposeStates()[name];
  if (!view) throw new Error(`no such state: ${name}`);
  return view;
}

const textOf = (name: string) => wholeText(rootMessage(stateOf(name)));

/** What can be pressed, and what is read before it counts. */
function buttonsOf(name: string) {
  return rootMessage(stateOf(name)).blocks.flatMap((block) =>
    block.type === "actions"
      ? block.elements.flatMap((element) =>
          element.type === "button"
            ? [{ label: element.text.text, style: element.style, asks: element.confirm?.text.text ?? "" }]
            : [],
        )
      : [],
  );
}

describe("a move that is backed up into another account", () => {
  it("says while it is open what remains", () => {
    expect(rootMessage(stateOf("open, its backup being copied")).text).toMatch(
      /^orders-prod: open; its backup is being copied to the other account\. Step \d+ of \d+: Copy the backup/,
    );
    const title = (at: string) => rootMessage(viewAt(at, {}, copiedPlan())).text;
    expect(title("back-up")).toContain("its backup is being made");
    expect(title("verify-backup-copy")).toContain("the copy is being looked at from the other account");
    expect(title("assign-backups")).toContain("its daily backups are being set up");
    expect(title("endpoint-answers")).toContain("open; being finished");
  });

  it("ends with where else it can be restored, by what it goes on, and until when the source is kept at what cost", () => {
    const sized = planOf("orders-prod", "m1234567", {
      members: [{ resourceId: "db-1", settings: { name: "orders-prod-1", instanceClass: "db.r6g.large" } }],
    });
    const text = wholeText(rootMessage({ ...stateOf("finished, with a copy"), plan: sized }));
    expect(text).toContain("and can be restored in account 222233334444");
    expect(text).toContain("in `copies`, under `arn:aws:kms:eu-west-1:222233334444:key/of-the-vault`");
    expect(text).toContain("Backups and copies go on daily, by the backup plan `encrypt-db-orders-prod`");
    expect(text).toContain(
      `kept as \`${retired}\`, fenced and protected, at least until <!date^${(noon + days(14)) / 1_000}^`,
    );
    expect(text).toContain(`\`/encrypt-db decommission ${retired}\``);
    expect(text).toContain(
      "A day of it costs 1 × db.r6g.large (24 instance-hours a day) and the storage of its volume",
    );
  });

  it("does not say of a source that is gone that it is fenced and protected", () => {
    const view = stateOf("finished, with a copy");
    const { steps, aftercare } = view.migration;
    const seen = { claim: note("saw.retired", { name: retired }), observed: "x", source: "y" };
    const told = { ...steps, retire: { ...steps["copy-backup"], evidence: [seen] } } as never;
    const saying = (kept: unknown) =>
      wholeText(
        rootMessage({
          ...view,
          migration: { ...view.migration, steps: told, aftercare: { ...aftercare, kept } as never },
        }),
      );
    expect(saying(aftercare?.kept)).toContain("is tagged as retired, protected and fenced");
    expect(saying(null)).not.toContain("is tagged as retired");
  });

  it("asks what is to become of the source once its time is over", () => {
    expect(textOf("finished, its retention over")).toMatch(/; its time was over <.*>, and somebody may type/);
  });

  it("says without another account that there is no copy, and of none that was not proved", () => {
    const text = wholeText(rootMessage(viewAt("end")));
    expect(text).toContain("No other account is configured");
    expect(text).not.toContain("can be restored in account");
    expect(wholeText(rootMessage(viewAt("end", {}, copiedPlan())))).not.toMatch(
      /can be restored in|No other account/,
    );
  });

  it("shows what the daily look has found, escaped, a few at a time, and says so in its title", () => {
    const root = rootMessage(stateOf("finished, with concerns"));
    const text = mrkdwnOf(root).join("\n");
    expect(root.text).toMatch(/^orders-prod: under the new key, and something is not as it should be\./);
    expect(text).toContain(
      "The backup plan &lt;!here&gt;, by which orders-prod was backed up daily, is gone",
    );
    expect(text).toContain("… and 1 more; the thread has them.");
    expect(text).not.toContain("<!here>");
  });
});

describe("what code has made", () => {
  it("is told with the plan what to prepare, and in the plan that is only looked at", () => {
    const looked = wholeText(noticeMessage({ kind: "plan", plan: ownedPlan() }));
    for (const text of [textOf("made by code, waiting for begin"), looked]) {
      expect(text).toContain("*Terraform made this database.* Freeze it, and prepare before the cutover:");
      expect(text).toContain("*CloudFormation made this database.*");
      expect(text).not.toContain("terraform import");
    }
  });

  it("is told at the end what is due, in the first message and in the thread, in fences that all close", () => {
    const view = stateOf("made by code, finished");
    const due = entry(note("event.take-over", { name: "orders-prod", owners: "Terraform" }));
    for (const message of [rootMessage(view), replyMessage(due, view)]) {
      expectWithinLimits(message);
      expect(wholeText(message)).toContain("terraform import 'module.db[\"");
      expect(wholeText(message)).toContain("--change-set-type IMPORT");
      for (const text of mrkdwnOf(message)) expect(text.split("```").length % 2, text).toBe(1);
    }
  });

  it("keeps the indentation of what is copied, and nothing that Slack would parse", () => {
    const plan = planOf("orders-prod", "m1234567", {
      ownership: {
        stack: null,
        terraform: "said",
        parts: [{ kind: "cluster", name: "<!here>", logicalId: null, address: "a.b" }],
      },
    });
    const text = mrkdwnOf(rootMessage(viewAt("end", {}, plan))).join("\n");
    expect(text).toContain("lifecycle {\n  prevent_destroy = true\n");
    expect(text).toContain("terraform import 'a.b' &lt;!here&gt;");
  });

  it("is told to an operator as well", () => {
    expect(approvalText(stateOf("made by code, waiting for begin"), "begin", null)).toContain(
      "Terraform made this database. Freeze it",
    );
    expect(statusText(stateOf("made by code, finished"))).toContain("Due now for Terraform");
  });
});

describe("a backup", () => {
  it.each(of("backup:"))(
    "says in no state that anything is interrupted, moved or rolled back: %s",
    (_, view) => {
      const text = [wholeText(rootMessage(view)), statusText(view)].join("\n");
      expect(text).not.toMatch(
        /cutover|fence|downtime (?:of|begins|so far)|roll(?:ing|ed)? back|replacement|new key|move/i,
      );
      expect(rootMessage(view).text).toContain("Backup of orders-prod: ");
    },
  );

  it("asks by the account that it goes to, and says what is made, kept and not interrupted", () => {
    const text = textOf("backup: waiting");
    expect(text).toContain(
      "*Back orders-prod up to account 222233334444?* Nothing has been made or changed yet.",
    );
    expect(text).toContain("From then on that is done daily, and each is kept for 35 days.");
    expect(text).toContain("`encrypt-db`, and `copies` of account 222233334444");
    expect(text).toContain("*Downtime*\nnone");
    expect(text).toContain("<@U0ALICE01> asked for this; somebody else must approve");
  });

  it("tells at its end where it can be restored, by what was proved", () => {
    const view = stateOf("backup: finished");
    const text = wholeText(rootMessage(view));
    expect(text).toContain("can be restored in account 222233334444");
    expect(text).toContain("in `copies`, under `arn:aws:kms:eu-west-1:222233334444:key/of-the-vault`");
    expect(text).toContain("Backups and copies go on daily, by the backup plan `encrypt-db-orders-prod`");
    expect(statusText(view)).toContain("daily, by the backup plan encrypt-db-orders-prod");
  });

  it("that is stuck says so of the backup, and that the database serves", () => {
    const view = stateOf("backup: stuck");
    const why = explain(view.migration.problem ?? problem("command.not-approver", {}), plain);
    const text = wholeText(replyMessage(entry(note("event.stuck", why)), view));
    expect(text).toContain("<@U0ALICE01> The backup of orders-prod is stuck and needs a human.");
    expect(text).toContain("orders-prod serves all the while");
    expect(text).toContain("Calling it off would take about 4 min");
  });
});

describe("a deletion", () => {
  it.each(of("deletion:"))("names in every state what is deleted, and not what serves: %s", (_, view) => {
    expect(rootMessage(view).text.startsWith(`${retired}: `)).toBe(true);
    expect(statusText(view)).toMatch(new RegExp(`^Deletion of ${retired}: `));
    const text = [wholeText(rootMessage(view)), statusText(view)].join("\n");
    expect(text).not.toMatch(/cutover|discard|loses 0 writes|under the new key/);
  });

  it("asks what is lost and says what stays", () => {
    const text = textOf("deletion: waiting");
    expect(text).toContain(`*Delete ${retired}?* Nothing has been made or changed yet.`);
    expect(text).toContain(
      `*Lost for good:* ${retired} with its storage and its 2 instances, and 7 days later every moment`,
    );
    expect(text).toContain("*Stays:* the snapshot `orders-prod-last-mdelete1`");
    expect(text).toContain("under `aws-rds-0000`, which must be kept");
    expect(text).toContain("orders-prod, which is not touched, and its copy of <!date^1795521600^");
    expect(text).toContain("in account 222233334444.");
  });

  it("is approved with a button that looks like what it does and names the database twice", () => {
    const [approve, reject] = buttonsOf("deletion: waiting");
    expect(approve).toEqual({
      label: `Delete ${retired}`,
      style: "danger",
      asks: `${retired} is deleted for good. What is left of it is the snapshot orders-prod-last-mdelete1.`,
    });
    expect(reject).toMatchObject({
      label: "Reject",
      asks: expect.stringContaining(`${retired} is kept as it is`),
    });
    const whole = approvalText(stateOf("deletion: waiting"), "decommission", null);
    expect(whole).toContain(`Approve the deletion of ${retired}?`);
    expect(whole).toContain("none: orders-prod serves all the while");
  });

  it("offers no way back from what is deleted, and says so to whoever is woken", () => {
    const view = stateOf("deletion: stuck beyond return");
    const stuck = entry(note("event.stuck", { why: "why.", fix: "fix." }));
    expect(wholeText(replyMessage(stuck, view))).toContain("What is deleted does not come back.");
    expect(textOf("deletion: stuck beyond return")).not.toContain("Calling it off now");
    expect(statusText(view)).toContain("impossible: what is deleted does not come back");
    expect(statusText(view)).not.toContain("operate -- rollback orders-prod\n");
    expect(wholeText(replyMessage(stuck, stateOf("deletion: stuck")))).toContain("Calling it off would take");
  });

  it("ends with everything that is left, under which key, and what becomes of it; what has no room is counted", () => {
    const text = mrkdwnOf(rootMessage(stateOf("deletion: finished"))).join("\n");
    expect(text).toContain(`${retired} is deleted.`);
    expect(text).toContain(
      "• snapshot `orders-prod-last-mdelete1`, under `aws-rds-0000`, 20 GiB. It stays until somebody deletes it",
    );
    expect(text).toMatch(/… and \d+ more\./);
    expect(text).not.toContain("<!here>");
    expect(statusText(stateOf("deletion: finished"))).toContain("What is left:");
  });

  it("counts at its end what goes by itself, so that nobody misses among it what somebody must decide about", () => {
    const view = stateOf("deletion: finished");
    const left = view.migration.learned.leftovers as { underOldKey: boolean }[];
    const few = {
      ...view.migration,
      learned: { leftovers: [left[1], ...left.filter((one) => !one.underOldKey)] },
    };
    const text = wholeText(rootMessage({ ...view, migration: few }));
    expect(text).toContain(
      `• 3 × copy, which AWS deletes by itself, the last of them <!date^${(noon + days(3)) / 1_000}^`,
    );
    expect(text).toContain("• snapshot `orders-prod-last-mdelete1`");
    expect(text).not.toContain("awsbackup:copy-1");
    expect(statusText({ ...view, migration: few })).toContain("- 3 x copy, which AWS deletes by itself");
  });
});
