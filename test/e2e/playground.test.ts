import { Kafka, logLevel } from "kafkajs";
import type { Frame } from "playwright-core";
import { expect, test } from "vitest";
import { accessibilityViolations } from "#test/support/accessibility.ts";
import { startJourney } from "#test/support/journey.ts";
import type { Workbench } from "#test/support/workbench.ts";

/**
 * Trouble caused in the playground, seen on its row and in the request it struck. Each test goes on where the one before
 * it stopped.
 */
let workbench: Workbench;
let requests: Frame;

startJourney((opened) => (workbench = opened));

test("a group's row offers its troubles in words, and a rule that was started is a row with its hits", async () => {
  await workbench.openContainer("Groupscope");
  await workbench.row("Clusters", /playground.*3 nodes/).waitFor();
  await workbench.expand(workbench.row("Clusters", "Groups"));
  await workbench.row("Clusters", /billing.*lag/).waitFor();

  await workbench.contextMenu(workbench.row("Clusters", "billing"), /Cause Trouble/);
  await workbench.page.getByText("are answered late").waitFor();
  await workbench.screenshot("playground-cause-trouble");
  await workbench.pick("Slow commits down");
  await workbench.answer("How many seconds late", "4");

  await workbench.toast(/Slow commits down/);
  await workbench.row("Clusters", /Faults \(1 on\).*hit [1-9]/).waitFor();
  await workbench.screenshot("playground-fault");
});

test("a request that the fault struck opens decoded and as hex, and names the fault", async () => {
  await workbench.contextMenu(workbench.row("Clusters", "billing"), /Show Requests/);
  requests = await workbench.webview("Requests: billing");

  const struck = requests.getByRole("row", { name: /OffsetCommit.*late/ });
  await struck.first().waitFor();
  await workbench.screenshot("playground-requests");
  await struck.first().dispatchEvent("click");
  const detail = requests.getByRole("region", { name: /OffsetCommit v\d+ of/ });
  await detail.waitFor();
  await requests
    .getByRole("treeitem", { name: /committedOffset/ })
    .first()
    .click();

  await requests.locator(".hex mark").first().waitFor();
  expect(await detail.textContent()).toMatch(/answer commits of billing/);
  await workbench.screenshot("playground-request-opened");
  expect(await accessibilityViolations(requests)).toEqual([]);
});

test("arrow keys move in the fields and mark their bytes", async () => {
  const selected = requests.locator("[role=treeitem][aria-selected=true]").first();
  const before = await selected.textContent();

  await requests.page().keyboard.press("ArrowDown");

  await expect.poll(() => selected.textContent()).not.toBe(before);
});

test("a node's row stops and starts it", async () => {
  await workbench.expand(workbench.row("Clusters", /^Nodes/));
  await workbench.rowAction(workbench.row("Clusters", /node 2.*up/), "Stop Node");

  await workbench.row("Clusters", /node 2.*down/).waitFor();
  await workbench.row("Clusters", /playground.*1 of 3 nodes down/).waitFor();
  await workbench
    .row("Clusters", /node [13].*leads [1-9]/)
    .first()
    .waitFor();
  await workbench.row("Clusters", /Producing into orders/).waitFor();
  await workbench.screenshot("playground-node-down");
  await workbench.rowAction(workbench.row("Clusters", /node 2.*down/), "Start Node");
  await workbench.row("Clusters", /node 2.*up/).waitFor();
});

test("the clock stands still, catches up, moves by a step and runs at real speed, from its row", async () => {
  const clock = (says: RegExp) => workbench.row("Clusters", says).waitFor();
  await workbench.rowAction(workbench.row("Clusters", /^Clock.*real time/), "Pause Clock");
  await clock(/^Clock.*paused.*[1-9].* s behind the real time/);
  await workbench.rowAction(workbench.row("Clusters", /^Clock/), "Run Clock at Real Speed");
  await clock(/^Clock.*real speed.*behind the real time/);
  await workbench.screenshot("playground-clock-behind");
  await workbench.rowAction(workbench.row("Clusters", /^Clock/), "Catch Up with Real Time");
  await clock(/^Clock.*real time/);
  await workbench.rowAction(workbench.row("Clusters", /^Clock.*real time[^,]*$/), "Pause Clock");
  await workbench.rowAction(workbench.row("Clusters", /^Clock/), /Step Clock/);
  await workbench.answer("How much time passes", "45 s");

  await clock(/^Clock.*paused.*ahead of the real time/);
  await workbench.screenshot("playground-clock");
  await workbench.rowAction(workbench.row("Clusters", /^Clock/), "Run Clock at Real Speed");

  await clock(/^Clock.*real speed.*ahead of/);
});

test("a foreign client keeps the clock real, and the refusal names it", async () => {
  const row = await workbench.row("Clusters", /playground.*127\.0\.0\.1:\d+/).textContent();
  const [address = ""] = /127\.0\.0\.1:\d+/.exec(row ?? "") ?? [];
  const admin = new Kafka({ clientId: "my-service", brokers: [address], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();

  await workbench.row("Clusters", /^Clock.*: my-service is connected/).waitFor();
  await workbench.screenshot("playground-clock-foreign");
  await workbench.contextMenu(workbench.row("Clusters", /^Clock/), "Pause Clock");

  await workbench.toast(/cannot stand still while my-service/);
  await admin.disconnect();
  await workbench.row("Clusters", /^Clock(?!.*is connected)/).waitFor();
});
