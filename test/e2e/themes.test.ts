import { beforeAll, expect, test } from "vitest";
import { accessibilityViolations } from "#test/support/accessibility.ts";
import { startJourney } from "#test/support/journey.ts";
import type { Workbench } from "#test/support/workbench.ts";

/** The same trouble in every kind of theme, wide and narrow: what only a theme of another kind shows. */
let workbench: Workbench;

startJourney((opened) => (workbench = opened), { "groupscope.commitHangToleranceMs": 2_000 });

beforeAll(async () => {
  await workbench.openContainer("Groupscope");
  await workbench.expand(workbench.row("Clusters", "Groups"));
  await workbench.row("Clusters", /billing.*lag \d/).waitFor();
  await workbench.contextMenu(workbench.row("Clusters", "billing"), /Start Debug Consumer/);
  await workbench.asked("Enter starts it");
  await workbench.page.keyboard.press("Enter");
  await workbench.row("Debug Consumers", /A.*buffered [1-9]/).waitFor();
  await workbench.rowAction(workbench.row("Debug Consumers", /^A.*billing/), "Step: Deliver One Record");
  await workbench.contextMenu(workbench.row("Clusters", "billing"), "Hold SyncGroup Responses");
  const added = await workbench.toast(/SyncGroup answers of billing are held/);
  await workbench.rowAction(workbench.row("Clusters", "billing"), "Show Rebalances");
  await workbench.webview(/generation/);
  await workbench.contextMenu(workbench.row("Debug Consumers", /^A.*billing/), "Force Rebalance");
  await added.getByRole("button", { name: "Clear Notification" }).click();
  await workbench.contextMenu(workbench.row("Debug Consumers", /^A.*billing/), "Commit Now");
  await workbench.row("Findings", /A: commit waits/).waitFor();
  await workbench.rowAction(workbench.row("Debug Consumers", /^A.*billing/), "Show Records");
  const records = await workbench.webview("Records delivered to A");
  await records.locator(".recordList tbody tr").first().click();
  await workbench.contextMenu(workbench.row("Clusters", "billing"), /Show Requests/);
  const requests = await workbench.webview("Requests: billing");
  await requests
    .getByRole("row", { name: /SyncGroup.*waits/ })
    .first()
    .dispatchEvent("click");
  await requests.getByRole("region", { name: /SyncGroup/ }).waitFor();
  // Its time stands still: every theme shows the same trouble.
  await workbench.command("Groupscope: Pause Clock");
  await workbench.row("Clusters", /^Clock.*paused/).waitFor();
});

test.each([
  ["dark", "Dark Modern"],
  ["light", "Light Modern"],
  ["high-contrast", "Dark High Contrast"],
  ["high-contrast-light", "Light High Contrast"],
])("the panels break no rule of accessibility in a %s theme, wide and narrow", async (name, theme) => {
  await workbench.command("Preferences: Color Theme");
  await workbench.asked("Select Color Theme");
  await workbench.page.keyboard.type(theme);
  await workbench.pick(theme);

  await workbench.dragSideBar(560);
  for (const panel of ["Records: A", "Requests: billing", "Rebalances: billing"] as const) {
    await workbench.page.getByRole("tab", { name: panel }).first().click();
    const page = await workbench.webview(heads[panel]);
    await workbench.screenshot(`theme-${name}-${panel.split(":")[0]?.toLowerCase()}`);
    expect(await accessibilityViolations(page), panel).toEqual([]);
  }
  await workbench.showSideBar(false);
  for (const panel of ["Records: A", "Requests: billing", "Rebalances: billing"] as const) {
    await workbench.page.getByRole("tab", { name: panel }).first().click();
    const page = await workbench.webview(heads[panel]);
    for (const widthPx of [700, 400, 300]) {
      await workbench.page.setViewportSize({ width: widthPx + besidePanelPx, height: 900 });
      await page.waitForFunction((width) => innerWidth <= width, widthPx + 10);
      await workbench.screenshot(`theme-${name}-${panel.split(":")[0]?.toLowerCase()}-${widthPx}`);
      expect(await accessibilityViolations(page), `${panel} at ${widthPx}`).toEqual([]);
    }
    await workbench.page.setViewportSize(wholeWindow);
  }
  await workbench.showSideBar(true);
  await workbench.dragSideBar(260);
  await workbench.screenshot(`theme-${name}-narrow-side-bar`);
});

const wholeWindow = { width: 1400, height: 900 };
/** The activity bar and the frame of the window, without a side bar. */
const besidePanelPx = 60;

/** What each panel shows and no other does. A panel behind another one has no page: it gets a new one each time. */
const heads = {
  "Records: A": "Records delivered to A",
  "Requests: billing": "Requests: billing",
  "Rebalances: billing": /generation/,
} as const;
