import { type Browser, chromium, type Locator, type Page } from "playwright-core";

export const browserPath = "/usr/bin/chromium";

const desktop = { width: 1280, height: 900 };
const telephone = { width: 400, height: 800 };
const pictures = "test-results";

export function openBrowser(): Promise<Browser> {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath: browserPath, args: [...args, ...quiet] });
}

/** The page, and what people do with it. */
export interface Desk {
  /** Goes on as somebody else. */
  becomes(name: "Alice" | "Bob"): Promise<void>;
  /** The newest migration's message in the channel. */
  readonly root: Locator;
  /** The messages to the present person alone. */
  readonly whispers: Locator;
  readonly thread: Locator;
  types(command: string): Promise<void>;
  /** Presses a button of the newest migration's message; gives the question that it asks. */
  presses(button: string | RegExp): Promise<Locator>;
  /** The same, and answers the question. */
  confirms(button: string | RegExp, answer: string): Promise<void>;
  /** Chooses in a menu of the newest migration's message, and waits until it shows. */
  chooses(menu: string, option: string): Promise<void>;
  chosen(menu: string): Promise<string>;
  /** What can be pressed on the newest migration's message. */
  buttons(): Promise<readonly string[]>;
  openThread(): Promise<void>;
  closeThread(): Promise<void>;
  /** Pictures of the page at a desk and on a telephone, from the top of the newest migration's message. */
  picture(name: string): Promise<void>;
}

export async function sitDown(browser: Browser, url: string): Promise<Desk> {
  const page = await browser.newPage({ viewport: desktop });
  page.setDefaultTimeout(30_000);
  await page.goto(url);
  await page.locator(".beginning").waitFor();
  const channel = page.locator(".channel");
  const thread = page.getByRole("complementary", { name: "Thread" });
  const root = channel.locator("article:not(.ephemeral)", { has: page.locator(".block-header") }).last();
  async function presses(button: string | RegExp) {
    await root.getByRole("button", { name: button }).click();
    return page.getByRole("dialog");
  }
  return {
    async becomes(name) {
      const person = page.locator(".people").getByRole("button", { name, exact: false });
      await person.click();
      await page.locator(".people [aria-pressed=true]", { hasText: name }).waitFor();
    },
    root,
    thread,
    presses,
    async confirms(button, answer) {
      const question = await presses(button);
      await question.getByRole("button", { name: answer, exact: true }).click();
    },
    async chooses(menu, option) {
      await root.getByLabel(menu).selectOption({ label: option });
      await root
        .getByLabel(menu)
        .locator("option[selected]", { hasText: option })
        .waitFor({ state: "attached" });
    },
    chosen: (menu) => root.getByLabel(menu).locator("option:checked").innerText(),
    buttons: () => root.locator(".actions").getByRole("button").allInnerTexts(),
    whispers: channel.locator("article.ephemeral"),
    async types(command) {
      const composer = channel.locator("textarea");
      await composer.fill(command);
      await composer.press("Escape");
      await composer.press("Enter");
    },
    async openThread() {
      await root.locator(".thread-summary").click();
      await thread.waitFor();
    },
    async closeThread() {
      await page.keyboard.press("Escape");
      await thread.waitFor({ state: "hidden" });
    },
    async picture(name) {
      await photograph(page, root, `${pictures}/${name}.png`);
      await page.setViewportSize(telephone);
      await photograph(page, root, `${pictures}/${name}-narrow.png`);
      await page.setViewportSize(desktop);
    },
  };
}

async function photograph(page: Page, root: Locator, path: string): Promise<void> {
  if (await root.isVisible()) await root.evaluate((message) => message.scrollIntoView());
  await page.screenshot({ path });
}
