import { CloudFault } from "../core/cloud.ts";
import type { Verb } from "../core/command.ts";
import { type Problem, problem } from "../core/problem.ts";
import type { Deps } from "../engine/deps.ts";
import { problemsNotice, serve } from "../engine/intake.ts";
import type { Notice } from "../engine/request.ts";
import { type Operators, onlooker, operatorOf } from "./operators.ts";
import { asked as askedSchema, call, purposeOf } from "./protocol.ts";

interface DeskOptions {
  readonly deps: Deps;
  readonly operators: Operators;
  readonly table: string;
  /** Whose signature it is, or why nobody's; throws a `CloudFault` where that cannot be found out. */
  identify(purpose: string, signature: unknown): Promise<{ account: string; arn: string } | Problem>;
}

export type Desk = (payload: unknown) => Promise<Notice>;

/** They begin or change nothing. */
const looks: readonly Verb[] = ["status", "list", "evidence"];
/** Those that make no sense without a channel are left out. */
const served: readonly Verb[] = [...looks, "pause", "resume", "retry", "rollback", "close", "halt", "unhalt"];

/**
 * Serves operators, without Slack. Nothing that a payload says about its sender is believed: AWS names them, and the
 * configuration says who that is. From there on the rules are those of every request.
 */
export function createDesk({ deps, operators, table, identify }: DeskOptions): Desk {
  const { account, region, team } = deps.environment;

  return async (payload) => {
    const read = readCall(payload);
    if (!read) return problemsNotice(problem("operator.unreadable", {}));
    const { words, signature, asked } = read;
    const caller = await whoCalls(words, signature);
    if ("code" in caller) return problemsNotice(caller);
    const { arn } = caller;
    const known = operatorOf(operators, arn, team);
    const isLook = asked.kind === "command" && looks.includes(asked.command.verb);
    if (!known && !isLook) return problemsNotice(problem("operator.unknown", { arn }));
    if (!known && caller.account !== account)
      return problemsNotice(problem("operator.other-account", { arn, account }));
    // Ids of Slack's requests never look like this one.
    if (!(await deps.store.claimRequest(`operator:${asked.id}`)))
      return problemsNotice(problem("operator.repeated", {}));
    deps.log.info("operator-asked", { request: asked.id, arn, kind: asked.kind, ...subjectOf(asked) });
    return serve(deps, { ...asked, channel: null }, async () => known ?? onlooker(arn, team));
  };

  async function whoCalls(words: string, signature: unknown) {
    try {
      return await identify(purposeOf(words, { account, region, table }), signature);
    } catch (fault) {
      if (!(fault instanceof CloudFault)) throw fault;
      deps.log.error("operator-not-identified", { fault });
      return problem("command.failed", { what: "AWS STS", code: fault.code });
    }
  }
}

function readCall(payload: unknown) {
  const read = call.safeParse(payload);
  if (!read.success) return undefined;
  const { asked: words, signature } = read.data;
  const asked = askedSchema.safeParse(jsonOf(words)).data;
  if (!asked || (asked.kind === "command" && !served.includes(asked.command.verb))) return undefined;
  return { words, signature, asked };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function subjectOf(asked: NonNullable<ReturnType<typeof readCall>>["asked"]) {
  if (asked.kind === "click") return { does: asked.press.does, migration: asked.migration };
  const { command } = asked;
  return { verb: command.verb, ...("name" in command && { name: command.name }) };
}
