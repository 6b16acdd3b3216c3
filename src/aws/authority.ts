import type { RDSClientConfig } from "@aws-sdk/client-rds";
import type { STSClient } from "@aws-sdk/client-sts";
import { CloudFault } from "../core/cloud.ts";
import type { ActMandate } from "../core/mandate.ts";
import type { Instant } from "../core/time.ts";
import type { ChangeClients } from "./clients.ts";
import { isDenied } from "./faults.ts";
import { type Act, assume } from "./session.ts";

/** In whose name changes are made. */
export interface Authority {
  /** The clients for one act, or throws a `CloudFault`. */
  clientsFor(operation: string, mandate: ActMandate, act: Act): Promise<ChangeClients>;
  readonly now: () => Instant;
  /** Null where acts are made under the process's own credentials. */
  readonly roles: Roles | null;
}

/** The roles that are assumed for an act. */
export interface Roles {
  readonly change: string;
  readonly destroy: string;
}

/** Every act under credentials of its own, which are good for nothing else. */
export function narrowedAuthority(options: {
  readonly sts: STSClient;
  readonly roles: Roles;
  readonly now: () => Instant;
  readonly clientsWith: (credentials: NonNullable<RDSClientConfig["credentials"]>) => ChangeClients;
}): Authority {
  const { sts, roles, now, clientsWith } = options;
  return {
    now,
    roles,
    clientsFor: async (operation, mandate, act) => {
      const role = operation.startsWith("Delete") ? roles.destroy : roles.change;
      return clientsWith(await assume(sts, role, mandate, act));
    },
  };
}

/**
 * Every act under the process's own credentials, where no roles were given: an executor that sleeps right before its call is
 * held back by nothing.
 */
export function ownAuthority(clients: ChangeClients, now: () => Instant): Authority {
  return { now, roles: null, clientsFor: async () => clients };
}

/**
 * Makes an act while its time lasts. One that comes too late has not happened, whether it was not sent any more or AWS did not
 * take the credentials any more: it is meant anew, if it still should be.
 */
export async function inTime<T>(
  operation: string,
  { until }: ActMandate,
  { now }: Authority,
  act: () => Promise<T>,
): Promise<T> {
  const late = (cause?: unknown) =>
    new CloudFault(
      "busy",
      "TooLate",
      operation,
      "The time in which this was meant to happen is over.",
      cause,
    );
  if (now() >= until) throw late();
  try {
    return await act();
  } catch (fault) {
    throw isDenied(fault) && now() >= until ? late(fault) : fault;
  }
}
