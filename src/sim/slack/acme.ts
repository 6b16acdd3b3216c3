import type { WorkspaceState } from "./workspace.ts";

const team = "T0ACME001";

/**
 * A workspace with everybody whom an approval must tell apart: three approvers, an engineer who is none, a
 * guest, somebody who has left, somebody from another company, and a bot that is not ours.
 */
export function acme(): WorkspaceState {
  const everybody = ["U0ALICE01", "U0BOB0001", "U0CAROL01", "U0DAN0001", "U0GUS0001"];
  return {
    team: { id: team, name: "Acme", domain: "acme" },
    app: {
      id: "A0ENCRYPT",
      botId: "B0ENCRYPT",
      botUserId: "U0ENCRYPT",
      command: "/encrypt-db",
      commandHint: "start <database> | status | help",
      commandExamples: ["start orders-prod", "status", "help"],
      scopes: [
        "commands",
        "chat:write",
        "files:write",
        "users:read",
        "usergroups:read",
        "channels:history",
        "groups:history",
      ],
    },
    people: [
      person("U0ALICE01", "alice", "Alice Novak", "Database engineer"),
      person("U0BOB0001", "bob", "Bob Okafor", "Site reliability"),
      person("U0CAROL01", "carol", "Carol Lindqvist", "Database engineer"),
      person("U0DAN0001", "dan", "Dan Ferrari", "Product"),
      { ...person("U0GUS0001", "gus", "Gus Tanaka", "Contractor"), guest: "multi-channel" },
      { ...person("U0ERIN001", "erin", "Erin Moreau", "Left in spring"), deactivated: true },
      {
        ...person("U0XENIA01", "xenia", "Xenia Petrov", "Globex"),
        email: "xenia@globex.example",
        teamId: "T0GLOBEX1",
        external: true,
      },
      { id: "U0ENCRYPT", name: "encrypt-db", realName: "encrypt-db", teamId: team, bot: true },
      { id: "U0DEPLOYS", name: "deploys", realName: "deploys", teamId: team, bot: true },
    ],
    channels: [
      {
        id: "C0DBOPS01",
        name: "db-operations",
        topic: "Planned work on databases. Type /encrypt-db help",
        members: [...everybody, "U0ENCRYPT", "U0DEPLOYS"],
      },
      { id: "C0GENERAL", name: "general", topic: "Everybody at Acme", members: everybody },
      { id: "C0ONCALL1", name: "on-call", private: true, members: ["U0ALICE01", "U0BOB0001"] },
      {
        id: "C0GLOBEX1",
        name: "acme-globex",
        topic: "With our friends at Globex",
        externallyShared: true,
        members: ["U0ALICE01", "U0BOB0001", "U0XENIA01", "U0ENCRYPT"],
      },
      { id: "C0OLDDBS1", name: "old-databases", archived: true, members: ["U0ALICE01", "U0ENCRYPT"] },
    ],
    userGroups: [
      { id: "S0APPROVE", handle: "db-approvers", members: ["U0ALICE01", "U0BOB0001", "U0CAROL01"] },
    ],
    messages: [],
    ephemerals: [],
    responseUrls: [],
    lastTs: 0,
    lastNumber: 0,
  };
}

function person(id: string, name: string, realName: string, title: string) {
  return { id, name, realName, title, email: `${name}@acme.example`, teamId: team };
}
