import * as kms from "@aws-sdk/client-kms";
import * as lambda from "@aws-sdk/client-lambda";
import * as ram from "@aws-sdk/client-ram";
import * as rds from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { clients, type Service } from "../../../../src/sim/aws/fault.ts";
import { coverage } from "../../../../src/sim/aws/operations.ts";
import { operationSchema, shapeOf } from "../../../../src/sim/aws/wire/schemas.ts";

const tuple = (schema: unknown) => schema as readonly unknown[];

describe("the tuples that the SDK's clients carry are laid out as the code reads them", () => {
  test("an operation: kind, namespace, name, traits, input, output", () => {
    const [kind, namespace, name, traits, input, output] = tuple(rds.DescribeDBClusters$);
    expect([kind, namespace, name, traits]).toEqual([9, "com.amazonaws.rds", "DescribeDBClusters", 0]);
    expect((input as () => unknown)()).toBe(rds.DescribeDBClustersMessage$);
    expect((output as () => unknown)()).toBe(rds.DBClusterMessage$);
  });

  test("a structure: kind, namespace, name, traits, names, schemas, and how many lead as required", () => {
    const [kind, , name, , names, schemas, required] = tuple(rds.RestoreDBClusterFromSnapshotMessage$);
    expect([kind, name, required]).toEqual([3, "RestoreDBClusterFromSnapshotMessage", 3]);
    expect((names as string[]).slice(0, 3)).toEqual(["DBClusterIdentifier", "SnapshotIdentifier", "Engine"]);
    expect((schemas as unknown[]).length).toBe((names as string[]).length);
  });

  test("a list with named items, scalars by number, lists of scalars from 64", () => {
    const shape = shapeOf(rds.DBCluster$ as never);
    const members = shape.is === "structure" ? shape.members : [];
    const of = (name: string) => members.find((member) => member.name === name)?.shape();
    expect(of("AvailabilityZones")).toMatchObject({ is: "list", itemName: "AvailabilityZone" });
    expect(of("CustomEndpoints")).toMatchObject({ is: "list", member: { is: "scalar", type: "string" } });
    expect(of("StorageEncrypted")).toEqual({ is: "scalar", type: "boolean" });
    expect(of("Port")).toEqual({ is: "scalar", type: "number" });
    expect(of("LatestRestorableTime")).toEqual({ is: "scalar", type: "timestamp" });
  });

  test("an error: its wire code and status in the traits", () => {
    const [kind, , name, traits] = tuple(rds.DBInstanceNotFoundFault$);
    expect([kind, name]).toEqual([-3, "DBInstanceNotFoundFault"]);
    expect(traits).toMatchObject({ awsQueryError: ["DBInstanceNotFound", 404], httpError: 404 });
    expect(tuple(kms.DisabledException$)[3]).toMatchObject({ httpError: expect.any(Number) });
  });

  test("HTTP bindings: the route as a trait; 1 in the path, 16 the whole body, 32 the status", () => {
    expect(operationSchema("ram", "ListResources")?.traits.http).toEqual(["POST", "/listresources", 200]);
    expect(tuple(ram.ListResources$)[0]).toBe(9);
    const bits = (schema: unknown) => {
      const shape = shapeOf(schema as never);
      const members = shape.is === "structure" ? shape.members : [];
      return Object.fromEntries(members.map((member) => [member.name, member.bits]));
    };
    expect(bits(lambda.InvocationRequest$)).toMatchObject({ FunctionName: 1, Payload: 16 });
    expect(bits(lambda.InvocationResponse$)).toMatchObject({ StatusCode: 32, Payload: 16 });
  });
});

/** Reads a shape to its ends; a structure inside itself is read once. */
function readThrough(shape: ReturnType<typeof shapeOf>, seen = new Set<unknown>()): number {
  if (seen.has(shape)) return 0;
  seen.add(shape);
  if (shape.is === "structure") {
    return shape.members.reduce((sum, member) => sum + readThrough(member.shape(), seen), 1);
  }
  if (shape.is === "list") return readThrough(shape.member, seen);
  return shape.is === "map" ? readThrough(shape.value, seen) : 1;
}

test("every schema of every covered operation can be read to its ends, but for EC2's, which no schema serves", () => {
  let read = 0;
  for (const service of (Object.keys(clients) as Service[]).filter((name) => name !== "ec2")) {
    for (const name of coverage[service]) {
      const schema = operationSchema(service, name);
      expect(schema, `${service} ${name} is an operation of the SDK`).toBeDefined();
      if (schema) read += readThrough(schema.input) + readThrough(schema.output);
    }
  }
  expect(read).toBeGreaterThan(500);
});
