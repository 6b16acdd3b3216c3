import { type AwsFault, type Service, unmodelled } from "../fault.ts";

export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** With names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An operation asked for by name, and its input as the SDK would hold it. */
export interface Asked {
  readonly operation: string;
  readonly input: object;
}

/** How one service speaks. Reading throws AwsFault where the request is malformed. */
export interface Protocol {
  read(service: Service, request: WireRequest): Asked;
  write(service: Service, operation: string, output: object, requestId: string): WireResponse;
  refuse(service: Service, fault: AwsFault, requestId: string): WireResponse;
}

export function unknownOperation(name: string): AwsFault {
  return unmodelled("UnknownOperationException", `the simulated account does not cover ${name}`);
}

/** The value as a structure's members hold it. */
export const membersOf = (value: unknown) => value as Readonly<Record<string, unknown>>;
