import * as z from "zod";
import {
  type ActionElement,
  actionElement,
  plainText,
  richTextElement,
  textObject,
} from "./block-elements.ts";

// The limits are those of docs.slack.dev/reference/block-kit/blocks, and are written down here once more on
// purpose: a check that shared its numbers with the renderer that it checks would agree with every mistake.

const blockId = z.string().min(1).max(255).optional();

const header = z.strictObject({
  type: z.literal("header"),
  block_id: blockId,
  text: plainText(150),
  level: z.int().min(1).max(4).optional(),
});

const section = z
  .strictObject({
    type: z.literal("section"),
    block_id: blockId,
    text: textObject(3000).optional(),
    fields: z.array(textObject(2000)).min(1).max(10).optional(),
    accessory: actionElement.optional(),
    expand: z.boolean().optional(),
  })
  .refine((block) => block.text !== undefined || block.fields !== undefined, {
    message: "must provide text or fields",
  });

const context = z.strictObject({
  type: z.literal("context"),
  block_id: blockId,
  elements: z.array(textObject(3000)).min(1).max(10),
});

const actions = z.strictObject({
  type: z.literal("actions"),
  block_id: blockId,
  elements: z.array(actionElement).min(1).max(25),
});

const divider = z.strictObject({ type: z.literal("divider"), block_id: blockId });

const richText = z.strictObject({
  type: z.literal("rich_text"),
  block_id: blockId,
  elements: z.array(richTextElement).min(1),
});

const cell = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("raw_text"), text: z.string() }),
  z.strictObject({ type: z.literal("raw_number"), value: z.number(), text: z.string().optional() }),
  richText,
]);

const table = z.strictObject({
  type: z.literal("table"),
  block_id: blockId,
  rows: z.array(z.array(cell).min(1).max(20)).min(1).max(100),
  column_settings: z
    .array(
      z
        .strictObject({
          align: z.enum(["left", "center", "right"]).optional(),
          is_wrapped: z.boolean().optional(),
        })
        .nullable(),
    )
    .max(20)
    .optional(),
});

const plainBlocks = [header, section, context, actions, divider, richText, table] as const;

const container = z.strictObject({
  type: z.literal("container"),
  block_id: blockId,
  title: plainText(150),
  subtitle: textObject(150).optional(),
  child_blocks: z.array(z.discriminatedUnion("type", plainBlocks)).min(1).max(10),
  width: z.enum(["narrow", "standard", "wide", "full"]).optional(),
  is_collapsible: z.boolean().optional(),
  default_collapsed: z.boolean().optional(),
  has_header_divider: z.boolean().optional(),
});

const block = z.discriminatedUnion("type", [...plainBlocks, container]);

/** The blocks that this workspace takes and shows; every other type is refused rather than half shown. */
export type Block = z.infer<typeof block>;
export type TableCell = z.infer<typeof cell>;
export type TableBlock = z.infer<typeof table>;
/** An element that can be acted on, and the block that it is in. */
export interface Placed {
  readonly blockId: string;
  readonly element: ActionElement;
}

const tableCharacters = 10_000;

const blocks = z.array(block).max(50);

/**
 * Reads the `blocks` of a message as strictly as Slack does. The problems, one sentence each with a JSON
 * pointer, are what Slack puts in `response_metadata.messages` beside `invalid_blocks`.
 */
export function readBlocks(
  input: unknown,
): { readonly blocks: readonly Block[] } | { readonly problems: readonly string[] } {
  const read = blocks.safeParse(input);
  if (!read.success) {
    return { problems: read.error.issues.map((issue) => problem(issue.message, issue.path)) };
  }
  const problems = [...repeated(read.data), ...tooMuchInTables(read.data)];
  return problems.length > 0 ? { problems } : { blocks: read.data };
}

function problem(message: string, path: readonly PropertyKey[]): string {
  const pointer = ["/blocks", ...path.map(String)].join("/");
  return `[ERROR] ${message} [json-pointer:${pointer}]`;
}

function repeated(list: readonly Block[]): string[] {
  const all = list.flatMap(withChildren);
  const blockIds = all.flatMap((each) => each.block_id ?? []);
  const actionIds = all.flatMap((each) => elementsOf(each).flatMap((element) => element.action_id ?? []));
  return [
    ...duplicates(blockIds).map((id) => `[ERROR] block_id "${id}" already exists [json-pointer:/blocks]`),
    ...duplicates(actionIds).map((id) => `[ERROR] action_id "${id}" already exists [json-pointer:/blocks]`),
  ];
}

function duplicates(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}

function tooMuchInTables(list: readonly Block[]): string[] {
  const characters = list
    .flatMap(withChildren)
    .flatMap((each) => (each.type === "table" ? each.rows.flat() : []))
    .reduce((sum, each) => sum + cellText(each).length, 0);
  if (characters <= tableCharacters) return [];
  return [`[ERROR] must be at most ${tableCharacters} characters in all tables [json-pointer:/blocks]`];
}

/** What a cell says, without its formatting. */
function cellText(content: TableCell): string {
  if (content.type === "raw_text") return content.text;
  if (content.type === "raw_number") return content.text ?? String(content.value);
  return content.elements
    .flatMap((element) =>
      element.type === "rich_text_list"
        ? element.elements.flatMap((section) => section.elements)
        : element.elements,
    )
    .map((inline) => ("text" in inline ? (inline.text ?? "") : ""))
    .join("");
}

/** A block and what it folds away. */
function withChildren(each: Block): Block[] {
  return each.type === "container" ? [each, ...each.child_blocks] : [each];
}

function elementsOf(each: Block): readonly ActionElement[] {
  if (each.type === "actions") return each.elements;
  if (each.type === "section" && each.accessory !== undefined) return [each.accessory];
  return [];
}

/** Gives an id to every block and element that came without one, as Slack does; `nextId` makes them. */
export function withIds(list: readonly Block[], nextId: () => string): readonly Block[] {
  return list.map((each) => identified(each, nextId));
}

function identified<B extends Block>(each: B, nextId: () => string): B {
  const element = <E extends ActionElement>(one: E): E => ({ ...one, action_id: one.action_id ?? nextId() });
  const named = { ...each, block_id: each.block_id ?? nextId() };
  if (named.type === "actions") return { ...named, elements: named.elements.map(element) };
  if (named.type === "section" && named.accessory !== undefined) {
    return { ...named, accessory: element(named.accessory) };
  }
  if (named.type === "container") {
    return { ...named, child_blocks: named.child_blocks.map((child) => identified(child, nextId)) };
  }
  return named;
}

/** Everything that can be acted on, and where. */
export function everyElement(list: readonly Block[]): readonly Placed[] {
  return list.flatMap(withChildren).flatMap((each) => {
    const { block_id: blockId } = each;
    return blockId === undefined ? [] : elementsOf(each).map((element) => ({ blockId, element }));
  });
}

/** Finds what can be acted on, by its ids; without `blockId` the first element with that `actionId`. */
export function findElement(
  list: readonly Block[],
  actionId: string,
  wantedBlock: string | undefined,
): Placed | undefined {
  return everyElement(list).find(
    ({ blockId, element }) =>
      element.action_id === actionId && (wantedBlock === undefined || wantedBlock === blockId),
  );
}
