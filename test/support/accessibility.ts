import axe from "axe-core";
import type { Frame } from "playwright-core";

/** One broken rule of the axe scan, with the places that break it. */
export interface AccessibilityViolation {
  readonly rule: string;
  readonly help: string;
  readonly places: readonly string[];
}

/** Scans a webview's document; empty when it breaks no rule. */
export async function accessibilityViolations(frame: Frame): Promise<readonly AccessibilityViolation[]> {
  await frame.evaluate(axe.source);
  const { violations } = await frame.evaluate<axe.AxeResults>("axe.run(document)");
  return violations.map(({ id, help, nodes }) => ({
    rule: id,
    help,
    places: nodes.map((node) => node.html),
  }));
}
