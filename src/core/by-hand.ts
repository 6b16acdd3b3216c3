import type { CustomEndpointFacts, ProxyFacts } from "./attachments.ts";
import type { ClusterFacts, InstanceFacts } from "./cloud.ts";
import type { Names } from "./names.ts";

/**
 * What a person needs who carries a migration on when the bot cannot. What they run is not here: it is computed from the
 * very `run` of each step. Here is what they look at, and what they must know.
 */
export interface ByHand<P, L> {
  /** What is called what, for the head of the sheet. */
  facts(cx: GuideContext<P, L>): readonly (readonly [what: string, is: string])[];
  onPaper(pinned: P, learned: Readonly<Partial<L>>): OnPaper<L>;
  /** By key of the course; gates have none. */
  readonly guides: Readonly<Record<string, Guide<P, L>>>;
}

/** What the steps' `run` looks at, as it is when the migration begins. */
export interface OnPaper<L> {
  readonly clusters: readonly ClusterFacts[];
  readonly instances: readonly InstanceFacts[];
  readonly customEndpoints: readonly CustomEndpointFacts[];
  readonly proxies: readonly ProxyFacts[];
  /** What was learned; a variable of the shell, or a date that is none, stands for what no step has learned yet. */
  readonly learned: L;
  /** The resource id of the cluster that a restore makes. */
  readonly replacementId: string;
}

export interface GuideContext<P, L> {
  readonly pinned: P;
  readonly learned: Readonly<Partial<L>>;
  readonly names: Names;
}

export interface Guide<P, L> {
  /** What goes wrong for whoever is in a hurry. */
  readonly careful?: string;
  /** What must be seen before anything is run. */
  first?(cx: GuideContext<P, L>): readonly Sign[];
  /** What shows that it is done. */
  done(cx: GuideContext<P, L>): readonly Sign[];
}

/** A look, and what it must show. Text that begins with `$` is a variable of the shell. */
export interface Sign {
  readonly look: ManualLook;
  readonly must: Must;
}

type Must =
  /** These rows, in any order; none of them means nothing at all. */
  | { readonly be: readonly string[] }
  | { readonly beLaterThan: string }
  | { readonly beGiven: true }
  /** One row, and not this one. */
  | { readonly beOtherThan: string }
  | { readonly equal: ManualLook }
  /** It is kept in this variable, for what comes later. */
  | { readonly beKeptAs: string };

/** By name where a resource id is not known yet. */
export type Which = { readonly resourceIds: readonly string[] } | { readonly names: readonly string[] };

type Field =
  | "name"
  | "status"
  | "resourceId"
  | "endpoint"
  | "deletionProtection"
  | "keyArn"
  | "latestRestorableTime"
  | "maintenanceWindow"
  | "databaseInsights";

export type ManualLook =
  | { readonly of: "clusters" | "instances"; readonly which: Which; readonly shows: readonly Field[] }
  /** Each group with its status. */
  | { readonly of: "groups"; readonly kind: "cluster" | "instance"; readonly which: Which }
  /** Everything that a restore must bring over, but not what differs on purpose. */
  | { readonly of: "cluster-settings"; readonly which: Which }
  | { readonly of: "member-settings"; readonly which: Which }
  | { readonly of: "instance-settings"; readonly which: Which }
  | { readonly of: "tag"; readonly kind: "cluster" | "instance"; readonly which: Which; readonly tag: string }
  | { readonly of: "tags"; readonly kind: "cluster" | "instance"; readonly which: Which }
  | { readonly of: "writer"; readonly which: Which }
  | { readonly of: "snapshot"; readonly kind: "cluster" | "instance"; readonly name: string }
  /** Each IAM role of a cluster: its ARN, what it is for, its status. */
  | { readonly of: "roles"; readonly which: Which }
  /** Whether it is on, has started, is ready. */
  | { readonly of: "data-api" | "activity-stream" | "master-secret"; readonly which: Which }
  | AttachedLook
  | BackupLook
  | { readonly of: "host"; readonly host: string }
  | { readonly of: "database"; readonly asks: Question; readonly host: string; readonly token?: string };

/** What hangs on a cluster and is told elsewhere. */
export type AttachedLook =
  /** The cluster that it is of, and its status. */
  | { readonly of: "custom-endpoint"; readonly name: string }
  /** The clusters that it leads to, and the state of each instance of theirs. */
  | { readonly of: "proxy-targets" | "proxy-health"; readonly name: string }
  /** Whether scaling in, out and by schedule is suspended. */
  | { readonly of: "scaling"; readonly cluster: string };

/** What AWS Backup tells. A vault of the other account is asked there, with that account's credentials. */
export type BackupLook =
  /** The recovery point of each completed job. */
  | { readonly of: "backup-jobs"; readonly arn: string; readonly vault: string }
  /** What it is of, and its key. */
  | { readonly of: "recovery-point"; readonly vault: string; readonly point: string }
  /** What each completed job has made of it there. */
  | { readonly of: "copy-jobs"; readonly vaultArn: string; readonly point: string }
  /** What it is of, where it was copied from, whether it is encrypted. */
  | { readonly of: "copy"; readonly vaultArn: string; readonly point: string }
  | { readonly of: "copy-key"; readonly vaultArn: string; readonly point: string }
  | { readonly of: "vault-key"; readonly vaultArn: string }
  /** Its id. */
  | { readonly of: "backup-plan"; readonly name: string }
  | { readonly of: "backup-selections"; readonly plan: string; readonly shows: "name" | "id" };

/** What a database is asked over SQL. */
export type Question =
  /** The resource id that the bot wrote into it. */
  | "identity"
  | "own-schema"
  | "foreign-sessions"
  | "prepared-transactions"
  /** Tuples changed, per database. */
  | "changes"
  | "marker"
  | "clock"
  /** A whole second after the server's clock. */
  | "restore-time"
  | "takes-writes"
  | "relations"
  /** What is on that writes without a client: kind, database, id. */
  | "writers"
  /** Each table with its rows and the sum of their hashes; of a large one, of a sample of its blocks. */
  | "contents"
  /** The same of every row. */
  | "whole-contents";
