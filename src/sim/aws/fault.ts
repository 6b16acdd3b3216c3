import * as autoscaling from "@aws-sdk/client-application-auto-scaling";
import * as backup from "@aws-sdk/client-backup";
import * as iam from "@aws-sdk/client-iam";
import * as kms from "@aws-sdk/client-kms";
import * as lambda from "@aws-sdk/client-lambda";
import * as ram from "@aws-sdk/client-ram";
import * as rds from "@aws-sdk/client-rds";
import * as sts from "@aws-sdk/client-sts";

/** The services by the names that requests are signed with. */
export const clients = {
  rds,
  backup,
  kms,
  sts,
  "application-autoscaling": autoscaling,
  ram,
  lambda,
  iam,
  // Its client is larger than all the others together and would be loaded for one operation: see wire/ec2.ts.
  ec2: {},
} as const satisfies Record<string, Readonly<Record<string, unknown>>>;

export type Service = keyof typeof clients;

/** Those whose faults have a code of their own on the wire. */
export function speaksQuery(service: Service): boolean {
  return ["rds", "sts", "iam"].includes(service);
}

/** An answer that refuses, as the service sends it. */
export class AwsFault extends Error {
  /** The name of the SDK's exception; undefined for codes that no model lists. */
  readonly shape: string | undefined;
  /** What stands on the wire; it differs from the shape for 72 of RDS's faults. */
  readonly code: string;
  readonly status: number;

  constructor(fault: { shape?: string; code: string; status: number; message: string }) {
    super(fault.message);
    this.name = "AwsFault";
    this.shape = fault.shape;
    this.code = fault.code;
    this.status = fault.status;
  }
}

/** A call whose answer never comes. */
export class NoAnswer extends Error {
  constructor() {
    super("the connection was closed before an answer came");
    this.name = "TimeoutError";
  }
}

interface ErrorTraits {
  readonly awsQueryError?: readonly [code: string, status: number];
  readonly httpError?: number;
  readonly error?: "client" | "server";
}

/** The names that a client exports with a schema, which is the name and a dollar. */
type SchemaOf<S extends Service> = keyof (typeof clients)[S] extends infer K
  ? K extends `${infer Name}$`
    ? Name
    : never
  : never;

/** A modelled fault; its wire code and status come from the schema that the SDK's client carries. */
export function fault<S extends Service>(service: S, shape: SchemaOf<S>, message: string): AwsFault {
  const schema = (clients[service] as Readonly<Record<string, unknown>>)[`${shape}$`];
  if (!Array.isArray(schema)) throw new Error(`${service} models no fault ${shape}`);
  const traits = schema[3] as ErrorTraits;
  const [code, status] = speaksQuery(service) ? (traits.awsQueryError ?? [shape]) : [shape];
  return new AwsFault({
    shape,
    code,
    status: status ?? traits.httpError ?? (traits.error === "server" ? 500 : 400),
    message,
  });
}

/** A fault that every query service may give and no model lists, such as `InvalidParameterCombination`. */
export function unmodelled(code: string, message: string, status = 400): AwsFault {
  return new AwsFault({ code, status, message });
}

/** A fault by its wire code, or by its shape: modelled where the service models it. */
export function faultOfCode(service: Service, code: string, message: string, status = 400): AwsFault {
  for (const [name, schema] of Object.entries(clients[service])) {
    if (!name.endsWith("$") || !Array.isArray(schema) || schema[0] !== -3) continue;
    const traits = schema[3] as ErrorTraits;
    if (schema[2] === code || traits.awsQueryError?.[0] === code) {
      return fault(service, schema[2] as never, message);
    }
  }
  return unmodelled(code, message, status);
}

export type RdsFault = SchemaOf<"rds">;

export const rdsFault = (shape: RdsFault, message: string): AwsFault => fault("rds", shape, message);
