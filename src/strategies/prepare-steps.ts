import type { Tags } from "../core/cloud.ts";
import { isOurs, migrationTag, ownTags, roleTag } from "../core/names.ts";
import { note } from "../core/sentences.ts";
import { seconds } from "../core/time.ts";
import { isScaled } from "./attached.ts";
import { type Context, type SharedStep, sourceRef } from "./facts.ts";
import { evidence, findSource, isResult, waitingFor, writerEndpoint } from "./looks.ts";
import { change, endpointOf, refOf, type Subject, serversOf, toldBy } from "./subject.ts";

type Marked = { readonly settings: { readonly tags: Tags } };

/** What autoscaling made is not enrolled, and not changed. */
async function membersOf({ cloud }: Context, source: Pick<Subject, "kind" | "name">) {
  if (source.kind === "instance") return [];
  return (await cloud.membersOf(source.name)).filter(({ settings }) => !isScaled(settings));
}

/** Deletion protection and the role tags on the source and its members, before anything else is made. */
export const protectSource: SharedStep = {
  id: "protect-source",
  effect: "creates",
  expect: seconds(20),
  title: ({ pinned }) => note("step.protect-source", { name: pinned.source.name }),
  check: async (cx) => {
    const source = await findSource(cx);
    if (isResult(source)) return source;
    const members = await membersOf(cx, source);
    const tagged = [source, ...members].every(({ settings }) => isOurs(settings.tags, cx.names));
    if (!source.settings.deletionProtection || !tagged) return { status: "todo" };
    return {
      status: "done",
      evidence: [
        evidence(note("saw.protected", {}), source.arn, "rds:DescribeDBClusters, DescribeDBInstances"),
      ],
    };
  },
  run: async (cx) => {
    const source = sourceRef(cx.pinned);
    // First: what carries no role may be tagged and nothing else.
    await cx.cloud.addTags(source, ownTags(cx.names, "source"));
    await change(cx.cloud, source, { deletionProtection: true });
    for (const { name, resourceId } of await membersOf(cx, source)) {
      await cx.cloud.addTags({ kind: "instance", name, resourceId }, ownTags(cx.names, "source"));
    }
  },
  undo: {
    expect: seconds(5),
    title: ({ pinned }) => note("step.protect-source.undo", { name: pinned.source.name }),
    check: async (cx) => {
      const source = await findSource(cx);
      if (isResult(source)) return source;
      const members = await membersOf(cx, source);
      const wanted = cx.pinned.settings.deletionProtection;
      const tagged = [source, ...members].some(({ settings }) => migrationTag in settings.tags);
      if (source.settings.deletionProtection !== wanted || tagged) return { status: "todo" };
      const claim = note("saw.unprotected", { protection: wanted ? "on" : "off" });
      return { status: "done", evidence: [evidence(claim, source.arn, toldBy(source))] };
    },
    run: async (cx) => {
      const source = await findSource(cx);
      if (isResult(source)) return;
      const { deletionProtection } = cx.pinned.settings;
      const isMarked = ({ settings }: Marked) => migrationTag in settings.tags;
      // What carries no role any more may not be changed, and need not be.
      if (source.settings.deletionProtection !== deletionProtection) {
        await change(cx.cloud, refOf(source), { deletionProtection });
      }
      for (const { name, resourceId } of (await membersOf(cx, source)).filter(isMarked)) {
        await cx.cloud.removeTags({ kind: "instance", name, resourceId }, [migrationTag, roleTag]);
      }
      if (isMarked(source)) await cx.cloud.removeTags(refOf(source), [migrationTag, roleTag]);
    },
  },
};

/** The probe must get into every member before anything is interrupted: without it there is no proof and no T1. */
export const prepareDatabase: SharedStep = {
  id: "prepare-database",
  effect: "creates",
  expect: seconds(5),
  settle: seconds(2),
  title: () => note("step.prepare-database", {}),
  check: async (cx) => {
    const { resourceId } = cx.pinned.source;
    const writer = writerEndpoint(cx.pinned);
    const { sight } = await cx.database.look(writer);
    if (sight.state === "unreachable") return waitingFor(unreached(writer.host, sight.layer, sight.reason));
    if (sight.answersAs !== resourceId) return { status: "todo" };
    const servers = await lookAtServers(cx);
    if (!Array.isArray(servers)) return servers;
    const introduced = evidence(
      note("saw.introduced", { resourceId }),
      resourceId,
      "probe: encrypt_db.identity",
    );
    return { status: "done", evidence: [introduced, ...servers] };
  },
  run: (cx) => cx.database.introduce(writerEndpoint(cx.pinned), cx.pinned.source.resourceId),
  undo: {
    expect: seconds(2),
    settle: seconds(2),
    title: () => note("step.prepare-database.undo", {}),
    check: async (cx) => {
      const writer = writerEndpoint(cx.pinned);
      const { sight } = await cx.database.look(writer);
      if (sight.state === "unreachable") return waitingFor(unreached(writer.host, sight.layer, sight.reason));
      if (sight.answersAs !== null) return { status: "todo" };
      return {
        status: "done",
        evidence: [evidence(note("saw.schema-gone", {}), "no schema encrypt_db", "probe: SQL login")],
      };
    },
    run: (cx) => cx.database.forget(writerEndpoint(cx.pinned)),
  },
};

async function lookAtServers(cx: Context) {
  const source = await findSource(cx);
  if (isResult(source)) return source;
  const seen = [];
  for (const server of await serversOf(cx, source)) {
    const at = endpointOf(server, cx.pinned);
    if (!at) return waitingFor(note("wait.visible", { name: server.name }));
    const { sight, timings } = await cx.database.look(at);
    if (sight.state === "unreachable") return waitingFor(unreached(at.host, sight.layer, sight.reason));
    seen.push(
      evidence(
        note("saw.probe-in", { host: at.host }),
        `login after ${timings.login} ms`,
        "probe: SQL login",
      ),
    );
  }
  return seen;
}

function unreached(host: string, layer: string, reason: string) {
  return note("wait.answer", { host, layer, reason });
}
