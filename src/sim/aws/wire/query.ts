import { type Service, unmodelled } from "../fault.ts";
import { type Asked, membersOf, type Protocol, unknownOperation, type WireResponse } from "./message.ts";
import { operationSchema, type Shape } from "./schemas.ts";

/** `Filters.Filter.1.Name=x` as a tree of the parts between the dots. */
interface Tree {
  value?: string;
  readonly branches: Map<string, Tree>;
}

function treeOf(form: URLSearchParams): Tree {
  const root: Tree = { branches: new Map() };
  for (const [key, value] of form) {
    let tree = root;
    for (const part of key.split(".")) {
      const branch = tree.branches.get(part) ?? { branches: new Map() };
      tree.branches.set(part, branch);
      tree = branch;
    }
    tree.value = value;
  }
  return root;
}

const malformed = (name: string, value: string) =>
  unmodelled("InvalidParameterValue", `Invalid value ${value} for ${name}.`);

function readScalar(type: string, name: string, value: string): unknown {
  switch (type) {
    case "number":
      if (!/^-?\d+(\.\d+)?$/.test(value)) throw malformed(name, value);
      return Number(value);
    case "boolean":
      if (value !== "true" && value !== "false") throw malformed(name, value);
      return value === "true";
    case "timestamp": {
      const time = new Date(value);
      if (Number.isNaN(time.getTime())) throw malformed(name, value);
      return time;
    }
    default:
      return value;
  }
}

function read(shape: Shape, name: string, tree: Tree): unknown {
  switch (shape.is) {
    case "structure": {
      const given = shape.members.flatMap((member) => {
        const branch = tree.branches.get(member.wireName);
        return branch === undefined
          ? []
          : [[member.name, read(member.shape(), member.name, branch)] as const];
      });
      return Object.fromEntries(given);
    }
    case "list": {
      const items = [...(tree.branches.get(shape.itemName)?.branches ?? [])];
      return items
        .sort(([a], [b]) => Number(a) - Number(b))
        .map(([, item]) => read(shape.member, name, item));
    }
    case "map":
      throw unmodelled("InvalidParameterValue", `${name} can't be given as a map.`);
    case "scalar":
      if (tree.value === undefined) throw malformed(name, "(none)");
      return readScalar(shape.type, name, tree.value);
  }
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#xD;",
  "\n": "&#xA;",
};

export const escaped = (text: string) =>
  text.replace(/[&<>"\r\n]/g, (character) => entities[character] ?? character);

export const element = (name: string, content: string) =>
  content === "" ? `<${name}/>` : `<${name}>${content}</${name}>`;

function content(shape: Shape, value: unknown): string {
  switch (shape.is) {
    case "structure":
      return shape.members
        .filter(({ name }) => membersOf(value)[name] != null)
        .map(({ name, wireName, shape: of }) => element(wireName, content(of(), membersOf(value)[name])))
        .join("");
    case "list":
      return (value as readonly unknown[])
        .map((item) => element(shape.itemName, content(shape.member, item)))
        .join("");
    case "map":
      return Object.entries(membersOf(value))
        .map(([key, item]) =>
          element("entry", element("key", escaped(key)) + element("value", content(shape.value, item))),
        )
        .join("");
    case "scalar":
      return escaped(value instanceof Date ? value.toISOString() : String(value));
  }
}

const namespaces: Readonly<Partial<Record<Service, string>>> = {
  rds: "http://rds.amazonaws.com/doc/2014-10-31/",
  sts: "https://sts.amazonaws.com/doc/2011-06-15/",
  iam: "https://iam.amazonaws.com/doc/2010-05-08/",
};

function xml(status: number, requestId: string, body: string): WireResponse {
  return { status, headers: { "content-type": "text/xml", "x-amzn-requestid": requestId }, body };
}

function readQuery(service: Service, { body }: { readonly body: string }): Asked {
  const form = new URLSearchParams(body);
  const operation = form.get("Action") ?? "";
  const schema = operationSchema(service, operation);
  if (schema === undefined) throw unknownOperation(`${service} ${operation}`);
  return { operation, input: read(schema.input, operation, treeOf(form)) as object };
}

/** The protocol of RDS, STS and IAM: forms in, XML out. */
export const awsQuery: Protocol = {
  read: readQuery,
  write(service, operation, output, requestId) {
    const shape = operationSchema(service, operation)?.output;
    const nothing = shape?.is !== "structure" || shape.members.length === 0;
    const result = nothing ? "" : element(`${operation}Result`, content(shape, output));
    const metadata = element("ResponseMetadata", element("RequestId", requestId));
    const name = `${operation}Response`;
    return xml(200, requestId, `<${name} xmlns="${namespaces[service]}">${result}${metadata}</${name}>`);
  },
  refuse(service, { code, status, message }, requestId) {
    const error = [
      element("Type", status < 500 ? "Sender" : "Receiver"),
      element("Code", escaped(code)),
      element("Message", escaped(message)),
    ].join("");
    return xml(
      status,
      requestId,
      `<ErrorResponse xmlns="${namespaces[service]}">${element("Error", error)}${element("RequestId", requestId)}</ErrorResponse>`,
    );
  },
};
