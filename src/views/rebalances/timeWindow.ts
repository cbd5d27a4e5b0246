import type { GroupModel } from "#model/model.ts";
import type { TimeRange } from "#webview/rebalances/contract.ts";
import type { RebalancesInput } from "./input.ts";

const defaultSpanMs = 60_000;
const minSpanMs = 100;
const defaultWidthPx = 1_000;

/** From the first to the last thing known of the group. */
export function extentOf({ reach, now }: RebalancesInput, group: GroupModel | undefined): TimeRange {
  const from = Math.min(group?.rebalances?.firstAt ?? now, reach?.fromAt ?? now);
  return { fromMs: Math.min(from, now - minSpanMs), toMs: now };
}

/** Where the slider can go. */
export function momentsOf({ reach }: RebalancesInput): TimeRange | null {
  return reach && reach.toAt > reach.fromAt ? { fromMs: reach.fromAt, toMs: reach.toAt } : null;
}

/** What is visible: as the page told, moved along with the present while it follows; at first the last minute. */
export function viewportOf(input: RebalancesInput): TimeRange & { readonly widthPx: number } {
  const { viewport, now } = input;
  const span = Math.max(minSpanMs, viewport ? viewport.toMs - viewport.fromMs : defaultSpanMs);
  const widthPx = Math.min(10_000, Math.max(100, viewport?.widthPx ?? defaultWidthPx));
  if (viewport && !input.following) return { fromMs: viewport.fromMs, toMs: viewport.fromMs + span, widthPx };
  return { fromMs: now - span, toMs: now, widthPx };
}

/** A little more than is visible, so that panning does not show an empty edge. */
export function widened(viewport: TimeRange): TimeRange {
  const margin = (viewport.toMs - viewport.fromMs) / 10;
  return { fromMs: viewport.fromMs - margin, toMs: viewport.toMs + margin };
}

/** Whether a stretch of time is seen at all. */
export function overlaps(
  range: TimeRange,
  stretch: { readonly fromAt: number; readonly toAt?: number | undefined },
): boolean {
  return stretch.fromAt <= range.toMs && (stretch.toAt === undefined || stretch.toAt >= range.fromMs);
}
