import { powertoolsLog } from "../compose/powertools.ts";
import { composeProbe } from "../compose/probe.ts";
import { probeSchema, readConfig, secretsIn } from "../config.ts";
import { type Database, DatabaseFault } from "../core/database.ts";
import { type Answer, operations, request } from "../database/remote.ts";
import { failed } from "./failed.ts";

/**
 * The function that runs inside the VPC and asks databases on behalf of the worker, which has no way to them. A
 * malformed request is a bug and throws; a database that cannot be asked is an answer.
 */
export function createProbeHandler(database: Database): (payload: unknown) => Promise<Answer> {
  return async (payload) => {
    const { operation, args } = request.parse(payload);
    const ask = database[operation] as (...args: unknown[]) => Promise<unknown>;
    const checked: unknown[] = operations[operation].args.parse(args);
    try {
      return { ok: (await ask(...checked)) ?? null };
    } catch (error) {
      if (!(error instanceof DatabaseFault)) throw error;
      return { fault: { layer: error.layer, code: error.code, message: error.message } };
    }
  };
}

let probe: ReturnType<typeof createProbeHandler> | undefined;

export async function handler(payload: unknown): Promise<Answer> {
  probe ??= compose();
  return probe(payload);
}

function compose(): ReturnType<typeof createProbeHandler> {
  const config = readConfig(probeSchema);
  const log = powertoolsLog(secretsIn(config));
  const answer = createProbeHandler(composeProbe(config));
  return (payload) => answer(payload).catch((fault) => failed(log, fault));
}
