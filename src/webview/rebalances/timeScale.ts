import type { TimeRange } from "./contract.ts";

/** The visible time and the pixels it is drawn on. */
export interface TimeScale {
  readonly range: TimeRange;
  readonly widthPx: number;
}

/** Where an instant lies, in pixels from the left end; outside of the width for instants outside of the range. */
export function xOf({ range, widthPx }: TimeScale, atMs: number): number {
  return ((atMs - range.fromMs) / (range.toMs - range.fromMs)) * widthPx;
}

/** The instant at a pixel. */
export function atX({ range, widthPx }: TimeScale, x: number): number {
  return range.fromMs + (x / widthPx) * (range.toMs - range.fromMs);
}

/** A stretch of the chart, in pixels. */
export interface Span {
  readonly x: number;
  readonly width: number;
}

const SMALLEST_PX = 2;

/**
 * A span of time cut to the visible range, at least two pixels wide so that short phases stay visible; undefined when
 * none of it is visible.
 */
export function spanOf(scale: TimeScale, fromMs: number, toMs: number): Span | undefined {
  if (toMs < scale.range.fromMs || fromMs > scale.range.toMs) return undefined;
  const left = Math.max(0, xOf(scale, fromMs));
  const right = Math.min(scale.widthPx, xOf(scale, toMs));
  return { x: left, width: Math.max(SMALLEST_PX, right - left) };
}

const MIN_RANGE_MS = 200;
const MAX_RANGE_MS = 24 * 60 * 60 * 1000;

/** The range made wider (`factor` over 1) or narrower around an instant that keeps its place. */
export function zoomed(range: TimeRange, factor: number, aroundMs: number): TimeRange {
  const length = range.toMs - range.fromMs;
  const wanted = Math.min(MAX_RANGE_MS, Math.max(MIN_RANGE_MS, length * factor));
  const share = (aroundMs - range.fromMs) / length;
  const fromMs = aroundMs - share * wanted;
  return { fromMs, toMs: fromMs + wanted };
}

/** The range moved: later for a positive time. */
export function panned(range: TimeRange, byMs: number): TimeRange {
  return { fromMs: range.fromMs + byMs, toMs: range.toMs + byMs };
}

const STEPS_MS = [
  100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000,
  3_600_000, 7_200_000, 21_600_000,
];
const LABEL_PX = 90;

/** Round instants to label, at least 90 pixels apart. */
export function ticksOf(scale: TimeScale): readonly number[] {
  const { range, widthPx } = scale;
  const perLabelMs = ((range.toMs - range.fromMs) / Math.max(1, widthPx)) * LABEL_PX;
  const stepMs = STEPS_MS.find((step) => step >= perLabelMs) ?? STEPS_MS[STEPS_MS.length - 1] ?? MAX_RANGE_MS;
  const first = Math.ceil(range.fromMs / stepMs) * stepMs;
  const count = Math.max(0, Math.floor((range.toMs - first) / stepMs) + 1);
  return Array.from({ length: Math.min(count, 200) }, (_, index) => first + index * stepMs);
}
