import { test } from "vitest";
import { startJourney } from "#test/support/journey.ts";
import type { Workbench } from "#test/support/workbench.ts";

/** What a pause does and does not do, as it is explained to whoever paused and expected the records to be gone. */
let workbench: Workbench;

startJourney((opened) => (workbench = opened));

test("records that arrive in a paused partition are explained in Findings, with the two numbers of the buffer", async () => {
  await workbench.openContainer("Groupscope");
  await workbench.dragSideBar(690);
  await workbench.expand(workbench.row("Clusters", "Groups"));
  await workbench.contextMenu(workbench.row("Clusters", "billing"), /Start Debug Consumer/);
  await workbench.asked("Enter starts it");
  await workbench.page.keyboard.press("Enter");
  await workbench.row("Debug Consumers", /A.*buffered [1-9]/).waitFor();

  await workbench.rowAction(workbench.row("Debug Consumers", "orders-4"), "Pause");

  const finding = workbench.row(
    "Findings",
    /A: orders-4 is paused.*arrived meanwhile; the position stays at/,
  );
  await finding.waitFor();
  await workbench.expand(finding);
  await workbench.row("Findings", /A does not deliver orders-4 until it is resumed/).waitFor();
  await workbench.row("Findings", /^buffered.*of which paused [1-9]/).waitFor();
  await workbench.screenshot("paused-finding");
});

test("its remedies skip with a preview, and resume", async () => {
  const finding = workbench.row("Findings", /A: orders-4 is paused/);
  const [, before] = /position stays at ([\d,]+)/.exec((await finding.textContent()) ?? "") ?? [];
  await finding.click();
  await workbench.screenshot("paused-remedies");
  await workbench.pick("Skip to the end…");
  await workbench.asked("How? Enter moves the position");
  await workbench.screenshot("paused-preview");
  await workbench.pick("Move the position");
  await workbench.page.getByText(/Skipped orders-4 to/).waitFor();

  // It is over with that, and another one as soon as more arrives.
  await workbench.row("Findings", new RegExp(`position stays at (?!${before}\\b)`)).waitFor();
  await finding.click();
  await workbench.pick("Skip by discarding…");
  await workbench.asked("How? Enter consumes and discards");
  await workbench.page.keyboard.press("Escape");

  await finding.click();
  await workbench.pick(/^Resume/);
  await workbench.view("Findings").getByText("Nothing is wrong").waitFor();
  await workbench.row("Debug Consumers", /orders-4.*paused/).waitFor({ state: "detached" });
});
