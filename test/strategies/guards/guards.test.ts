import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { BackupClient } from "@aws-sdk/client-backup";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Approval } from "../../../src/core/approval.ts";
import { CloudFault } from "../../../src/core/cloud.ts";
import { decidingGuards } from "./deciding.ts";
import { executingGuards } from "./executing.ts";
import { provingGuards } from "./proving.ts";
import { removed } from "./removed.ts";

vi.mock("../../../src/core/approval.ts", async (original) => {
  const real = await original<typeof import("../../../src/core/approval.ts")>();
  const { removed } = await import("./removed.ts");
  const person = { id: "nobody", user: "UNOBODY", name: "nobody" };
  const forged = (gate: string): Approval => ({
    gate,
    planHash: "",
    person,
    at: 0,
    expiresAt: Number.POSITIVE_INFINITY,
    terms: null,
  });
  return {
    ...real,
    judgeApproval: (...args: Parameters<typeof real.judgeApproval>) => {
      const refused = real.judgeApproval(...args);
      return refused?.code === removed.now.refusal ? undefined : refused;
    },
    passedWith: (...args: Parameters<typeof real.passedWith>) => {
      const given = removed.now.approval ? forged(args[1]) : real.passedWith(...args);
      return given && removed.now.expiry ? { ...given, expiresAt: Number.POSITIVE_INFINITY } : given;
    },
  };
});

vi.mock("../../../src/engine/drift.ts", async (original) => {
  const real = await original<typeof import("../../../src/engine/drift.ts")>();
  const { removed } = await import("./removed.ts");
  return {
    ...real,
    drift: async (...args: Parameters<typeof real.drift>) =>
      removed.now.drift ? undefined : real.drift(...args),
  };
});

vi.mock("../../../src/aws/permit.ts", async (original) => {
  const real = await original<typeof import("../../../src/aws/permit.ts")>();
  const { removed } = await import("./removed.ts");
  return {
    ...real,
    permitFor: (...args: Parameters<typeof real.permitFor>): ReturnType<typeof real.permitFor> => {
      const permit = real.permitFor(...args);
      return async (operation, ref, change, beside) => {
        try {
          await permit(operation, ref, change, beside);
        } catch (fault) {
          const isMismatch = fault instanceof CloudFault && fault.kind === "mismatch";
          if (!isMismatch || !removed.now.identity) throw fault;
          const unknown = { arn: "", tags: {}, engine: "aurora-postgresql", keyArn: null };
          const client = args[0];
          const autoscaling = new ApplicationAutoScalingClient({ region: "eu-west-1" });
          const backup = new BackupClient({ region: "eu-west-1" });
          await change({ ...unknown, migration: "", client, autoscaling, backup });
        }
      };
    },
  };
});

vi.mock("../../../src/core/mandate.ts", async (original) => {
  const real = await original<typeof import("../../../src/core/mandate.ts")>();
  const { removed } = await import("./removed.ts");
  return {
    ...real,
    actLasts: (settle: number) => (removed.now.lateness ? Number.POSITIVE_INFINITY : real.actLasts(settle)),
  };
});

vi.mock("../../../src/core/transition.ts", async (original) => {
  const real = await original<typeof import("../../../src/core/transition.ts")>();
  const { removed } = await import("./removed.ts");
  return {
    ...real,
    transition: (...[migration, event, now]: Parameters<typeof real.transition>) => {
      const blind = removed.now.unsettled && event.type === "checked";
      const seen = blind ? { ...event, way: { ...event.way, unsettledUntil: null } } : event;
      return real.transition(migration, seen, now);
    },
  };
});

vi.mock("../../../src/strategies/index.ts", async (original) => {
  const real = await original<typeof import("../../../src/strategies/index.ts")>();
  const { removed } = await import("./removed.ts");
  return {
    ...real,
    findStrategy: (id: string) => {
      const found = real.findStrategy(id);
      return found && (removed.now.strategy?.(found) ?? found);
    },
  };
});

const guards = [...decidingGuards, ...executingGuards, ...provingGuards];

afterEach(() => {
  removed.now = {};
});

test("there are at least twelve guards to remove", () => {
  expect(guards.length).toBeGreaterThanOrEqual(12);
});

describe.each(guards)("$keeps", ({ removal, scenario }) => {
  test("holds where the guard is there", async () => {
    expect(await scenario()).toEqual([]);
  });

  test("is seen to be broken where the guard is removed", async () => {
    removed.now = removal;
    expect(await scenario()).not.toEqual([]);
  });
});
