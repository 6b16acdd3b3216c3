import * as z from "zod";
import { contents, depths, place } from "../core/contents.ts";
import {
  catalogue,
  counters,
  type Database,
  DatabaseFault,
  endpoint,
  inventory,
  layers,
  look,
  marker,
  quiet,
  sighting,
  writer,
} from "../core/database.ts";

const nothing = z.null();

/** Everything that crosses the border to the probe, declared once for both of its sides. */
export const operations = {
  look: { args: z.tuple([endpoint]), result: look },
  watch: {
    args: z.tuple([endpoint, z.object({ known: look.nullable(), during: z.number(), every: z.number() })]),
    result: z.object({ sightings: z.array(sighting), last: look }),
  },
  inventory: { args: z.tuple([endpoint]), result: inventory },
  introduce: { args: z.tuple([endpoint, z.string()]), result: nothing },
  forget: { args: z.tuple([endpoint]), result: nothing },
  writers: { args: z.tuple([endpoint]), result: z.array(writer) },
  silence: { args: z.tuple([endpoint]), result: nothing },
  restoreWriters: { args: z.tuple([endpoint]), result: nothing },
  endSessions: { args: z.tuple([endpoint]), result: z.number() },
  watchQuiet: { args: z.tuple([endpoint, z.object({ during: z.number() })]), result: quiet },
  counters: { args: z.tuple([endpoint]), result: counters },
  mark: { args: z.tuple([endpoint, z.string()]), result: nothing },
  findMarker: { args: z.tuple([endpoint, z.string()]), result: marker.nullable() },
  heartbeat: { args: z.tuple([endpoint]), result: nothing },
  catalogue: { args: z.tuple([endpoint]), result: catalogue },
  contents: {
    args: z.tuple([
      endpoint,
      z.object({ depth: z.enum(depths), budget: z.number(), from: place.nullable() }),
    ]),
    result: contents,
  },
  readOn: { args: z.tuple([endpoint, z.string(), z.object({ budget: z.number() })]), result: nothing },
  readSoFar: { args: z.tuple([endpoint, z.string()]), result: contents.nullable() },
} as const satisfies Record<keyof Database, { args: z.ZodType; result: z.ZodType }>;

export type Operation = keyof typeof operations;
type Args<O extends Operation> = z.infer<(typeof operations)[O]["args"]>;
type Result<O extends Operation> = z.infer<(typeof operations)[O]["result"]>;

export const request = z.object({
  operation: z.enum(Object.keys(operations) as [Operation, ...Operation[]]),
  args: z.array(z.unknown()),
});

const answer = z.union([
  z.object({ ok: z.unknown() }).strict(),
  z
    .object({
      fault: z.object({
        layer: z.enum([...layers, "query"]),
        code: z.string(),
        message: z.string(),
      }),
    })
    .strict(),
]);
export type Answer = z.infer<typeof answer>;

/**
 * A `Database` behind the border: `invoke` carries a request to the probe and brings its answer. If the probe
 * itself does not answer, every operation throws, `look` and `watch` included: nothing was seen, and that says
 * nothing about the database.
 */
export function remoteDatabase(invoke: (payload: unknown) => Promise<unknown>): Database {
  async function call<O extends Operation>(operation: O, ...args: Args<O>): Promise<Result<O>> {
    const reply = answer.safeParse(await invoke({ operation, args }).catch(() => undefined)).data;
    if (reply !== undefined && "fault" in reply) {
      throw new DatabaseFault(reply.fault.layer, reply.fault.code, reply.fault.message);
    }
    const result = operations[operation].result.safeParse(reply?.ok);
    if (!result.success) throw new DatabaseFault("query", "probe-unanswered", "the probe did not answer");
    return result.data as Result<O>;
  }
  return {
    look: (at) => call("look", at),
    watch: (at, options) => call("watch", at, options),
    inventory: (at) => call("inventory", at),
    introduce: async (at, as) => void (await call("introduce", at, as)),
    forget: async (at) => void (await call("forget", at)),
    writers: (at) => call("writers", at),
    silence: async (at) => void (await call("silence", at)),
    restoreWriters: async (at) => void (await call("restoreWriters", at)),
    endSessions: (at) => call("endSessions", at),
    watchQuiet: (at, options) => call("watchQuiet", at, options),
    counters: (at) => call("counters", at),
    mark: async (at, token) => void (await call("mark", at, token)),
    findMarker: async (at, token) => (await call("findMarker", at, token)) ?? undefined,
    heartbeat: async (at) => void (await call("heartbeat", at)),
    catalogue: (at) => call("catalogue", at),
    contents: (at, options) => call("contents", at, options),
    readOn: async (at, token, options) => void (await call("readOn", at, token, options)),
    readSoFar: async (at, token) => (await call("readSoFar", at, token)) ?? undefined,
  };
}
