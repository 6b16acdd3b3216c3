import { type AwsFault, clients, fault, type Service, speaksQuery, unmodelled } from "../fault.ts";

/**
 * The schemas that the SDK's clients carry, as this file reads them: generated tuples, no documented API.
 * `test/sim/aws/wire/schemas.test.ts` fails when a new version lays them out differently.
 *
 *   operation  [9, namespace, name, traits, () => input, () => output]
 *   structure  [3, namespace, name, traits, member names, member schemas, number of required members first]
 *   list       [1, namespace, name, traits, member]        map  [2, namespace, name, traits, key, value]
 *   simple     [0, namespace, name, traits, schema]        member with traits  [schema, traits]
 */
export type Schema =
  | number
  | string
  | (() => Schema)
  | readonly [schema: Schema, traits: Traits | number]
  | readonly [kind: number, namespace: string, name: string, traits: Traits | number, ...rest: unknown[]];

interface Traits {
  readonly xmlName?: string;
  readonly xmlFlattened?: unknown;
  readonly jsonName?: string;
  readonly httpHeader?: string;
  readonly httpQuery?: string;
  readonly http?: readonly [method: string, path: string, status: number];
}

/** Scalars are numbers; lists of scalars are 64 + the scalar, maps 128 + the scalar. */
const scalar = {
  string: 0,
  number: 1,
  boolean: 2,
  timestamp: 4,
  blob: 21,
  streamingBlob: 42,
} as const;

export type Shape =
  | { readonly is: "structure"; readonly members: readonly Member[] }
  | { readonly is: "list"; readonly member: Shape; readonly itemName: string }
  | { readonly is: "map"; readonly value: Shape }
  | { readonly is: "scalar"; readonly type: keyof typeof scalar };

export interface Member {
  readonly name: string;
  readonly wireName: string;
  readonly required: boolean;
  readonly traits: Traits;
  /** The bits of a trait number: 1 in the path, 16 the whole body, 32 the status code. */
  readonly bits: number;
  readonly shape: () => Shape;
}

const scalars = new Map<number, keyof typeof scalar>(
  Object.entries(scalar).map(([type, number]) => [number, type as keyof typeof scalar]),
);

function scalarShape(number: number): Shape {
  const type = scalars.get(number);
  // 5, 6 and 7 are timestamps with a format of their own; none of our services uses one.
  if (type === undefined) throw new Error(`a scalar schema of an unknown kind: ${number}`);
  return { is: "scalar", type };
}

function numbered(number: number): Shape {
  if (number >= 128) return { is: "map", value: scalarShape(number - 128) };
  if (number >= 64) return { is: "list", member: scalarShape(number - 64), itemName: "member" };
  return scalarShape(number);
}

/** A member is `schema` or `[schema, traits]`. */
function unwrapped(schema: Schema): { schema: Schema; traits: Traits; bits: number } {
  if (Array.isArray(schema) && schema.length === 2) {
    const [inner, traits] = schema as readonly [Schema, Traits | number];
    return typeof traits === "number"
      ? { schema: inner, traits: {}, bits: traits }
      : { schema: inner, traits, bits: 0 };
  }
  return { schema, traits: {}, bits: 0 };
}

const shapes = new WeakMap<object, Shape>();

export function shapeOf(schema: Schema): Shape {
  if (typeof schema === "function") return shapeOf(schema());
  if (typeof schema === "number") return numbered(schema);
  if (typeof schema === "string") return { is: "structure", members: [] };
  const known = shapes.get(schema);
  if (known !== undefined) return known;
  const shape = readTuple(schema as readonly unknown[]);
  shapes.set(schema, shape);
  return shape;
}

function readTuple(tuple: readonly unknown[]): Shape {
  switch (tuple[0]) {
    case 0:
      return shapeOf(tuple[4] as Schema);
    case 1: {
      const { schema, traits } = unwrapped(tuple[4] as Schema);
      return { is: "list", member: shapeOf(schema), itemName: traits.xmlName ?? "member" };
    }
    case 2:
      return { is: "map", value: shapeOf(unwrapped(tuple[5] as Schema).schema) };
    case 3:
    case -3:
    case 4:
      return structure(
        tuple[4] as readonly string[],
        tuple[5] as readonly Schema[],
        tuple[6] as number | undefined,
      );
    default:
      throw new Error(`a schema of an unknown kind: ${String(tuple[0])}`);
  }
}

function structure(names: readonly string[], schemas: readonly Schema[], required = 0): Shape {
  const members = names.map((name, index): Member => {
    const { schema, traits, bits } = unwrapped(schemas[index] ?? 0);
    let shape: Shape | undefined;
    return {
      name,
      wireName: traits.xmlName ?? traits.jsonName ?? name,
      required: index < required,
      traits,
      bits,
      // Read when needed: structures may contain themselves.
      shape: () => (shape ??= shapeOf(schema)),
    };
  });
  return { is: "structure", members };
}

export interface OperationSchema {
  readonly name: string;
  readonly traits: Traits;
  readonly input: Shape;
  readonly output: Shape;
}

const operationSchemas = new Map<string, OperationSchema>();

/** The schema of an operation that the SDK's client knows; undefined where it knows none of that name. */
export function operationSchema(service: Service, name: string): OperationSchema | undefined {
  const id = `${service} ${name}`;
  const known = operationSchemas.get(id);
  if (known !== undefined) return known;
  const tuple = (clients[service] as Readonly<Record<string, unknown>>)[`${name}$`];
  if (!Array.isArray(tuple) || tuple[0] !== 9) return undefined;
  const traits = typeof tuple[3] === "number" ? {} : (tuple[3] as Traits);
  const schema = { name, traits, input: shapeOf(tuple[4]), output: shapeOf(tuple[5]) };
  operationSchemas.set(id, schema);
  return schema;
}

/** Throws the service's own fault where a required member is missing. */
export function assertComplete(service: Service, operation: string, input: object): void {
  const shape = operationSchema(service, operation)?.input;
  if (shape?.is !== "structure") return;
  const missing = shape.members.find(
    ({ name, required }) => required && (input as Readonly<Record<string, unknown>>)[name] === undefined,
  );
  if (missing !== undefined) throw missingMember(service, missing.name);
}

function missingMember(service: Service, name: string): AwsFault {
  if (service === "backup") return fault("backup", "MissingParameterValueException", `${name} is missing.`);
  return speaksQuery(service)
    ? unmodelled("MissingParameter", `The request must contain the parameter ${name}`)
    : unmodelled("ValidationException", `1 validation error detected: '${name}' must not be null`);
}
