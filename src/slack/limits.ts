/**
 * Slack's limits, in UTF-16 units and pieces. A message past one of them is refused whole, and with it what
 * somebody needed to know. Source: docs.slack.dev/reference/block-kit and the methods' own pages.
 */
export const limits = {
  blocks: 50,
  /** Of `chat.update`, whose limit is lower than that of `chat.postMessage`. */
  messageText: 4_000,
  headerText: 150,
  sectionText: 3_000,
  sectionFields: 10,
  fieldText: 2_000,
  contextElements: 10,
  contextText: 3_000,
  actions: 25,
  actionId: 255,
  buttonText: 75,
  buttonValue: 2_000,
  optionText: 75,
  placeholder: 150,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  containerTitle: 150,
  containerBlocks: 10,
  tableRows: 100,
  /** Over all cells of all tables of a message. */
  tableCharacters: 10_000,
} as const;
