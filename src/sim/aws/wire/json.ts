import { type AwsFault, clients, type Service, unmodelled } from "../fault.ts";
import { membersOf, type Protocol, unknownOperation } from "./message.ts";
import { operationSchema, type Shape, shapeOf } from "./schemas.ts";

const malformed = (name: string) =>
  unmodelled("SerializationException", `${name} has a value of the wrong type.`);

function readScalar(type: string, name: string, value: unknown): unknown {
  if (type === "timestamp" && typeof value === "number") return new Date(value * 1_000);
  if (type === "blob" && typeof value === "string") return Buffer.from(value, "base64");
  if (typeof value === type) return value;
  throw malformed(name);
}

/** A JSON value as the SDK would hold it. Throws SerializationException where its type is not the schema's. */
export function fromJson(shape: Shape, name: string, value: unknown): unknown {
  switch (shape.is) {
    case "structure": {
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed(name);
      const given = shape.members
        .filter(({ wireName }) => Object.hasOwn(value, wireName) && membersOf(value)[wireName] !== null)
        .map(
          (member) =>
            [member.name, fromJson(member.shape(), member.name, membersOf(value)[member.wireName])] as const,
        );
      return Object.fromEntries(given);
    }
    case "list":
      if (!Array.isArray(value)) throw malformed(name);
      return value.map((item) => fromJson(shape.member, name, item));
    case "map": {
      if (typeof value !== "object" || value === null) throw malformed(name);
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, fromJson(shape.value, name, item)]),
      );
    }
    case "scalar":
      return readScalar(shape.type, name, value);
  }
}

/** What the SDK holds, as JSON values: times are seconds, bytes are base64. */
export function toJson(shape: Shape, value: unknown): unknown {
  switch (shape.is) {
    case "structure":
      return Object.fromEntries(
        shape.members
          .filter(({ name }) => membersOf(value)[name] != null)
          .map(({ name, wireName, shape: of }) => [wireName, toJson(of(), membersOf(value)[name])]),
      );
    case "list":
      return (value as readonly unknown[]).map((item) => toJson(shape.member, item));
    case "map":
      return Object.fromEntries(
        Object.entries(membersOf(value)).map(([key, item]) => [key, toJson(shape.value, item)]),
      );
    case "scalar":
      if (value instanceof Date) return value.getTime() / 1_000;
      return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value;
  }
}

/** Throws SerializationException. */
export function parsedBody(body: string): unknown {
  try {
    return body === "" ? {} : JSON.parse(body);
  } catch {
    throw unmodelled("SerializationException", "The request body is not JSON.");
  }
}

/** Some services write `message`, others `Message`. */
export function errorBody(service: Service, { shape, message }: AwsFault): Record<string, string> {
  const schema = (clients[service] as Readonly<Record<string, unknown>>)[`${shape}$`];
  const members = Array.isArray(schema) ? shapeOf(schema as never) : undefined;
  const named = members?.is === "structure" && members.members.find(({ name }) => /^message$/i.test(name));
  return { [named ? named.wireName : "message"]: message };
}

const headers = (requestId: string) => ({
  "content-type": "application/x-amz-json-1.1",
  "x-amzn-requestid": requestId,
});

/** The protocol of KMS and Application Auto Scaling. */
export const awsJson: Protocol = {
  read(service, request) {
    const operation = request.headers["x-amz-target"]?.split(".").at(-1) ?? "";
    const schema = operationSchema(service, operation);
    if (schema === undefined) throw unknownOperation(`${service} ${operation}`);
    return { operation, input: fromJson(schema.input, operation, parsedBody(request.body)) as object };
  },
  write(service, operation, output, requestId) {
    const shape = operationSchema(service, operation)?.output;
    const body = shape === undefined ? {} : toJson(shape, output);
    return { status: 200, headers: headers(requestId), body: JSON.stringify(body) };
  },
  refuse(service, fault, requestId) {
    const body = { __type: fault.code, ...errorBody(service, fault) };
    return { status: fault.status, headers: headers(requestId), body: JSON.stringify(body) };
  },
};
