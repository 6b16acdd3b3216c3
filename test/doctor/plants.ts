import { expect } from "vitest";
import { exitCodeOf, type Finding } from "../../src/doctor/check.ts";
import { reportText } from "../../src/doctor/report.ts";
import type { Statement } from "../../src/sim/aws/iam/evaluate.ts";
import { type TrustStatement, trust } from "../../src/sim/aws/iam/identities.ts";
import { policyLettingCopies } from "../../src/sim/aws/seeds/backup.ts";
import { addSecurityGroup } from "../../src/sim/aws/seeds/furniture.ts";
import type { AccountState } from "../../src/sim/aws/state.ts";
import type { Key } from "../../src/sim/aws/surroundings.ts";
import { otherAccountId } from "../../src/sim/other-account.ts";
import { accountId, type Deployed, lookOver, secrets } from "./deployed.ts";

/** What can be wrong with a deployment, each as the change that makes it so. */
export type Plant = (deployed: Deployed) => void;

export const set =
  (name: string, value: string): Plant =>
  ({ environment }) => {
    environment[name] = value;
  };

export const without =
  (...names: readonly string[]): Plant =>
  ({ environment }) => {
    for (const name of names) delete environment[name];
  };

export const scopes =
  (change: (scopes: readonly string[]) => readonly string[]): Plant =>
  ({ workspace, changeSlack }) => {
    const { app } = workspace.state;
    changeSlack({ app: { ...app, scopes: change(app.scopes) } });
  };

export const key =
  (change: Partial<Key>): Plant =>
  ({ world, change: changeAccount }) =>
    changeAccount((before) => ({
      ...before,
      keys: { ...before.keys, [world.key.id]: { ...world.key, ...change } },
    }));

export const keyPolicy = (...statements: readonly object[]): Plant =>
  key({ policy: JSON.stringify({ Statement: [...statements, ...lettingCopies] }) });

/** What the other account needs on the key is not what most tests are about. */
const lettingCopies: readonly object[] = JSON.parse(
  policyLettingCopies(accountId, otherAccountId),
).Statement.slice(1);

export const wholeAccount = {
  Effect: "Allow",
  Principal: { AWS: `arn:aws:iam::${accountId}:root` },
  Action: "kms:*",
  Resource: "*",
};

export const group =
  (id: string, change: Partial<AccountState["securityGroups"][string]>): Plant =>
  ({ change: changeAccount }) =>
    changeAccount((before) => {
      const known = before.securityGroups[id];
      if (!known) throw new Error(`there is no group ${id}`);
      return { ...before, securityGroups: { ...before.securityGroups, [id]: { ...known, ...change } } };
    });

export const roleArn = (name: string) => `arn:aws:iam::${accountId}:role/encrypt-db-${name}`;

export const policyOf =
  (role: string, change: (statements: readonly Statement[]) => readonly Statement[]): Plant =>
  ({ change: changeAccount }) =>
    changeAccount((before) => ({
      ...before,
      roles: { ...before.roles, [roleArn(role)]: change(before.roles[roleArn(role)] ?? []) },
    }));

export const trusted =
  (principal: string, ...actions: readonly string[]): Plant =>
  ({ change }) =>
    change((before) =>
      trust(before, "encrypt-db-change", [
        { Effect: "Allow", Principal: { AWS: principal }, Action: actions },
      ]),
    );

/** In the account that copies go to. */
export const otherTrusts =
  (...trusted: readonly TrustStatement[]): Plant =>
  ({ world }) =>
    world.other.alter((turn) => {
      turn.state = trust(turn.state, "encrypt-db-verify", trusted);
    });

export const variables =
  (name: string, change: (variables: Record<string, string>) => void): Plant =>
  ({ world, changeFunction }) => {
    const Variables = { ...world.account.state.functions[name]?.Environment.Variables };
    change(Variables);
    changeFunction(name, { Environment: { Variables } });
  };

export const rule = (cidr: string) => [{ IpProtocol: "-1", IpRanges: [{ CidrIp: cidr }] }];

/** The tags of the first member of that cluster. */
export const memberTags =
  (cluster: string, tags: readonly { Key: string; Value: string }[]): Plant =>
  ({ change }) =>
    change((before) => {
      const member = Object.values(before.instances).find(({ id }) => id === `${cluster}-1`);
      if (!member) throw new Error(`${cluster} has no member`);
      const settings = { ...member.settings, TagList: [...tags] };
      return {
        ...before,
        instances: { ...before.instances, [member.resourceId]: { ...member, settings } },
      };
    });

export const manifest =
  (from: string | RegExp, to: string): Plant =>
  (deployed) => {
    const changed = deployed.manifest.replace(from, to);
    if (changed === deployed.manifest) throw new Error(`the manifest has no ${from}`);
    deployed.manifest = changed;
  };

export const all =
  (...plants: readonly Plant[]): Plant =>
  (deployed) => {
    for (const plant of plants) plant(deployed);
  };

export const silence =
  (duration: number | null): Plant =>
  (deployed) => {
    deployed.silence = duration;
  };

export const tableWith =
  (settings: Partial<Deployed["table"]>): Plant =>
  ({ table }) =>
    void Object.assign(table, settings);

export const numberedSorting: Plant = (deployed) => {
  const { AttributeDefinitions } = deployed.definition;
  deployed.definition.AttributeDefinitions = (
    AttributeDefinitions as { AttributeName: string; AttributeType: string }[]
  ).map((one) => (one.AttributeName === "sk" ? { ...one, AttributeType: "N" } : one));
  deployed.silence = null;
};

/** A cluster beside the sound one, into which the probe is not let. */
export const closedCluster: Plant = ({ world }) => {
  world.account.alter((turn) => addSecurityGroup(turn, { id: "sg-closed", admits: ["application"] }));
  const VpcSecurityGroups = [{ VpcSecurityGroupId: "sg-closed", Status: "active" }];
  world.addCluster({ id: "closed", settings: { VpcSecurityGroups } });
};

export const silentProbe: Plant = ({ world }) => {
  world.account.functions.set("probe", () => Promise.reject(new Error("out of memory")));
};

export const notWorking = /npm run deploy/;

/** What is planted, how bad it is, what is said of it, and what is to be done. */
export type Fault = readonly [string, Plant, Finding["severity"], RegExp, RegExp];

/** Looks over a deployment with the fault; nothing worse is found, and no secret is shown. */
export async function expectFound(...[, plant, severity, what, remedy]: Fault): Promise<void> {
  const { results, findings } = await lookOver(plant);
  expect(findings.map((finding) => finding.what)).toContainEqual(expect.stringMatching(what));
  const found = findings.find((finding) => what.test(finding.what));
  expect(found?.severity).toBe(severity);
  expect(found?.remedy).toMatch(remedy);
  expect(found?.why.length).toBeGreaterThan(20);
  if (severity !== "error") expect(findings.filter((finding) => finding.severity === "error")).toEqual([]);
  expect(exitCodeOf(results)).toBe(severity === "error" ? 1 : 0);
  for (const secret of [...Object.values(secrets), "password-of-the-databases"]) {
    expect(reportText(results)).not.toContain(secret);
  }
}

export function provisioned(definition: Deployed["definition"]) {
  const ProvisionedThroughput = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };
  const indexes = definition.GlobalSecondaryIndexes as readonly object[];
  return {
    BillingMode: "PROVISIONED",
    ProvisionedThroughput,
    GlobalSecondaryIndexes: indexes.map((index) => ({ ...index, ProvisionedThroughput })),
  };
}

export function withoutVpc(probe: AccountState["functions"][string] | undefined) {
  if (!probe) throw new Error("there is no probe");
  const { VpcConfig: _, ...rest } = probe;
  return rest;
}

export function withoutEnrolment(before: AccountState): AccountState {
  const clusters = Object.values(before.clusters).map((cluster) => [
    cluster.resourceId,
    { ...cluster, settings: { ...cluster.settings, TagList: [] } },
  ]);
  return { ...before, clusters: Object.fromEntries(clusters) };
}
