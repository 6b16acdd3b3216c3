import { unmodelled } from "../fault.ts";
import { type Protocol, unknownOperation } from "./message.ts";
import { element, escaped } from "./query.ts";

/**
 * EC2's own form of the query protocol, by hand, for the one operation that is answered: lists are flat in the request, and lie
 * in items in the answer, whose names begin in lower case. Source: Amazon EC2 API, DescribeSecurityGroups.
 */
export const ec2Query: Protocol = {
  read(_service, { body }) {
    const form = new URLSearchParams(body);
    const operation = form.get("Action") ?? "";
    if (operation !== "DescribeSecurityGroups") throw unknownOperation(`ec2 ${operation}`);
    const names = [...form.keys()].filter((name) => !["Action", "Version"].includes(name));
    const other = names.find((name) => !/^GroupId\.\d+$/.test(name));
    if (other !== undefined) throw unmodelled("UnknownParameter", `${other} is not covered.`);
    return { operation, input: { GroupIds: names.map((name) => form.get(name) ?? "") } };
  },
  write(_service, operation, output, requestId) {
    const { SecurityGroups: groups } = output as { SecurityGroups: readonly object[] };
    const body = element("requestId", requestId) + element("securityGroupInfo", items(groups));
    return xml(200, `<${operation}Response xmlns="${namespace}">${body}</${operation}Response>`);
  },
  refuse(_service, { code, status, message }, requestId) {
    const error = element("Code", code) + element("Message", escaped(message));
    const body = element("Errors", element("Error", error)) + element("RequestID", requestId);
    return xml(status, element("Response", body));
  },
};

const namespace = "http://ec2.amazonaws.com/doc/2016-11-15/";

const xml = (status: number, body: string) => ({ status, headers: { "content-type": "text/xml" }, body });

function items(list: readonly object[]): string {
  return list.map((item) => element("item", content(item))).join("");
}

/** A list of pairs is called `groups` in a rule, whatever the SDK calls it. */
function content(of: object): string {
  return Object.entries(of)
    .map(([name, value]) => {
      const wire = name === "UserIdGroupPairs" ? "groups" : name.slice(0, 1).toLowerCase() + name.slice(1);
      return element(wire, Array.isArray(value) ? items(value) : escaped(String(value)));
    })
    .join("");
}
