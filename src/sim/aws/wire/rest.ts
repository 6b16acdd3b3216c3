import { type Service, unmodelled } from "../fault.ts";
import { coverage } from "../operations.ts";
import { errorBody, fromJson, parsedBody, toJson } from "./json.ts";
import { membersOf, type Protocol, unknownOperation, type WireRequest } from "./message.ts";
import { type Member, type OperationSchema, operationSchema } from "./schemas.ts";

/** The bits of a member's trait number (see schemas.ts). */
const inPath = 1;
const wholeBody = 16;
const statusCode = 32;

interface Route {
  readonly schema: OperationSchema;
  readonly labels: Readonly<Record<string, string>>;
}

function matched(template: string, path: string): Record<string, string> | undefined {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  const pattern = template.replace(/\{\w+\}/g, "([^/]+)");
  const found = new RegExp(`^${pattern}/?$`).exec(path);
  return (
    (found &&
      Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? "")]))) ??
    undefined
  );
}

function routeOf(service: Service, { method, path }: WireRequest): Route {
  for (const name of coverage[service]) {
    const schema = operationSchema(service, name);
    const [wantedMethod, template] = schema?.traits.http ?? [];
    const labels = wantedMethod === method && template !== undefined ? matched(template, path) : undefined;
    if (schema !== undefined && labels !== undefined) return { schema, labels };
  }
  throw unknownOperation(`${service} ${method} ${path}`);
}

const membersIn = ({ input }: OperationSchema) => (input.is === "structure" ? input.members : []);
const membersOut = ({ output }: OperationSchema) => (output.is === "structure" ? output.members : []);

const inBody = ({ traits, bits }: Member) =>
  (bits & (inPath | wholeBody | statusCode)) === 0 &&
  traits.httpHeader === undefined &&
  traits.httpQuery === undefined;

function bound(member: Member, request: WireRequest, labels: Route["labels"]): unknown {
  if (member.bits & inPath) return labels[member.name];
  if (member.bits & wholeBody) return request.body === "" ? undefined : request.body;
  const { httpHeader, httpQuery } = member.traits;
  if (httpHeader !== undefined) return request.headers[httpHeader.toLowerCase()];
  if (httpQuery !== undefined) return fromQuery(member, request.query.get(httpQuery));
  return undefined;
}

/** Numbers, booleans and times stand in a query as text; a time as ISO 8601. */
function fromQuery({ name, shape }: Member, text: string | null): unknown {
  const of = shape();
  if (text === null || of.is !== "scalar" || of.type === "string") return text ?? undefined;
  const value =
    of.type === "timestamp" ? new Date(text) : of.type === "boolean" ? text === "true" : Number(text);
  if (Number.isNaN(Number(value))) {
    throw unmodelled("SerializationException", `${name} has a value of the wrong type.`);
  }
  return value;
}

const jsonHeaders = (requestId: string) => ({
  "content-type": "application/json",
  "x-amzn-requestid": requestId,
});

/** The protocol of AWS Backup, RAM and Lambda: what is not in the path, the query or a header is in the body. */
export const restJson: Protocol = {
  read(service, request) {
    const { schema, labels } = routeOf(service, request);
    const members = membersIn(schema);
    const elsewhere = members
      .filter((member) => !inBody(member))
      .map((member) => [member.name, bound(member, request, labels)] as const)
      .filter(([, value]) => value !== undefined);
    const payload = members.some(({ bits }) => bits & wholeBody);
    const body = payload
      ? {}
      : fromJson({ is: "structure", members: members.filter(inBody) }, schema.name, parsedBody(request.body));
    return { operation: schema.name, input: { ...(body as object), ...Object.fromEntries(elsewhere) } };
  },
  write(service, operation, output, requestId) {
    const schema = operationSchema(service, operation);
    const members = schema === undefined ? [] : membersOut(schema);
    const values = membersOf(output);
    const headers = members
      .filter(({ name, traits }) => traits.httpHeader !== undefined && values[name] !== undefined)
      .map(({ name, traits }) => [traits.httpHeader ?? "", String(values[name])] as const);
    const status = members.find(({ bits }) => bits & statusCode);
    const payload = members.find(({ bits }) => bits & wholeBody);
    return {
      status: status ? Number(values[status.name]) : 200,
      headers: { ...jsonHeaders(requestId), ...Object.fromEntries(headers) },
      body: payload
        ? textOf(values[payload.name])
        : JSON.stringify(toJson({ is: "structure", members: members.filter(inBody) }, output)),
    };
  },
  refuse(service, fault, requestId) {
    return {
      status: fault.status,
      headers: { ...jsonHeaders(requestId), "x-amzn-errortype": fault.code },
      body: JSON.stringify(errorBody(service, fault)),
    };
  },
};

const textOf = (payload: unknown) =>
  payload === undefined ? "" : new TextDecoder().decode(payload as Uint8Array);
