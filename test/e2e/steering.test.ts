import { expect, test } from "vitest";
import { accessibilityViolations } from "#test/support/accessibility.ts";
import { startJourney } from "#test/support/journey.ts";
import type { Workbench } from "#test/support/workbench.ts";

/**
 * A consumer of the consumer protocol that blocks rebalances, from the form to the rebalance that it lets through. Each
 * test goes on where the one before it stopped.
 */
let workbench: Workbench;

startJourney((opened) => (workbench = opened));

test("7. the form's advanced part starts a consumer of the consumer protocol that blocks rebalances", async () => {
  await workbench.openContainer("Groupscope");
  await workbench.row("Clusters", /playground.*127\.0\.0\.1:\d+/).waitFor();
  await workbench.dragSideBar(760);
  await startInGroup("shipping");
  await workbench.pick("Advanced…");
  await workbench.asked("Enter changes the line");
  await workbench.screenshot("7-advanced");
  await change("Group protocol", "consumer");
  await change("Block rebalances on poll", "yes");
  // Longer than a slow machine takes to the end of this journey.
  await find("Rebalance timeout");
  await workbench.answer("Rebalance timeout", "5 min");
  await workbench.asked("Enter changes the line");
  await workbench.screenshot("7-advanced-changed");

  await find("Done");
  await workbench.asked("Enter starts it");
  await workbench.page.keyboard.press("Enter");

  await workbench.row("Debug Consumers", /^A.*shipping.*consumer \(KIP-848\) epoch \d/).waitFor();
  await workbench.row("Debug Consumers", /orders-0.*position/).waitFor();
  await workbench.screenshot("7-consumer-protocol");
});

test("7. skipping says what it leaves out before it does, and counts what it discards", async () => {
  await workbench.contextMenu(workbench.row("Debug Consumers", "orders-0"), /^Skip…/);
  await workbench.asked("Up to where?");
  await workbench.pick("To the end");
  await workbench.asked("How? Enter moves the position");
  await workbench.screenshot("7-skip-preview");

  await workbench.pick("Consume and discard");

  await workbench.page.locator(".statusbar", { hasText: /Skipped orders-0 to .* discarded/ }).waitFor();
});

test("7. a rebalance waits for the records of a poll, the row and the finding say who holds it up", async () => {
  await workbench.rowAction(workbench.row("Debug Consumers", /^A.*shipping/), "Step: Deliver One Record");
  await workbench.row("Debug Consumers", /^A.*rebalances held off/).waitFor();
  await startInGroup("shipping");
  await workbench.pick("Advanced…");
  await change("Group protocol", "consumer");
  await find("Done");
  await workbench.asked("Enter starts it");
  await workbench.page.keyboard.press("Enter");

  await workbench.row("Debug Consumers", /^A.*holds up a rebalance/).waitFor();
  await workbench.row("Findings", /A: holds up a rebalance/).waitFor();
  await workbench.screenshot("7-gate-held");
});

test("7. the Rebalances panel draws the wait below its member, and its strip lets it through", async () => {
  await workbench.contextMenu(workbench.row("Debug Consumers", /^A.*shipping/), "Show Rebalances");
  const page = await workbench.webview("processing A");
  await page.getByRole("button", { name: /^A: a rebalance waits/ }).dispatchEvent("click");
  await page.getByRole("button", { name: "Allow the rebalance" }).first().waitFor();
  await workbench.screenshot("7-gate-in-panel");
  expect(await accessibilityViolations(page)).toEqual([]);

  await workbench.rowAction(workbench.row("Debug Consumers", /^A.*shipping/), "Allow Rebalance");

  await workbench.row("Findings", /A: holds up a rebalance/).waitFor({ state: "detached" });
  await page.getByRole("button", { name: /^A: a rebalance waited/ }).waitFor();
  await workbench.screenshot("7-rebalance-allowed");
});

/** Up to the page that shows what will be started. */
async function startInGroup(groupId: string): Promise<void> {
  await workbench.command("Groupscope: Start Debug Consumer…");
  await workbench.asked("Which topics?");
  await workbench.page.keyboard.press("Enter");
  await workbench.asked("Join a group, or only read?");
  await workbench.page.keyboard.type(groupId);
  await workbench.pick(new RegExp(`^${groupId}`));
  await workbench.asked("Enter starts it");
}

/** Only lines in sight exist: typing brings one there. */
async function find(line: string): Promise<void> {
  await workbench.page.keyboard.type(line);
  await workbench.pick(line);
}

/** A line of the advanced page, and the answer to it. */
async function change(line: string, answer: string): Promise<void> {
  await workbench.asked("Enter changes the line");
  await find(line);
  await workbench.pick(new RegExp(`^${answer}`));
  await workbench.asked("Enter changes the line");
}
