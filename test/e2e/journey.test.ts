import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { accessibilityViolations } from "#test/support/accessibility.ts";
import { startJourney } from "#test/support/journey.ts";
import type { Workbench } from "#test/support/workbench.ts";

/**
 * The first slice as a user sees it, in one window from the first look to a mended group. Each test goes on where the
 * one before it stopped.
 */
let workbench: Workbench;

startJourney((opened) => (workbench = opened), { "groupscope.commitHangToleranceMs": 2_000 });

test("1. the playground runs when the window appears, and the views say what to do next", async () => {
  await workbench.openContainer("Groupscope");

  await workbench.row("Clusters", /playground.*127\.0\.0\.1:\d+/).waitFor();
  await workbench.view("Debug Consumers").getByRole("button", { name: "Start Debug Consumer" }).waitFor();
  await workbench.view("Findings").getByText("Nothing is wrong").waitFor();
  await workbench.dragSideBar(690);
  await workbench.screenshot("1-first-look");
});

test("3. a cluster shows its group, the members, and what each partition has committed", async () => {
  await workbench.expand(workbench.row("Clusters", "Groups"));
  await workbench.row("Clusters", /billing.*lag/).waitFor();
  await workbench.expand(workbench.row("Clusters", "billing"));
  await workbench.expand(workbench.row("Clusters", "worker-1"));

  await workbench.row("Clusters", /orders-0.*committed\s+\d/).waitFor();
  await workbench.row("Clusters", /worker-2/).waitFor();
  await workbench.screenshot("3-clusters");
});

test("4. a debug consumer joins a group as a real member with one press of Enter, and holds", async () => {
  await workbench.contextMenu(workbench.row("Clusters", "billing"), /Start Debug Consumer/);
  await workbench.asked("Enter starts it");
  await workbench.screenshot("4-start-debug-consumer");
  await workbench.page.keyboard.press("Enter");

  await workbench.row("Debug Consumers", /A.*buffered [1-9]/).waitFor();
  await workbench.row("Debug Consumers", /orders-4.*position/).waitFor();
  await workbench.row("Clusters", /A \(ours\)/).waitFor();
  await workbench.screenshot("4-holding");
});

test("4. pausing one partition keeps what it has buffered, and a step delivers one record of another", async () => {
  await workbench.rowAction(workbench.row("Debug Consumers", "orders-4"), "Pause");
  await workbench.row("Debug Consumers", /orders-4.*paused/).waitFor();

  await workbench.rowAction(workbench.row("Debug Consumers", /^A.*billing/), "Step: Deliver One Record");
  await workbench.row("Debug Consumers", /A.*\d+ paused/).waitFor();
  await workbench.rowAction(workbench.row("Debug Consumers", /^A.*billing/), "Show Records");

  const page = await workbench.webview("Records delivered to A");
  await page.getByText("customer-").first().waitFor();
  await workbench.screenshot("4-records");
  expect(await accessibilityViolations(page)).toEqual([]);
});

test("4. a row whose numbers change says everything in its tooltip", async () => {
  const row = workbench.row("Debug Consumers", "orders-5");
  const tooltip = workbench.page.locator(".monaco-hover:visible", { hasText: "last stable offset" });
  for (let attempt = 1; ; attempt++) {
    // A redraw in the half second before the tooltip appears takes it away until the pointer moves again.
    await workbench.page.mouse.move(1_000, 500);
    await row.hover();
    if (await shows(tooltip, 1_500)) break;
    expect(attempt, "times the pointer rested on the row without a tooltip").toBeLessThan(4);
  }
  await workbench.page.waitForTimeout(1_500);
  expect(await tooltip.isVisible()).toBe(true);
  await workbench.screenshot("4-tooltip");
  await workbench.page.mouse.move(1_000, 500);
});

test("6. a commit that waits becomes a finding on the row, in the view and with the reason", async () => {
  await workbench.contextMenu(workbench.row("Clusters", "billing"), /Delay Commit Responses/);
  await workbench.answer("Seconds until each OffsetCommit", "14");
  await workbench.row("Clusters", /Faults \(1 on\)/).waitFor();
  await workbench.contextMenu(workbench.row("Debug Consumers", /^A.*billing/), "Commit Now");

  await workbench.row("Debug Consumers", /^A.*commit waits/).waitFor();
  await workbench.row("Findings", /A: commit waits.*holds the answer/).waitFor();
  await workbench.screenshot("6-commit-waits");
});

test("5. the Rebalances panel draws members, generations, commits and the fault, and says why one waits", async () => {
  await workbench.rowAction(workbench.row("Clusters", "billing"), "Show Rebalances");

  const page = await workbench.webview(/generation/);
  await page.getByText("commits A", { exact: true }).waitFor();
  await workbench.screenshot("5-rebalances");
  // The mark grows while its commit waits, so it never stands still for a click of the pointer.
  await page.getByRole("button", { name: /^commit by A: waits/ }).dispatchEvent("click");
  await page.getByRole("button", { name: "Release the waiter" }).first().waitFor();
  await workbench.dragSideBar(560);
  await workbench.screenshot("readme");
});

test("6. releasing the waiter from the finding's row ends the wait", async () => {
  await workbench.rowAction(workbench.row("Findings", /A: commit waits/), "Release Waiting Commit");

  await workbench.row("Findings", /A: commit waits/).waitFor({ state: "detached" });
});

test("5. the Rebalances panel has a table twin, and neither breaks a rule of accessibility", async () => {
  const page = await workbench.webview(/generation/);
  expect(await accessibilityViolations(page)).toEqual([]);

  await page.getByRole("button", { name: /Table/ }).click();

  await page.getByRole("columnheader").first().waitFor();
  await workbench.screenshot("5-rebalances-table");
  expect(await accessibilityViolations(page)).toEqual([]);
});

test("6. a corrupt batch halts one partition with its bounds, and is skipped in one click", async () => {
  await workbench.command("Groupscope: Corrupt the Next Batch");
  await workbench.asked("Which topic?");
  await workbench.pick("orders");
  await workbench.asked("Which partition");
  await workbench.pick("orders-5");
  await workbench.asked("How is it damaged?");
  await workbench.pick("Checksum");

  const row = workbench.row("Debug Consumers", /orders-5.*corrupt.*fails CRC.*next safe \d/);
  await row.waitFor();
  await workbench.row("Findings", /orders-5: corrupt batch/).waitFor();
  await workbench.screenshot("6-corrupt-batch");
  await workbench.rowAction(row, "Skip Corrupt Batch");

  // While no batch behind it vouches for its header it asks first.
  const skip = workbench.page.locator(".monaco-dialog-box").getByRole("button", { name: /^Skip to/ });
  const finding = workbench.row("Findings", /orders-5: corrupt batch/);
  await Promise.race([skip.click().catch(() => {}), finding.waitFor({ state: "detached" })]);
  await finding.waitFor({ state: "detached" });
  await workbench.row("Debug Consumers", /orders-5(?!.*corrupt).*position/).waitFor();
});

test("4. leaving ends the consumer, and the group rebalances without it", async () => {
  await workbench.rowAction(workbench.row("Debug Consumers", /^A.*billing/), "Leave and Stop");

  await workbench.row("Debug Consumers", /A.*(stopped|left|ended)/).waitFor();
  await workbench.row("Clusters", /A \(ours\)/).waitFor({ state: "detached" });
  await workbench.screenshot("4-left");
});

test("2. a cluster is added by a guided flow, comes into sight, and a failure names the stage", async () => {
  await workbench.expand(workbench.row("Clusters", /^Nodes \(/));
  await workbench.expand(workbench.row("Clusters", /^worker-2/));
  await workbench.command("Groupscope: Add Cluster");
  await workbench.answer("Bootstrap servers", "localhost:1");
  await workbench.answer("A name for the cluster", "staging");
  await workbench.asked("How is the connection protected?");
  await workbench.pick("Plaintext");
  await workbench.asked("How do you sign in?");
  await workbench.screenshot("2-add-cluster");
  await workbench.pick("No sign-in");

  const toast = await workbench.toast(/staging: no connection to localhost:1/i);
  await workbench.screenshot("2-stage-named");
  await workbench.row("Clusters", /staging.*not connected/).waitFor();
  await toast.getByRole("button", { name: "Show Stages" }).click();
  await workbench.page.waitForTimeout(1_000);
  await workbench.screenshot("2-stages");
});

async function shows(locator: Locator, timeout: number): Promise<boolean> {
  return locator.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}
