import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { afterAll, describe, expect, test } from "vitest";
import { exitCodeOf, type Result } from "../../src/doctor/check.ts";
import { reportText } from "../../src/doctor/report.ts";
import { giveKey } from "../../src/sim/aws/iam/identities.ts";
import { accountId, doctorKey, fenceGroup, lookOver } from "./deployed.ts";
import {
  all,
  closedCluster,
  group,
  key,
  otherTrusts,
  type Plant,
  set,
  tableWith,
  trusted,
  without,
} from "./plants.ts";

const unchecked = (results: readonly Result[]) =>
  results.flatMap((result) => ("unchecked" in result ? [result.unchecked] : []));

test("in a sound deployment every check is made, and nothing is found", async () => {
  const { results, findings } = await lookOver();
  expect(unchecked(results)).toEqual([]);
  expect(findings).toEqual([]);
  expect(results.length).toBe(28);
  expect(exitCodeOf(results)).toBe(0);
  const lines = reportText(results).split("\n");
  expect(lines.filter((line) => line.startsWith("ok "))).toHaveLength(28);
  expect(lines.at(-1)).toBe("28 checks, 0 errors, 0 warnings, 0 notes, 0 not checked");
});

test("everything that is wrong is found at once, each with what to do", async () => {
  const { results } = await lookOver(
    all(
      set("SLACK_CHANNELS", "C0GENERAL"),
      tableWith({ DeletionProtectionEnabled: false, PointInTimeRecoveryStatus: "DISABLED" }),
      group(fenceGroup, { admits: [] }),
    ),
  );
  expect(exitCodeOf(results)).toBe(1);
  const text = reportText(results);
  expect(text.match(/^ERROR /gm)).toHaveLength(4);
  expect(text.match(/^ +Do: {2}\S/gm)).toHaveLength(4);
  expect(text).toMatch(/28 checks, 4 errors, 0 warnings/);
});

test.each([
  ["a stopped cluster is not tried", all(closedCluster, stopped("closed"))],
  ["imported material is its owner's to replace", key({ origin: "EXTERNAL", rotates: false })],
])("nothing is found where nothing is wrong: %s", async (_name, plant) => {
  const { results, findings } = await lookOver(plant);
  expect(findings).toEqual([]);
  expect(unchecked(results)).toEqual([]);
});

test("a terminal is sent no control character", () => {
  const found = {
    severity: "note",
    what: "\u001b[2Jwhat",
    why: "\u0007why",
    remedy: "\u009bremedy",
  } as const;
  const text = reportText([
    { claim: "claim", findings: [found] },
    { claim: "claim", unchecked: "\u001b]0;title", remedy: "" },
  ]);
  expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
});

describe("what cannot be checked is said, with its reason, and does not stop the others", () => {
  test("where AWS does not answer", async () => {
    const { results, findings } = await lookOver(({ world }) => {
      world.account.faults = ({ operation }) =>
        operation === "DescribeSecurityGroups" ? { code: "InternalError", status: 500 } : undefined;
    });
    expect(unchecked(results)).toEqual([expect.stringMatching(/^DescribeSecurityGroups, InternalError/)]);
    expect(findings).toEqual([]);
    expect(exitCodeOf(results)).toBe(1);
    expect(reportText(results)).toMatch(
      /^UNCHECKED +The fence of each VPC.*\n +Why: DescribeSecurityGroups.*\n +Do: {2}Run the doctor again/m,
    );
  });

  test("where Slack does not answer", async () => {
    const { results, findings } = await lookOver(({ workspace }) =>
      workspace.faults(() => ({ kind: "server-error" })),
    );
    expect(unchecked(results)).toHaveLength(4);
    expect(findings).toEqual([]);
    expect(exitCodeOf(results)).toBe(1);
  });

  test("where whoever looks may not", async () => {
    const { results } = await lookOver(mayNot("ec2:*", "kms:GetKeyPolicy"));
    expect(unchecked(results)).toEqual([
      expect.stringMatching(/GetKeyPolicy, AccessDenied/),
      expect.stringMatching(/DescribeSecurityGroups, UnauthorizedOperation/),
    ]);
    expect(reportText(results).match(/Do: {2}Run the doctor with credentials that may/g)).toHaveLength(2);
  });

  test("where a function's environment cannot be decrypted", async () => {
    const { results, findings } = await lookOver(({ changeFunction }) =>
      changeFunction("worker", {
        Environment: {
          Variables: {},
          Error: { ErrorCode: "KMSAccessDeniedException", Message: "kms:Decrypt is missing" },
        } as never,
      }),
    );
    expect(unchecked(results)).toContainEqual(
      expect.stringMatching(/KMSAccessDenied.*kms:Decrypt is missing/),
    );
    expect(findings).toEqual([]);
  });

  test("where a file is not there", async () => {
    const { results } = await lookOver((deployed) => {
      Object.defineProperty(deployed, "manifest", {
        get() {
          throw new Error("ENOENT: manifest.yml");
        },
      });
    });
    expect(unchecked(results)).toEqual(["ENOENT: manifest.yml"]);
  });
});

test("whoever may not simulate is told that the rights were not checked, and how they could be", async () => {
  const { results, findings } = await lookOver(mayNot("iam:SimulatePrincipalPolicy"));
  expect(unchecked(results)).toEqual([]);
  expect(findings).toHaveLength(4);
  for (const { severity, what, remedy } of findings) {
    expect(severity).toBe("warning");
    expect(what).toMatch(/^Not checked, as SimulatePrincipalPolicy was refused \(AccessDenied\): "\w+/);
    expect(remedy).toMatch(/iam:SimulatePrincipalPolicy/);
  }
  expect(exitCodeOf(results)).toBe(0);
});

describe("on a laptop, where whoever looks is the worker", () => {
  const laptop = without("WORKER_FUNCTION");
  const engineer = `arn:aws:iam::${accountId}:role/engineer`;
  const trustsEngineer = trusted(engineer, "sts:AssumeRole", "sts:SetSourceIdentity");

  test("both roles are taken on for a moment, and one that trusts somebody else is found", async () => {
    const lookedAtBy = { Effect: "Allow", Principal: { AWS: engineer }, Action: "sts:AssumeRole" } as const;
    const elsewhere = otherTrusts(lookedAtBy);
    const { findings, results } = await lookOver(all(laptop, asRole, trustsEngineer, elsewhere));
    expect(findings.map(({ severity, what }) => `${severity}: ${what}`)).toEqual([
      expect.stringMatching(/^error: .*encrypt-db-destroy does not let .*engineer/),
    ]);
    expect(results.map(({ claim }) => claim)).not.toContainEqual(
      expect.stringMatching(/worker function|schedule/),
    );
  });

  test("the account's owner is told not to be the worker", async () => {
    const owner: Plant = ({ change }) =>
      change((before) => {
        const { [doctorKey.accessKeyId]: _, ...identities } = before.identities;
        return { ...before, identities };
      });
    const { findings } = await lookOver(all(laptop, owner));
    expect(findings.map(({ severity, what }) => `${severity}: ${what}`)).toEqual([
      expect.stringMatching(/^warning: These credentials are the account owner's/),
      expect.stringMatching(/^error: The account's owner can take no role on/),
      expect.stringMatching(/^error: The bot cannot look at the vault encrypt-db-copies/),
    ]);
  });

  const directory = mkdtempSync(join(tmpdir(), "encrypt-db-doctor-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const certificates = join(directory, "ca.pem");
  writeFileSync(certificates, rootCertificates[0] ?? "");
  const alone = all(
    laptop,
    without("PROBE_FUNCTION"),
    set("DATABASE_PASSWORD", "password-of-the-databases"),
    set("DATABASE_CA_FILE", certificates),
  );

  test("without a probe function, who is let in is told, and the whole Internet is an error", async () => {
    const { findings } = await lookOver(alone);
    expect(findings).toContainEqual(
      expect.objectContaining({ severity: "note", what: expect.stringMatching(/admits sg-09b0be/) }),
    );
    const open = [{ IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
    const { findings: worse } = await lookOver(all(alone, group(fenceGroup, { moreIngress: open })));
    expect(worse).toContainEqual(
      expect.objectContaining({ severity: "error", what: expect.stringMatching(/admits 0\.0\.0\.0\/0/) }),
    );
  });

  test("a fence that admits nobody is an error there, too", async () => {
    const { findings } = await lookOver(all(alone, group(fenceGroup, { admits: [] })));
    expect(findings).toContainEqual(
      expect.objectContaining({ severity: "error", what: expect.stringMatching(/admits nobody/) }),
    );
  });
});

function stopped(name: string): Plant {
  return ({ change }) =>
    change((before) => {
      const cluster = Object.values(before.clusters).find(({ id }) => id === name);
      if (!cluster) throw new Error(`there is no cluster ${name}`);
      const changed = { ...cluster, status: "stopped" };
      return { ...before, clusters: { ...before.clusters, [cluster.resourceId]: changed } };
    });
}

function mayNot(...actions: readonly string[]): Plant {
  return ({ change }) =>
    change((before) =>
      giveKey(before, doctorKey.accessKeyId, "engineer", [
        { Effect: "Allow", Action: "*", Resource: "*" },
        { Effect: "Deny", Action: actions, Resource: "*" },
      ]),
    );
}

/** The engineer's session is one of a role that IAM knows. */
const asRole: Plant = ({ change }) =>
  change((before) => ({
    ...before,
    roles: {
      ...before.roles,
      [`arn:aws:iam::${accountId}:role/engineer`]: [{ Effect: "Allow", Action: "*", Resource: "*" }],
    },
  }));
