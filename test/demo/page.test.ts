import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorld, type World } from "../../src/sim/world.ts";
import { type Brake, brakeOn } from "./brake.ts";
import { browserPath, type Desk, openBrowser, sitDown } from "./browser.ts";

// Real servers restart in it; on a busy machine that takes its time.
const timeout = 180_000;
const hasBrowser = existsSync(browserPath);

describe.skipIf(!hasBrowser)("the demo in a browser (needs /usr/bin/chromium)", { timeout }, () => {
  const directory = mkdtempSync(join(tmpdir(), "encrypt-db-page-"));
  let world: World;
  let brake: Brake;
  let browser: Browser;
  let desk: Desk;

  beforeAll(async () => {
    // PostgreSQL does not run as root; whom it runs as instead must be able to enter.
    chmodSync(directory, 0o755);
    world = await openWorld({
      directory,
      served: ["orders-prod"],
      log: { info() {}, error: (event, fields) => console.error(event, fields) },
    });
    brake = brakeOn(world);
    browser = await openBrowser();
    desk = await sitDown(browser, world.slack.url);
  });
  afterAll(async () => {
    brake?.release();
    await browser?.close();
    await world?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const titled = (title: string) =>
    desk.root.getByRole("heading", { name: `orders-prod: ${title}` }).waitFor({ timeout });

  it("shows the plan: whom it waits for, its keys, its downtime, every step", async () => {
    await desk.becomes("Alice");
    await desk.types("/encrypt-db start orders-prod");
    await titled("the plan waits for approval");
    await desk.whispers.getByText("The plan for orders-prod is in the channel").waitFor();
    await desk.picture("1-plan");
    const plan = await desk.root.innerText();
    expect(plan).toContain("@Alice Novak asked for this; somebody else must approve: @db-approvers");
    expect(plan).toContain("Nothing has been created or changed yet");
    expect(plan).toMatch(/Expected downtime\s+47 min/);
    expect(plan).toMatch(
      /the downtime begins[\s\S]+Restore orders-prod under the new key[\s\S]+the downtime ends/,
    );
    expect(await desk.buttons()).toEqual(["Approve the plan", "Reject"]);
  });

  it("refuses the approval of the person who asked, and says so to that person alone", async () => {
    await desk.confirms("Approve the plan", "Approve");
    await desk.whispers.getByText("You asked for this migration yourself").waitFor();
    await desk.whispers.getByText("Somebody else from the approvers must approve it").waitFor();
    await desk.picture("2-refusal");
    await desk.becomes("Bob");
    expect(await desk.whispers.count()).toBe(0);
    expect(await desk.buttons()).toEqual(["Approve the plan", "Reject"]);
  });

  it("asks the second person once more, and then waits for the cutover, whose terms can be chosen", async () => {
    const question = await desk.presses("Approve the plan");
    await question.getByText("Nothing interrupts it before the cutover").waitFor();
    await desk.picture("3-question");
    await question.getByRole("button", { name: "Approve", exact: true }).click();
    await titled("the cutover waits for approval");
    await desk.picture("4-cutover");
    expect(await desk.root.innerText()).toContain("the longest downtime; the plan proposes 1 h 30 min");
    expect(await desk.chosen("Longest downtime")).toBe("At most 1 h 30 min down");
    expect(await desk.buttons()).toEqual(["Approve the cutover", "Reject and roll back"]);
    await desk.openThread();
    await desk.thread.getByText("orders-prod waits for the approval of the cutover").waitFor();
    await desk.picture("4-cutover-thread");
    await desk.closeThread();
  });

  it("says of a failure whether the database serves, why, what to do, and what going back costs", async () => {
    world.account.faults = ({ operation }) =>
      operation === "RestoreDBClusterToPointInTime" ? { code: "KMSKeyNotAccessibleFault" } : undefined;
    await desk.confirms("Approve the cutover", "Sign and approve");
    await titled("stuck");
    await desk.picture("5-failed");
    const failed = await desk.root.innerText();
    expect(failed).toContain("orders-prod is not serving");
    expect(failed).toContain("AWS refused RestoreDBClusterToPointInTime: KMSKeyNotAccessibleFault");
    expect(failed).toMatch(/Rolling back now\s+takes about \d+ min.*, loses 0 writes/);
    expect(await desk.buttons()).toEqual(["Retry", expect.stringMatching(/^Roll back \(about \d+ min.*\)$/)]);
    await desk.openThread();
    await desk.thread.getByText("orders-prod is stuck and needs a human").waitFor();
    await desk.picture("5-failed-thread");
    await desk.closeThread();
  });

  it("rolls back by a button, and then says that the source serves and that no write was lost", async () => {
    brake.at("goes back to the source: 1 of");
    await desk.confirms(/^Roll back/, "Roll back");
    await titled("rolling back");
    await desk.root.getByText(/1 of \d steps done/).waitFor();
    await desk.picture("6-rolling-back");
    expect(await desk.root.innerText()).toContain("orders-prod is not serving");
    expect(await desk.buttons()).toEqual([]);
    brake.release();
    await titled("rolled back");
    await desk.picture("7-rolled-back");
    expect(await desk.root.innerText()).toContain("No write was lost");
    expect(await desk.buttons()).toEqual([]);
    await desk.openThread();
    await desk.thread.getByText("orders-prod is back").waitFor();
    await desk.picture("7-rolled-back-thread");
    await desk.closeThread();
    world.account.faults = undefined;
  });

  it("starts anew, and shows the downtime with what goes on in it and the price of going back", async () => {
    await desk.becomes("Alice");
    await desk.types("/encrypt-db start orders-prod");
    await titled("the plan waits for approval");
    await desk.becomes("Bob");
    await desk.confirms("Approve the plan", "Approve");
    await titled("the cutover waits for approval");
    brake.at(": Restore orders-prod");
    await desk.chooses("Longest downtime", "At most 2 h down");
    await desk.chooses("If it takes longer", "If late: rolls back by itself");
    await desk.picture("8-terms");
    await desk.confirms("Approve the cutover", "Sign and approve");
    await desk.root.getByText(/Step \d+ of \d+: Restore orders-prod/).waitFor({ timeout });
    await desk.picture("8-downtime");
    const downtime = await desk.root.innerText();
    expect(downtime).toContain("orders-prod: in its downtime");
    expect(downtime).toContain("orders-prod is not serving");
    expect(downtime).toMatch(/Longest signed\s+2 h, by Bob Okafor/);
    expect(downtime).toMatch(/Downtime so far: .*\s+█*▒+░+ .* left/);
    expect(await desk.buttons()).toEqual([expect.stringMatching(/^Roll back \(about /)]);
  });

  it("ends with what serves, how long the downtime was, and what was proved", async () => {
    brake.release();
    await titled("under the new key");
    await desk.picture("9-finished");
    const finished = await desk.root.innerText();
    expect(finished).toMatch(/the downtime was \d+ min/);
    expect(finished).toContain("orders-prod serves from the replacement");
    expect(finished).toMatch(/orders-prod-old-\w+ is tagged as retired, protected and fenced/);
    expect(await desk.buttons()).toEqual([]);
    await desk.openThread();
    await desk.thread.getByText("orders-prod is open").waitFor();
    await desk.picture("thread");
  });
});
