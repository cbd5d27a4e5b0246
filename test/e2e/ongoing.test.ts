import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { startJourney } from "#test/support/journey.ts";
import type { Workbench } from "#test/support/workbench.ts";

/** Troubles that go on until somebody ends them. Each test goes on where the one before it stopped. */
let workbench: Workbench;

/** The lists of troubles are longer than a quick pick shows. */
async function causeTrouble(row: Locator, title: string): Promise<void> {
  await workbench.contextMenu(row, /Cause Trouble/);
  await workbench.asked("What goes wrong?");
  await workbench.page.keyboard.type(title);
  await workbench.pick(title);
}

startJourney((opened) => (workbench = opened), { "groupscope.playground.racks": ["a", "b", "c"] });

test("a transaction that hangs is a row below the faults, on which it is aborted", async () => {
  await workbench.openContainer("Groupscope");
  await workbench.dragSideBar(760);
  // Rows out of sight do not exist.
  for (const other of ["Debug Consumers", "Findings"]) {
    await workbench.view(other).locator(".pane-header").click();
  }
  await workbench.row("Clusters", /playground.*3 nodes/).waitFor();
  await workbench.expand(workbench.row("Clusters", "Topics"));
  await workbench.expand(workbench.row("Clusters", /^orders/));
  const partition = workbench.row("Clusters", /partition 0/);
  await causeTrouble(partition, "Hang a transaction");
  await workbench.row("Clusters", /partition 0.*a transaction hangs/).waitFor();
  await workbench.toast(/Hang a transaction/);
  await workbench.screenshot("ongoing-hanging-partition");

  const faults = workbench.row("Clusters", /Faults \(1 on\).*transaction hangs in orders-0/);
  await workbench.expand(faults);
  const hanging = workbench.row("Clusters", /Transaction in orders-0.*hangs.*read_committed stops at/);
  await hanging.hover();
  await workbench.screenshot("ongoing-hanging-row");
  await workbench.rowAction(hanging, "Abort Transaction");

  await workbench.row("Clusters", "Faults (0 on)").waitFor();
  expect(await hanging.count()).toBe(0);
});

test("a node whose clock is wrong says so, and a row below the faults sets it right", async () => {
  await workbench.expand(workbench.row("Clusters", "Nodes (3)"));
  const node = workbench.row("Clusters", /node 2.*rack b/);
  await causeTrouble(node, "Skew the clock");
  await workbench.answer("Seconds the clock is ahead", "-90");

  await workbench.row("Clusters", /node 2.*clock 1 min 30 s behind/).waitFor();
  await workbench.expand(workbench.row("Clusters", "Faults (1 on)"));
  const clock = workbench.row("Clusters", /Clock of node 2.*1 min 30 s behind/);
  await clock.hover();
  await workbench.screenshot("ongoing-clock-row");
  await workbench.rowAction(clock, "Set Clock Right");

  await workbench.row("Clusters", "Faults (0 on)").waitFor();
});

test("a rule of one's own begins on the row of the node it concerns", async () => {
  await workbench.contextMenu(workbench.row("Clusters", /node 2/), /New Fault Rule/);

  await workbench.page.locator(".monaco-editor .view-lines", { hasText: '"nodeId": 2' }).waitFor();
  await workbench.screenshot("ongoing-new-rule");
});
