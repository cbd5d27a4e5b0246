import { countText, durationText } from "#model/words.ts";

const figureSpace = "\u2007";

/** An offset or a count; unknown is –, never 0. */
export function numberText(value: bigint | number | undefined): string {
  return value === undefined ? "–" : countText(value);
}

/** A number that keeps its place among its siblings: native trees are proportional, and a figure space is one digit wide. */
export function padded(value: bigint | number | undefined, width: number): string {
  return numberText(value).padStart(width, figureSpace);
}

/** Instead of a lag that cannot be: it would be measured from the committed offset. */
export const nothingCommittedText = "nothing committed";

/** The same where there is room to say why. */
export const noLagText = "none: nothing is committed, and lag is measured from there";

/** `lag 284`, `lag –` when it is not known, or why there is none. */
export function lagText({
  known,
  nothingCommitted,
}: {
  readonly known: bigint | undefined;
  readonly nothingCommitted: boolean;
}): string {
  return nothingCommitted ? nothingCommittedText : `lag ${numberText(known)}`;
}

/** How wide a column of numbers is. */
export function columnWidth(values: Iterable<bigint | number | undefined>): number {
  let width = 1;
  for (const value of values) width = Math.max(width, numberText(value).length);
  return width;
}

/** The parts of a description that say something. */
export function joined(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => typeof part === "string" && part !== "").join(" · ");
}

/** ` 4.2 s` after a state; nothing within its first second, as a state that passes at once must not flicker. */
export function lasting(ms: number): string {
  return ms < 1_000 ? "" : ` ${durationText(ms)}`;
}
