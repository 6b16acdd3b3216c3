import { composeDesk } from "../../src/compose/desk.ts";
import { composeOperator } from "../../src/compose/operator.ts";
import { operatorSchema, readConfig } from "../../src/config.ts";
import { CloudFault } from "../../src/core/cloud.ts";
import { ChannelFault, type Clock, type Deps } from "../../src/engine/deps.ts";
import type { Notice } from "../../src/engine/request.ts";
import type { Desk } from "../../src/operate/desk.ts";
import { type ExitCode, OperateFault, operate } from "../../src/operate/operate.ts";
import { faultText } from "../../src/operate/text/fault.ts";
import { givePersonKey } from "../../src/sim/aws/iam/identities.ts";
import { requestHandler } from "../../src/sim/aws/wire/server.ts";
import type { Life } from "../engine/life.ts";

const account = "123456789012";
const region = "eu-west-1";
export const table = "encrypt-db";
const worker = "encrypt-db-worker";

export const sessionOf = (name: string, of = account) =>
  `arn:aws:sts::${of}:assumed-role/AWSReservedSSO_Dba_0123456789abcdef/${name}@example.com`;

const mayInvoke = {
  Effect: "Allow",
  Action: "lambda:InvokeFunction",
  Resource: `arn:aws:lambda:${region}:${account}:function:${worker}`,
} as const;

interface Told {
  readonly code: ExitCode;
  readonly text: string;
}

/** People at their terminals, with AWS credentials and without Slack. */
export interface Office {
  readonly life: Life;
  /** The product, which Slack does not answer any more. */
  readonly deps: Deps;
  /** Every call that reached the bot, and what it was answered. */
  readonly calls: { payload: unknown; notice: Notice }[];
  /** How often the bot was asked to look now. */
  wakes: number;
  readonly desk: Desk;
  /** Somebody types a command, and after its prompt, if it has one, `then`. */
  type(person: string, line: string, then?: string): Promise<Told>;
  /** What their AWS clients are made with. */
  clientsOf(person: string): { region: string; requestHandler: never; credentials: Credentials };
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** alice asks, bob and carol approve; dave may be an operator who is no approver. */
export const people: Readonly<Record<string, string>> = {
  OPERATORS: ["alice", "bob", "carol", "dave"]
    .map((name) => `${sessionOf(name)}=U${name.toUpperCase()}`)
    .join(","),
  OPERATOR_APPROVERS: "UALICE,UBOB,UCAROL",
};

/** `bot`: its clock and AWS's address, where the terminals are processes, which have the machine's clock and network. */
export function openOffice(
  life: Life,
  given: Readonly<Record<string, string>> = people,
  bot: { readonly clock?: Clock; readonly AWS_ENDPOINT_URL?: string } = {},
): Office {
  const { world } = life;
  const handler = requestHandler(world.account) as never;
  const keys = new Map<string, Credentials>();
  world.account.alter((turn) => {
    for (const person of ["alice", "bob", "carol", "dave", "eve"]) {
      const key = { accessKeyId: `AKIA${person.toUpperCase()}`, secretAccessKey: `secret of ${person}` };
      keys.set(person, person === "carol" ? { ...key, sessionToken: "token of carol" } : key);
      turn.state = givePersonKey(turn.state, key, { arn: sessionOf(person), statements: [mayInvoke] });
    }
  });
  const deps = { ...withoutSlack(world.deps), ...(bot.clock && { clock: bot.clock }) };
  const desk = composeDesk(
    {
      AWS_REGION: region,
      AWS_ENDPOINT_URL: bot.AWS_ENDPOINT_URL,
      TABLE_NAME: table,
      SLACK_APPROVERS: ["S0APPROVE"],
      ...readPeople(given),
    },
    deps,
    { aws: { requestHandler: handler } },
  );
  const calls: Office["calls"] = [];
  world.account.functions.set(worker, async (event) => {
    const { operate: payload } = (event ?? {}) as { operate?: unknown };
    if (payload === undefined) {
      office.wakes++;
      return null;
    }
    const notice = await desk(payload);
    calls.push({ payload, notice });
    return notice;
  });
  const clientsOf: Office["clientsOf"] = (person) => {
    const credentials = keys.get(person);
    if (!credentials) throw new Error(`${person} has no key`);
    return { region, requestHandler: handler, credentials };
  };
  const config = readConfig(operatorSchema, { AWS_REGION: region });
  const office: Office = {
    life,
    deps,
    calls,
    wakes: 0,
    desk,
    clientsOf,
    type: async (person, line, then) => {
      const said: string[] = [];
      const terminal = {
        print: (text: string) => void said.push(text),
        complain: (text: string) => void said.push(text),
        type: async (prompt: string) => {
          said.push(prompt);
          return then ?? null;
        },
      };
      const { region: _same, ...aws } = clientsOf(person);
      const connect = composeOperator(config, { clock: deps.clock, aws });
      const code = await operate(line.split(" "), terminal, connect).catch((fault: unknown) => {
        if (fault instanceof CloudFault) terminal.complain(faultText(fault));
        else if (fault instanceof OperateFault) terminal.complain(fault.message);
        else throw fault;
        return 1 as const;
      });
      return { code, text: said.join("\n") };
    },
  };
  return office;
}

function readPeople(given: Readonly<Record<string, string>>) {
  const { OPERATORS = "", OPERATOR_APPROVERS = "" } = given;
  const entries = OPERATORS.split(",").map((pair) => {
    const [, arn = "", user = "", enterpriseUser = null] = /^(.*)=(\w+)(?:\/(\w+))?$/.exec(pair) ?? [];
    return [arn, { user, enterpriseUser }] as const;
  });
  return { OPERATORS: Object.fromEntries(entries), OPERATOR_APPROVERS: OPERATOR_APPROVERS.split(",") };
}

/** Every call to Slack fails, and none is needed to serve an operator. */
function withoutSlack(deps: Deps): Deps {
  const away = async (): Promise<never> => {
    throw new ChannelFault("unanswered", "Slack did not answer");
  };
  const { renderRoot, speaksOf } = deps.channel;
  const channel = {
    renderRoot: renderRoot.bind(deps.channel),
    speaksOf: speaksOf.bind(deps.channel),
    postRoot: away,
    findRoot: away,
    updateRoot: away,
    postReply: away,
    findReplies: away,
    postFiles: away,
    findFiles: away,
    answer: async () => {
      throw new Error("an operator was answered through Slack");
    },
  };
  return { ...deps, lookUp: away, channel };
}
