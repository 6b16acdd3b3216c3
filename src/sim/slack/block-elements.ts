import * as z from "zod";

// Lengths count UTF-16 units. Slack does not say what it counts; this is the strictest reading, so a message
// that passes here passes there.

/** A string of 1 to `max` characters that Slack shows as it is. */
export const plainText = (max: number) =>
  z.strictObject({
    type: z.literal("plain_text"),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  });

const mrkdwnText = (max: number) =>
  z.strictObject({
    type: z.literal("mrkdwn"),
    text: z.string().min(1).max(max),
    verbatim: z.boolean().optional(),
  });

export const textObject = (max: number) => z.discriminatedUnion("type", [plainText(max), mrkdwnText(max)]);

const actionId = z.string().min(1).max(255);
const style = z.enum(["primary", "danger"]);

const confirmation = z.strictObject({
  title: plainText(100),
  text: textObject(300),
  confirm: plainText(30),
  deny: plainText(30),
  style: style.optional(),
});

// Newer pages of the documentation allow 150 in places; 75 is right everywhere.
const option = z.strictObject({
  text: plainText(75),
  value: z.string().min(1).max(75),
  description: plainText(75).optional(),
});

const button = z.strictObject({
  type: z.literal("button"),
  text: plainText(75),
  action_id: actionId.optional(),
  value: z.string().max(2000).optional(),
  url: z.string().min(1).max(3000).optional(),
  style: style.optional(),
  confirm: confirmation.optional(),
  accessibility_label: z.string().min(1).max(75).optional(),
});

const overflow = z.strictObject({
  type: z.literal("overflow"),
  action_id: actionId.optional(),
  options: z
    .array(option.extend({ url: z.string().min(1).max(3000).optional() }))
    .min(1)
    .max(5),
  confirm: confirmation.optional(),
});

const optionGroup = z.strictObject({ label: plainText(75), options: z.array(option).min(1).max(100) });

const staticSelect = z
  .strictObject({
    type: z.literal("static_select"),
    action_id: actionId.optional(),
    placeholder: plainText(150).optional(),
    options: z.array(option).min(1).max(100).optional(),
    option_groups: z.array(optionGroup).min(1).max(100).optional(),
    initial_option: option.optional(),
    confirm: confirmation.optional(),
    focus_on_load: z.boolean().optional(),
  })
  .refine((select) => (select.options === undefined) !== (select.option_groups === undefined), {
    message: "must provide either options or option_groups, and not both",
  });

/** Seconds since 1970; Slack takes ten digits and no others. */
const dateTime = z.int().min(1_000_000_000).max(9_999_999_999);

const datetimePicker = z.strictObject({
  type: z.literal("datetimepicker"),
  action_id: actionId.optional(),
  initial_date_time: dateTime.optional(),
  confirm: confirmation.optional(),
  focus_on_load: z.boolean().optional(),
});

/** What a person can act on. Other elements of Block Kit are refused, because the page cannot show them. */
export const actionElement = z.discriminatedUnion("type", [button, overflow, staticSelect, datetimePicker]);

const inlineStyle = z
  .strictObject({
    bold: z.boolean().optional(),
    italic: z.boolean().optional(),
    strike: z.boolean().optional(),
    code: z.boolean().optional(),
  })
  .optional();

const richTextText = z.strictObject({
  type: z.literal("text"),
  text: z.string().min(1),
  style: inlineStyle,
});

const richTextLink = z.strictObject({
  type: z.literal("link"),
  url: z.string().min(1),
  text: z.string().min(1).optional(),
  style: inlineStyle,
});

const richTextInline = z.discriminatedUnion("type", [
  richTextText,
  richTextLink,
  z.strictObject({ type: z.literal("user"), user_id: z.string().min(1), style: inlineStyle }),
  z.strictObject({ type: z.literal("usergroup"), usergroup_id: z.string().min(1), style: inlineStyle }),
  z.strictObject({ type: z.literal("channel"), channel_id: z.string().min(1), style: inlineStyle }),
  z.strictObject({ type: z.literal("broadcast"), range: z.enum(["here", "channel", "everyone"]) }),
  z.strictObject({ type: z.literal("emoji"), name: z.string().min(1), style: inlineStyle }),
  z.strictObject({
    type: z.literal("date"),
    timestamp: z.int(),
    format: z.string().min(1),
    url: z.string().min(1).optional(),
    fallback: z.string().min(1).optional(),
    style: inlineStyle,
  }),
]);

const richTextSection = z.strictObject({
  type: z.literal("rich_text_section"),
  elements: z.array(richTextInline),
});

/** A paragraph, list, quotation or preformatted text inside a `rich_text` block. */
export const richTextElement = z.discriminatedUnion("type", [
  richTextSection,
  z.strictObject({
    type: z.literal("rich_text_list"),
    style: z.enum(["bullet", "ordered"]),
    elements: z.array(richTextSection).min(1),
    indent: z.int().min(0).max(8).optional(),
    border: z.union([z.literal(0), z.literal(1)]).optional(),
  }),
  z.strictObject({ type: z.literal("rich_text_quote"), elements: z.array(richTextInline) }),
  z.strictObject({
    type: z.literal("rich_text_preformatted"),
    elements: z.array(z.discriminatedUnion("type", [richTextText, richTextLink])),
    border: z.union([z.literal(0), z.literal(1)]).optional(),
  }),
]);

export type TextObject = z.infer<ReturnType<typeof textObject>>;
export type ActionElement = z.infer<typeof actionElement>;
export type Confirmation = z.infer<typeof confirmation>;
export type Option = z.infer<typeof option>;
export type RichTextElement = z.infer<typeof richTextElement>;
export type RichTextInline = z.infer<typeof richTextInline>;
