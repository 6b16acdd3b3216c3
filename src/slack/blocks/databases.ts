import { sayKeyState } from "../../engine/key-state.ts";
import type { ListedDatabase } from "../../engine/request.ts";
import { code, count, escaped } from "../text.ts";
import { context, listing, type Message, message, saying, section } from "./message.ts";

/** Every database by the state of its key: what is still to be moved comes first. */
export function databasesMessage(databases: readonly ListedDatabase[]): Message {
  if (databases.length === 0) {
    return saying("There is no database in this account and Region, or the bot is not allowed to see any.");
  }
  const toMove = databases.filter((each) => each.keyManager !== "CUSTOMER");
  const done = databases.filter((each) => each.keyManager === "CUSTOMER");
  const text = `${count(databases.length, "database")}: ${toMove.length} not under a customer-managed key, ${done.length} under one.`;
  return message(text, [
    section(`*${text}*`),
    ...listing(
      [
        ...(toMove.length > 0 ? ["*Not under a customer-managed key*"] : []),
        ...toMove.map(line),
        ...(done.length > 0 ? ["*Under a customer-managed key*"] : []),
        ...done.map(line),
      ],
      20,
    ),
    context(["Look at what a move would take with `/encrypt-db plan NAME`; nothing is created by that."]),
  ]);
}

function line(of: ListedDatabase): string {
  const parts = [
    `${code(of.name)} (${of.kind}, ${escaped(of.engine)})`,
    sayKeyState(of, code),
    ...(of.status === "available" ? [] : [escaped(of.status)]),
    ...(of.migration === null ? [] : [`migration ${code(of.migration)} under way`]),
  ];
  return `• ${parts.join(" · ")}`;
}
