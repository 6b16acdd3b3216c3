import { describe, expect, it } from "vitest";
import { readBlocks } from "../../../src/sim/slack/block-kit.ts";

const plain = (length: number) => ({ type: "plain_text", text: "x".repeat(length) });
const mrkdwn = (length: number) => ({ type: "mrkdwn", text: "x".repeat(length) });
const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

const header = (length: number) => ({ type: "header", text: plain(length) });
const section = (content: object) => ({ type: "section", ...content });
const actions = (...elements: object[]) => ({ type: "actions", elements });
const button = (change: object = {}) => ({ type: "button", text: plain(5), ...change });
const option = (n: number, change: object = {}) => ({ text: plain(5), value: `${n}`, ...change });
const overflow = (options: object[]) => actions({ type: "overflow", options });
const select = (content: object) => actions({ type: "static_select", ...content });
const confirm = (change: object) => ({
  title: plain(5),
  text: plain(5),
  confirm: plain(5),
  deny: plain(5),
  ...change,
});
const table = (rows: number, cells: number, length = 1) => ({
  type: "table",
  rows: many(rows, () => many(cells, () => ({ type: "raw_text", text: "x".repeat(length) }))),
});
const container = (children: number, title = 5) => ({
  type: "container",
  title: plain(title),
  child_blocks: many(children, () => ({ type: "divider" })),
});

const problems = (blocks: unknown) => {
  const read = readBlocks(blocks);
  return "problems" in read ? read.problems : [];
};

/** Each limit: how a message with so much of something looks, and how much is allowed. */
const limits: [what: string, most: number, blocks: (count: number) => object[]][] = [
  ["blocks in a message", 50, (n) => many(n, () => ({ type: "divider" }))],
  ["characters of a block_id", 255, (n) => [{ type: "divider", block_id: "x".repeat(n) }]],
  ["characters of a header", 150, (n) => [header(n)]],
  ["characters of a section", 3000, (n) => [section({ text: mrkdwn(n) })]],
  ["fields of a section", 10, (n) => [section({ fields: many(n, () => mrkdwn(5)) })]],
  ["characters of a field", 2000, (n) => [section({ fields: [mrkdwn(n)] })]],
  ["elements of a context", 10, (n) => [{ type: "context", elements: many(n, () => mrkdwn(5)) }]],
  ["elements of an actions block", 25, (n) => [actions(...many(n, () => button()))]],
  ["characters of a button", 75, (n) => [actions(button({ text: plain(n) }))]],
  ["characters of an action_id", 255, (n) => [actions(button({ action_id: "x".repeat(n) }))]],
  ["characters of a button's value", 2000, (n) => [actions(button({ value: "x".repeat(n) }))]],
  ["characters of a button's url", 3000, (n) => [actions(button({ url: "x".repeat(n) }))]],
  ["characters of a spoken label", 75, (n) => [actions(button({ accessibility_label: "x".repeat(n) }))]],
  [
    "characters of a question's title",
    100,
    (n) => [actions(button({ confirm: confirm({ title: plain(n) }) }))],
  ],
  ["characters of a question", 300, (n) => [actions(button({ confirm: confirm({ text: mrkdwn(n) }) }))]],
  ["characters of a yes", 30, (n) => [actions(button({ confirm: confirm({ confirm: plain(n) }) }))]],
  ["characters of a no", 30, (n) => [actions(button({ confirm: confirm({ deny: plain(n) }) }))]],
  ["options of an overflow menu", 5, (n) => [overflow(many(n, (index) => option(index)))]],
  ["characters of an option", 75, (n) => [overflow([option(1, { text: plain(n) })])]],
  ["characters of an option's value", 75, (n) => [overflow([option(1, { value: "x".repeat(n) })])]],
  ["characters of an option's description", 75, (n) => [overflow([option(1, { description: plain(n) })])]],
  ["options of a select", 100, (n) => [select({ options: many(n, (index) => option(index)) })]],
  ["characters of a placeholder", 150, (n) => [select({ placeholder: plain(n), options: [option(1)] })]],
  [
    "groups of a select",
    100,
    (n) => [select({ option_groups: many(n, () => ({ label: plain(5), options: [option(1)] })) })],
  ],
  ["rows of a table", 100, (n) => [table(n, 2)]],
  ["cells of a row", 20, (n) => [table(1, n)]],
  ["characters of all tables together", 10_000, (n) => [table(1, 1, n - 5000), table(5, 2, 500)]],
  [
    "columns with settings",
    20,
    (n) => [{ ...table(1, 20), column_settings: many(n, () => ({ align: "right" })) }],
  ],
  ["blocks in a container", 10, (n) => [container(n)]],
  ["characters of a container's title", 150, (n) => [container(1, n)]],
];

describe("limits of Block Kit", () => {
  it.each(limits)("%s: %i are taken and one more is refused", (_, most, blocks) => {
    expect(problems(blocks(most))).toEqual([]);
    expect(problems(blocks(most + 1))).toHaveLength(1);
  });

  it.each([
    ["an empty header", [header(0)]],
    ["a section that says nothing", [section({})]],
    ["a section without fields", [section({ fields: [] })]],
    ["a context of nothing", [{ type: "context", elements: [] }]],
    ["actions without elements", [actions()]],
    [
      "a select with options and groups",
      [select({ options: [option(1)], option_groups: [{ label: plain(1), options: [option(1)] }] })],
    ],
    ["a select without either", [select({})]],
    ["a time in milliseconds", [actions({ type: "datetimepicker", initial_date_time: 1_795_521_600_000 })]],
    ["a time with a placeholder", [actions({ type: "datetimepicker", placeholder: plain(5) })]],
    ["markup in a header", [{ type: "header", text: mrkdwn(5) }]],
    ["markup on a button", [actions(button({ text: mrkdwn(5) }))]],
    ["a style that does not exist", [actions(button({ style: "warning" }))]],
    ["a property that does not exist", [{ ...header(5), color: "red" }]],
    ["an unknown block", [{ type: "alert", text: plain(5) }]],
    ["an unknown element", [actions({ type: "datepicker" })]],
    ["a container in a container", [{ ...container(1), child_blocks: [container(1)] }]],
    ["two blocks of one block_id", many(2, () => ({ type: "divider", block_id: "same" }))],
    [
      "two buttons of one action_id in one block",
      [actions(button({ action_id: "same" }), button({ action_id: "same" }))],
    ],
    ["two buttons of one action_id in two blocks", many(2, () => actions(button({ action_id: "same" })))],
    [
      "one action_id inside and outside a container",
      [
        { ...container(1), child_blocks: [actions(button({ action_id: "same" }))] },
        actions(button({ action_id: "same" })),
      ],
    ],
    ["something that is no list", { type: "divider" }],
    ["nothing at all", null],
  ])("refuse %s", (_, blocks) => {
    expect(problems(blocks)).not.toEqual([]);
  });

  it("are reported with the place where they are broken", () => {
    expect(problems([{ type: "divider" }, section({ fields: [mrkdwn(5), mrkdwn(2001)] })])).toEqual([
      expect.stringContaining("[json-pointer:/blocks/1/fields/1/text]"),
    ]);
  });

  it("leave room for everything a message may carry", () => {
    const style = { bold: true };
    const richText = {
      type: "rich_text",
      elements: [
        {
          type: "rich_text_section",
          elements: [
            { type: "text", text: "a", style },
            { type: "link", url: "https://example.com" },
            { type: "user", user_id: "U1" },
            { type: "usergroup", usergroup_id: "S1" },
            { type: "channel", channel_id: "C1" },
            { type: "broadcast", range: "here" },
            { type: "emoji", name: "lock" },
            { type: "date", timestamp: 1, format: "{date}", fallback: "then" },
          ],
        },
        { type: "rich_text_list", style: "bullet", elements: [{ type: "rich_text_section", elements: [] }] },
        { type: "rich_text_quote", elements: [] },
        { type: "rich_text_preformatted", elements: [{ type: "text", text: "a" }] },
      ],
    };
    const cells = [{ type: "raw_text", text: "" }, { type: "raw_number", value: 1 }, richText];
    expect(
      problems([
        { ...header(5), level: 2 },
        section({ text: mrkdwn(5), accessory: button(), expand: true }),
        richText,
        { type: "table", rows: [cells], column_settings: [null, { align: "right", is_wrapped: true }] },
        {
          ...container(1),
          subtitle: mrkdwn(5),
          is_collapsible: true,
          default_collapsed: true,
          width: "full",
        },
        actions(button({ style: "primary", confirm: confirm({ style: "danger" }) })),
      ]),
    ).toEqual([]);
  });
});
