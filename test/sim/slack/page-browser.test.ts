import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { channel, hostileWorkspace, type PageWorld, postHostile, postPlan, startPage } from "./page-world.ts";

const browserPath = "/usr/bin/chromium";
let world: PageWorld;

beforeEach(async () => {
  world = await startPage();
});
afterEach(() => world.slack.close());

describe.skipIf(!existsSync(browserPath))("the page in a browser (needs /usr/bin/chromium)", () => {
  let browser: Browser;
  let first: Page;
  let second: Page;

  beforeAll(async () => {
    const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
    const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
    browser = await chromium.launch({ executablePath: browserPath, args: [...args, ...quiet] });
    first = await browser.newPage();
    second = await browser.newPage();
  });
  afterAll(() => browser.close());

  async function open(query: string, page = first): Promise<Page> {
    page.setDefaultTimeout(10_000);
    await page.goto(`${world.slack.url}/?${query}`);
    await page.locator(".beginning").waitFor();
    return page;
  }

  it("a command typed with the keyboard alone is answered to that person", async () => {
    const page = await open("as=U0ALICE01");
    const composer = page.locator(".channel textarea");
    await composer.fill("/enc");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await composer.inputValue()).toBe("/encrypt-db start orders-prod");
    await page.keyboard.press("Enter");
    await page.getByText("Looking for start orders-prod…").waitFor();
    await page.getByText("Only visible to you").waitFor();
    await page.locator(".facts", { hasText: "Writes lost" }).waitFor();
  });

  it("a click asks its question first, and another person's window follows by itself", async () => {
    const message = postPlan(world.workspace, { confirm: true });
    const [alice, bob] = [await open("as=U0ALICE01"), await open("as=U0BOB0001", second)];
    await bob.getByRole("button", { name: "Approve" }).click();
    await bob.getByRole("button", { name: "Not now" }).click();
    await bob.getByRole("button", { name: "Approve" }).click();
    await bob.getByRole("dialog").getByText("Creates a snapshot").waitFor();
    await bob.getByRole("button", { name: "Begin" }).click();
    await expect.poll(() => world.clicked).toMatchObject([{ user: "U0BOB0001", value: "m1" }]);
    world.workspace.edit(message, { text: "Approved by <@U0BOB0001>" });
    await alice.getByText("Approved by @Bob Okafor").waitFor();
    expect(await alice.getByRole("button", { name: "Approve" }).count()).toBe(0);
  });

  it("menus send what was chosen in them", async () => {
    postPlan(world.workspace);
    const page = await open("as=U0BOB0001");
    await page.locator("summary", { hasText: "⋯" }).click();
    await page.getByRole("button", { name: "Show evidence" }).click();
    await page.locator("select").selectOption("tonight");
    await expect
      .poll(() => world.clicked)
      .toMatchObject([{ selected_option: { value: "evidence" } }, { selected_option: { value: "tonight" } }]);
  });

  it("a date field sends the time as it is in that person's zone, and keeps it", async () => {
    const picker = { type: "datetimepicker" as const, action_id: "when" };
    const blocks = [{ type: "actions" as const, block_id: "b", elements: [picker] }];
    const message = world.workspace.post({ channel, author: "U0ENCRYPT", text: "When", blocks });
    const page = await open("as=U0BOB0001");
    await page.locator("input[type=datetime-local]").fill("2026-11-28T02:00");
    const zone = await page.evaluate(() => new Date("2026-11-28T02:00").getTime() / 1_000);
    const at = { user: "U0BOB0001", messageTs: message.ts, blockId: "b", actionId: "when" };
    await expect.poll(() => world.workspace.chosen(at)).toBe(String(zone));
    await page.reload();
    expect(await page.locator("input[type=datetime-local]").inputValue()).toBe("2026-11-28T02:00");
  });

  it("a thread opens beside the channel, follows, takes replies, and closes with Escape", async () => {
    const root = postPlan(world.workspace);
    world.workspace.post({ channel, author: "U0ENCRYPT", threadTs: root.ts, text: "step 1" });
    const page = await open("as=U0BOB0001");
    await page.getByRole("button", { name: "1 reply" }).click();
    const thread = page.getByRole("complementary", { name: "Thread" });
    await thread.getByText("step 1").waitFor();
    world.workspace.post({ channel, author: "U0ENCRYPT", threadTs: root.ts, text: "step 2" });
    await thread.getByText("step 2").waitFor();
    await thread.getByLabel("Reply", { exact: true }).fill("looking");
    await page.keyboard.press("Enter");
    await thread.getByText("looking").waitFor();
    await page.keyboard.press("Escape");
    await thread.waitFor({ state: "hidden" });
  });

  it("the focus stays on a button while messages come and change, and nothing typed is lost", async () => {
    postPlan(world.workspace);
    const page = await open("as=U0BOB0001");
    await page.getByRole("button", { name: "Approve" }).focus();
    world.workspace.post({ channel, author: "U0ALICE01", text: "news" });
    await page.getByText("news").waitFor();
    const plan = world.workspace.state.messages[0];
    if (plan?.blocks === undefined) throw new Error("there is no plan");
    world.workspace.edit(plan, {
      text: "Plan",
      blocks: [...plan.blocks, { type: "divider", block_id: "d" }],
    });
    await page.locator(".content hr").waitFor();
    expect(await page.evaluate("document.activeElement.dataset.action")).toBe("approve");
    await page.locator(".channel textarea").fill("half a sent");
    world.workspace.post({ channel, author: "U0ALICE01", text: "more news" });
    await page.getByText("more news").waitFor();
    expect(await page.locator(".channel textarea").inputValue()).toBe("half a sent");
  });

  it("no hostile name or text runs anything, not even when it is clicked", async () => {
    await world.slack.close();
    world = await startPage(hostileWorkspace());
    const root = postHostile(world.workspace);
    const page = await open(`as=U0ALICE01&thread=${root.ts}`);
    await page.locator(".channel textarea").fill("/");
    await page.keyboard.press("Escape");
    await page.locator(".channel .actions button[data-url]").click();
    await page.locator("dialog button[value=confirm]").click();
    await expect.poll(() => world.clicked.length).toBe(1);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await page.locator("img, .content script").count()).toBe(0);
  });

  it("fits a telephone: nothing is wider than 400 pixels", async () => {
    const root = postPlan(world.workspace);
    world.workspace.post({ channel, author: "U0ENCRYPT", threadTs: root.ts, text: "x".repeat(500) });
    const page = await open("as=U0BOB0001");
    await page.setViewportSize({ width: 400, height: 800 });
    const overflow = "document.documentElement.scrollWidth > 400 || document.body.scrollWidth > 400";
    expect(await page.evaluate(overflow)).toBe(false);
    await page.getByRole("button", { name: "1 reply" }).click();
    await page.getByRole("complementary", { name: "Thread" }).waitFor();
    expect(await page.evaluate(overflow)).toBe(false);
  });
});
