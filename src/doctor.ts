import { parseArgs } from "node:util";
import { createLambdaClient } from "./aws/clients.ts";
import { findFunction } from "./aws/function-settings.ts";
import { composeDoctor } from "./compose/doctor.ts";
import { clientOptions } from "./compose/surroundings.ts";
import {
  ConfigError,
  type DoctorConfig,
  operatorSchema,
  readConfig,
  readDoctorConfig,
  silenceNodeVersionWarning,
} from "./config.ts";
import { CloudFault } from "./core/cloud.ts";
import { examine, exitCodeOf } from "./doctor/check.ts";
import { checks } from "./doctor/checks.ts";
import { reportText } from "./doctor/report.ts";

/** `npm run doctor`: looks over a deployment, or a laptop, before its first use. It changes nothing. */

const usage = `npm run doctor -- [--deployed]

  Reads the environment variables of npm run serve (README.md, Configuration), and with WORKER_FUNCTION looks at that function.

  --deployed   reads them from the worker function instead: WORKER_FUNCTION (default: encrypt-db-worker) in AWS_REGION

  Ends with 0 if nothing is wrong (there may be warnings), with 1 if something is, or could not be checked, with 2 if the
  configuration cannot be read.`;

/** A command line that cannot be meant. */
class UsageFault extends Error {}

function readOptions(): { readonly deployed: boolean; readonly help: boolean } {
  try {
    const options = {
      deployed: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    } as const;
    return parseArgs({ options }).values;
  } catch (fault) {
    throw new UsageFault(fault instanceof Error ? fault.message : String(fault));
  }
}

async function deployedConfig(): Promise<DoctorConfig> {
  const { WORKER_FUNCTION, AWS_REGION, AWS_ENDPOINT_URL } = readConfig(operatorSchema);
  const lambda = createLambdaClient(clientOptions({ AWS_REGION, AWS_ENDPOINT_URL }, {}));
  const worker = await findFunction(lambda, WORKER_FUNCTION);
  if (!worker)
    throw new ConfigError([`WORKER_FUNCTION: there is no function ${WORKER_FUNCTION} in ${AWS_REGION}`]);
  return readDoctorConfig({ ...worker.variables, WORKER_FUNCTION, AWS_REGION, AWS_ENDPOINT_URL });
}

async function main(): Promise<number> {
  const { deployed, help } = readOptions();
  if (help) {
    console.log(usage);
    return 0;
  }
  silenceNodeVersionWarning();
  const config = deployed ? await deployedConfig() : readDoctorConfig();
  console.log(`Account ${config.AWS_ACCOUNT_ID}, ${config.AWS_REGION}, table ${config.TABLE_NAME}\n`);
  const results = await examine(checks, composeDoctor(config));
  console.log(reportText(results));
  return exitCodeOf(results);
}

/** What somebody can do something about before anything was looked at. */
function failed(fault: unknown): number {
  if (fault instanceof UsageFault) console.error(`${fault.message}\n\n${usage}`);
  else if (fault instanceof ConfigError) console.error(fault.message);
  else if (fault instanceof CloudFault)
    console.error(`The worker's configuration cannot be read: ${fault.message}`);
  else throw fault;
  return 2;
}

process.exitCode = await main().catch(failed);
