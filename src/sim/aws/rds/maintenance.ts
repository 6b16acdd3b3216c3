import type { Cluster, Instance, Instant } from "../state.ts";
import { after, put, schedule, type Turn } from "../turn.ts";
import { beginSoon, clusterNameTaken } from "./cluster-changes.ts";
import { beginInstanceSoon } from "./instance-changes.ts";
import { instanceNameTaken } from "./instance-making.ts";

const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const minute = 60_000;
const week = 7 * 24 * 60 * minute;

/** When a window such as `sun:05:10-sun:05:40` (UTC) opens next, after `now`. */
export function nextWindow(window: string, now: Instant): Instant {
  const [, day = "", hours, minutes] = /^(\w{3}):(\d\d):(\d\d)-/.exec(window) ?? [];
  if (!days.includes(day)) throw new Error(`not a maintenance window: ${window}`);
  const midnight = new Date(now).setUTCHours(0, 0, 0, 0);
  const daysAhead = days.indexOf(day) - new Date(now).getUTCDay();
  const opens = midnight + ((daysAhead * 24 + Number(hours)) * 60 + Number(minutes)) * minute;
  return opens > now ? opens : opens + week;
}

/** What waits for the window is applied when it opens. */
export function waitForWindow(turn: Turn, resource: Cluster | Instance): void {
  const waits = turn.state.schedule.some(
    ({ event }) => event.do === "open maintenance window" && event.resource === resource.resourceId,
  );
  if (waits) return;
  const at = nextWindow(resource.settings.PreferredMaintenanceWindow, turn.now);
  schedule(turn, { at, event: { do: "open maintenance window", resource: resource.resourceId } });
}

/** A resource that is busy or stopped when its window opens waits for the next one. */
export function openMaintenanceWindow(turn: Turn, { resource }: { readonly resource: string }): void {
  beginMaintenance(turn, resource);
  const cluster = turn.state.clusters[resource];
  if (cluster !== undefined) applyPendingToCluster(turn, cluster);
  const instance = turn.state.instances[resource];
  if (instance !== undefined) applyPendingToInstance(turn, instance);
}

/** A rename is dropped where somebody has taken the name since it was asked for. */
function applyPendingToCluster(turn: Turn, cluster: Cluster): void {
  const { id, ...settings } = cluster.pending;
  if (id === undefined && Object.keys(settings).length === 0) return;
  if (cluster.status !== "available") {
    waitForWindow(turn, cluster);
    return;
  }
  const free = id !== undefined && !clusterNameTaken(turn, id);
  const applying = { ...cluster.applying, ...settings, ...(free && { id }) };
  put(turn, "clusters", { ...cluster, applying, pending: {} });
  if (Object.keys(applying).length > 0) beginSoon(turn, cluster);
}

function applyPendingToInstance(turn: Turn, instance: Instance): void {
  const { id, ...settings } = instance.pending;
  if (id === undefined && Object.keys(settings).length === 0) return;
  if (instance.status !== "available") {
    waitForWindow(turn, instance);
    return;
  }
  const free = id !== undefined && !instanceNameTaken(turn, id);
  const applying = { ...instance.applying, ...settings, ...(free && { id }) };
  put(turn, "instances", { ...instance, applying, pending: {} });
  if (Object.keys(applying).length > 0) beginInstanceSoon(turn, instance);
}

/** The service's own work, which has been announced: while it lasts, the resource takes no other change. */
function beginMaintenance(turn: Turn, resource: string): void {
  const due = turn.state.attachments.maintenance.some(
    ({ resource: of, appliesAt }) => of === resource && appliesAt !== undefined && appliesAt <= turn.now,
  );
  if (!due || !setStatus(turn, resource, "available", "maintenance")) return;
  after(turn, turn.durations.maintenance, { do: "finish maintenance", resource });
}

export function finishMaintenance(turn: Turn, { resource }: { readonly resource: string }): void {
  if (!setStatus(turn, resource, "maintenance", "available")) return;
  const { attachments } = turn.state;
  const maintenance = attachments.maintenance.filter((action) => action.resource !== resource);
  turn.state = { ...turn.state, attachments: { ...attachments, maintenance } };
}

function setStatus(turn: Turn, resource: string, from: string, to: string): boolean {
  const cluster = turn.state.clusters[resource];
  if (cluster?.status === from) put(turn, "clusters", { ...cluster, status: to });
  const instance = turn.state.instances[resource];
  if (instance?.status === from) put(turn, "instances", { ...instance, status: to });
  return (cluster ?? instance)?.status === from;
}
