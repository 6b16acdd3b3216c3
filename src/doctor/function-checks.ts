import type { FunctionFacts } from "../aws/function-settings.ts";
import { missingVariables, probeSchema, workerSchema } from "../config.ts";
import { sayDuration } from "../core/note.ts";
import { minutes } from "../core/time.ts";
import { lingerFor } from "../engine/poll.ts";
import type { Check, Finding } from "./check.ts";
import type { Deployment } from "./deployment.ts";

/** The probe's function; null where the one process asks the databases itself. */
export function probeFunction({ config }: Deployment): string | null {
  return "PROBE_FUNCTION" in config ? config.PROBE_FUNCTION : null;
}

const hasWorker = ({ config }: Deployment) => config.WORKER_FUNCTION !== null;
const hasProbe = (of: Deployment) => probeFunction(of) !== null;

/** The longest that the worker waits for an answer of the probe. */
const longestQuestion = minutes(5);
/** The schedule is one run a minute; two may be lost. */
const longestSilence = minutes(3);

export const functionChecks: readonly Check[] = [
  {
    claim: "The worker function is there, and runs longer than it lingers in a downtime",
    concerns: hasWorker,
    look: (of) =>
      lookAt(of, of.config.WORKER_FUNCTION, "WORKER_FUNCTION", (worker, name) => [
        ...runtimeFindings(worker, name),
        ...variableFindings(
          name,
          missingVariables(workerSchema, { ...worker.variables, AWS_REGION: "set by Lambda" }),
        ),
        ...(worker.timeout > lingerFor ? [] : [tooShort(name, worker, lingerFor)]),
      ]),
  },
  {
    claim: "The worker's schedule runs",
    concerns: hasWorker,
    look: async ({ account, now }) => {
      const last = await account.lastBeat();
      const silence = last === null ? null : now() - last;
      if (silence !== null && silence <= longestSilence) return [];
      return [
        {
          severity: "error",
          what:
            silence === null ? "The worker never ran." : `The worker last ran ${sayDuration(silence)} ago.`,
          why: "Nothing goes on by itself: a migration in its downtime would stand still.",
          remedy:
            "aws events describe-rule --name encrypt-db-every-minute (it must be ENABLED); infra/runbook.md, poller-silent, says what else it may be.",
        },
      ];
    },
  },
  {
    claim: "The probe function is there, inside a VPC, and may take as long as the worker waits for it",
    concerns: hasProbe,
    look: (of) =>
      lookAt(of, probeFunction(of), "PROBE_FUNCTION", (probe, name) => [
        ...runtimeFindings(probe, name),
        ...variableFindings(name, missingNames(probe)),
        ...(probe.timeout >= longestQuestion ? [] : [tooShort(name, probe, longestQuestion)]),
        ...(probe.network ? [] : [outside(name)]),
      ]),
  },
];

/** A file that is there for the function need not be there for whoever runs this. */
function missingNames({ variables }: FunctionFacts): readonly string[] {
  return missingVariables(probeSchema, variables);
}

async function lookAt(
  { account }: Deployment,
  name: string | null,
  variable: string,
  judge: (found: FunctionFacts, name: string) => readonly Finding[],
): Promise<readonly Finding[]> {
  const found = await account.findFunction(name ?? "");
  if (found) return judge(found, name ?? "");
  return [
    {
      severity: "error",
      what: `There is no function ${name}.`,
      why: "Nothing is carried out without it.",
      remedy: `npm run deploy makes it. Or mend ${variable}: aws lambda list-functions --query 'Functions[].FunctionName'`,
    },
  ];
}

function runtimeFindings({ runtime }: FunctionFacts, name: string): readonly Finding[] {
  const version = Number(/^nodejs(\d+)\.x$/.exec(runtime)?.[1] ?? 0);
  if (version >= 20) return [];
  return [
    {
      severity: "error",
      what: `${name} runs on ${runtime || "an image"}, not on Node 20 or later.`,
      why: "The bundle is written in what older versions do not read.",
      remedy: `aws lambda update-function-configuration --function-name ${name} --runtime nodejs24.x`,
    },
  ];
}

/** Names only: a value may be a secret. */
function variableFindings(name: string, missing: readonly string[]): readonly Finding[] {
  if (missing.length === 0) return [];
  return [
    {
      severity: "error",
      what: `${name} was not given ${missing.join(", ")}.`,
      why: "It stops at its first call, and says so only in its log.",
      remedy: "Complete infra/settings.json and npm run deploy; README.md, Configuration, says what each is.",
    },
  ];
}

function tooShort(name: string, { timeout }: FunctionFacts, needed: number): Finding {
  return {
    severity: "error",
    what: `${name} may run ${sayDuration(timeout)}, and needs ${needed === lingerFor ? "more than " : ""}${sayDuration(needed)}.`,
    why: "Lambda would stop it in the middle of what it does, in every downtime.",
    remedy: `aws lambda update-function-configuration --function-name ${name} --timeout ${needed === lingerFor ? 420 : needed / 1_000}`,
  };
}

function outside(name: string): Finding {
  return {
    severity: "error",
    what: `${name} is in no VPC.`,
    why: "It reaches no database that is not open to the Internet, and no security group can admit it.",
    remedy: "npm run deploy puts it into the VPC of infra/settings.json, in a security group of its own.",
  };
}
