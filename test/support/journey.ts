import { afterAll, beforeAll, beforeEach } from "vitest";
import { openWorkbench, type Workbench } from "./workbench.ts";

/**
 * One window for a file of tests, each of which goes on where the one before it stopped: opened before the first, with
 * the playground running, and closed after the last.
 */
export function startJourney(
  opened: (workbench: Workbench) => void,
  settings: Readonly<Record<string, unknown>> = {},
): void {
  let workbench: Workbench | undefined;

  beforeAll(async () => {
    workbench = await openWorkbench({
      settings: {
        "groupscope.playground.startOnOpen": true,
        "workbench.colorTheme": "Default Dark Modern",
        ...settings,
      },
    });
    opened(workbench);
  });

  beforeEach((context) => {
    // What the screen looked like says more than which locator did not match.
    context.onTestFailed(() => workbench?.screenshot(`failed-${context.task.name.slice(0, 30)}`));
  });

  afterAll(async () => {
    await workbench?.close();
  });
}
