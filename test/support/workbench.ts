import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, Frame, Locator, Page } from "playwright-core";
import { launchBrowser, newLocalPage } from "./browser.ts";
import { type ExtensionSource, repository, startVscodeHost, type VscodeHost } from "./vscodeHost.ts";

/** Where the journeys leave their screenshots. */
const screenshots = path.join(repository, "test-results/screenshots");

/** How the workbench is opened. */
export interface WorkbenchOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The package in $GROUPSCOPE_VSIX when that is set, else the working tree. */
  readonly extension?: ExtensionSource;
  readonly timeoutMs?: number;
}

/** A window of a real VS Code with our extension in it, driven as a user does. */
export interface Workbench {
  readonly page: Page;
  readonly host: VscodeHost;
  /** The folder that is open. */
  readonly folder: string;
  /** Shows a view container by the name of its activity bar icon. */
  openContainer(name: string): Promise<void>;
  /** Runs a command from the palette by the title it has there. */
  command(title: string): Promise<void>;
  /** Chooses a row of the quick pick that is open, or opens next. */
  pick(text: string | RegExp): Promise<void>;
  /** Waits until a question with this text is asked. */
  asked(question: string): Promise<void>;
  /** Shows or hides the side bar, however it stands now. */
  showSideBar(isShown: boolean): Promise<void>;
  /** Makes the side bar so wide: rows say a lot, and at its first width it cuts them. */
  dragSideBar(toX: number): Promise<void>;
  /** Types into the input box that asks this, and accepts. A list that was just chosen from still takes what is typed. */
  answer(question: string, text: string): Promise<void>;
  /** Waits for a notification and returns it, for its buttons. */
  toast(text: string | RegExp): Promise<Locator>;
  /** The section of the side bar with this title (its name as shown, in any case). */
  view(title: string): Locator;
  /** A row of a tree view; the first that contains the text. Only rows in sight exist. */
  row(view: string, text: string | RegExp): Locator;
  /** Opens a row that is closed. */
  expand(row: Locator): Promise<void>;
  /** Presses a button that a row shows while the pointer is on it. */
  rowAction(row: Locator, label: string | RegExp): Promise<void>;
  /** Chooses from a row's context menu. */
  contextMenu(row: Locator, item: string | RegExp): Promise<void>;
  /** The document of the webview that shows `text`. */
  webview(text: string | RegExp): Promise<Frame>;
  /** Keeps what is on the screen as test-results/screenshots/<name>.png. */
  screenshot(name: string): Promise<void>;
  /** Loads the window anew: its extension host ends, and another begins. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a host, a browser and a window, and waits until the window is usable. */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const { settings = {}, extension = chosenExtension(), timeoutMs = 30_000 } = options;
  const folder = mkdtempSync(path.join(tmpdir(), "groupscope-workspace-"));
  mkdirSync(screenshots, { recursive: true });
  let host: VscodeHost | undefined;
  let browser: Browser | undefined;
  const close = async () => {
    await browser?.close();
    await host?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    host = await startVscodeHost({ extension, settings });
    browser = await launchBrowser();
    const page = await newLocalPage(browser);
    page.setDefaultTimeout(timeoutMs);
    const isUsable = () => page.locator(".monaco-workbench .activitybar").waitFor();
    await page.goto(host.url(folder), { waitUntil: "commit" });
    await isUsable();
    const given = actions(page, timeoutMs);
    const reload = async () => {
      const loaded = page.waitForEvent("domcontentloaded");
      await given.command("Developer: Reload Window");
      await loaded;
      await isUsable();
    };
    return { page, host, folder, close, reload, ...given };
  } catch (failure) {
    await close();
    throw failure;
  }
}

function chosenExtension(): ExtensionSource {
  const file = process.env["GROUPSCOPE_VSIX"];
  return file ? { from: "vsix", file: path.resolve(file) } : { from: "folder", folder: repository };
}

function actions(
  page: Page,
  timeoutMs: number,
): Omit<Workbench, "page" | "host" | "folder" | "reload" | "close"> {
  const quickInput = page.locator(".quick-input-widget:visible");
  const input = quickInput.locator(".quick-input-box input, .quick-input-filter input").first();
  const pick = async (text: string | RegExp) => {
    await quickInput.locator(".quick-input-list .monaco-list-row", { hasText: text }).first().click();
  };

  const asked = async (question: string) => {
    await quickInput
      .locator(`input[placeholder*="${question}"], .quick-input-message:has-text("${question}")`)
      .first()
      .waitFor();
  };

  const view = (title: string) =>
    page.locator(".pane", { has: page.locator(`.pane-header[aria-label^="${title}" i]`) });

  return {
    openContainer: async (name) => {
      const icon = page.locator(`.activitybar a.action-label[aria-label^="${name}"]`).first();
      await icon.waitFor();
      const shown = page.locator(`.activitybar .action-item.checked a.action-label[aria-label^="${name}"]`);
      // A second click on the icon would close the side bar.
      if ((await shown.count()) === 0) await icon.click();
      await shown.first().waitFor();
      // The pointer would leave a tooltip on the icon.
      await page.mouse.move(700, 450);
    },
    command: async (title) => {
      await page.keyboard.press("F1");
      await input.waitFor();
      await input.fill(`>${title}`);
      await pick(title);
    },
    pick,
    asked,
    showSideBar: (isShown) => showSideBar(page, isShown),
    dragSideBar: async (toX) => {
      const box = await page.locator(".part.sidebar").boundingBox();
      if (!box) throw new Error("no side bar");
      await page.mouse.move(box.x + box.width + 1, 500);
      await page.mouse.down();
      await page.mouse.move(toX, 500, { steps: 5 });
      await page.mouse.up();
      await page.mouse.move(1_000, 850);
    },
    answer: async (question, text) => {
      await asked(question);
      await input.fill(text);
      await page.keyboard.press("Enter");
    },
    toast: async (text) => {
      const toast = page.locator(".notification-toast", { hasText: text }).first();
      await toast.waitFor();
      return toast;
    },
    view,
    row: (title, text) => view(title).locator(".monaco-list-row", { hasText: text }).first(),
    expand: async (row) => {
      await row.waitFor();
      if ((await row.getAttribute("aria-expanded")) === "false")
        await row.locator(".monaco-tl-twistie").click();
    },
    rowAction,
    contextMenu: (row, item) => contextMenu(page, row, item),
    webview: (text) => findWebview(page, text, timeoutMs),
    screenshot: async (name) => {
      // What fades in takes a moment to be seen.
      await page.waitForTimeout(300);
      await page.screenshot({ path: path.join(screenshots, `${name}.png`), animations: "disabled" });
    },
  };
}

/**
 * A row whose numbers change is drawn anew up to four times a second, and on a busy machine stands still for no two
 * frames in a row: after a while the pointer no longer waits for that. Its button is where the row was a moment ago.
 */
async function rowAction(row: Locator, label: string | RegExp): Promise<void> {
  const button = row.getByRole("button", { name: label }).first();
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt === 4;
    try {
      await row.hover({ timeout: 5_000, force: isLast });
      await button.click({ timeout: 5_000, force: isLast });
      return;
    } catch (failure) {
      if (isLast) throw failure;
    }
  }
}

/**
 * Opens a row's menu and chooses. A menu takes no click in its first 100 ms, so that the press that opened it is not
 * taken for one, and it closes when a page that was just opened takes the focus: then it is opened again.
 */
async function contextMenu(page: Page, row: Locator, item: string | RegExp): Promise<void> {
  // The menu is in the shadow of another root; roles reach through it.
  const entry = page.getByRole("menuitem", { name: item }).first();
  for (let attempt = 1; ; attempt++) {
    await row.click({ button: "right" });
    try {
      await entry.waitFor({ timeout: 3_000 });
      await page.waitForTimeout(250);
      await entry.click({ timeout: 3_000 });
      return;
    } catch (failure) {
      if (attempt === 3) throw failure;
      await page.keyboard.press("Escape");
    }
  }
}

/** Presses again what a webview swallowed: a document that was just made anew passes no key on to the workbench yet. */
async function showSideBar(page: Page, isShown: boolean): Promise<void> {
  const bar = page.locator(".part.sidebar");
  for (let attempt = 1; (await bar.isVisible()) !== isShown; attempt++) {
    await page.keyboard.press("Control+b");
    try {
      await bar.waitFor({ state: isShown ? "visible" : "hidden", timeout: 3_000 });
    } catch (failure) {
      if (attempt === 3) throw failure;
    }
  }
}

/**
 * Page → iframe.webview → the extension's document. The outer frames lie in an overlay, not in the editor or view
 * that they belong to, so a webview is found by what it shows.
 */
async function findWebview(page: Page, text: string | RegExp, timeoutMs: number): Promise<Frame> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await page.waitForTimeout(50)) {
    for (const frame of page.frames().filter((each) => each.url().includes("/pre/fake.html"))) {
      const found = await frame
        .getByText(text)
        .count()
        .catch(() => 0);
      if (found > 0) return frame;
    }
  }
  throw new Error(`no webview shows ${text}`);
}
