import type { TimeScale } from "./timeScale.ts";

/** Where the marks of a row go. */
export interface Placed {
  readonly scale: TimeScale;
  readonly nowMs: number;
  readonly height: number;
}

/** What the place of something is made of, as dependencies; the present counts only for what goes on. */
export function placeOf({ scale, nowMs, height }: Placed, open: boolean): readonly unknown[] {
  const { range, widthPx } = scale;
  return [range.fromMs, range.toMs, widthPx, height, open ? nowMs : 0];
}

/** About what a character of a chart's text takes. */
export const CHARACTER_PX = 6.2;
const PADDING_PX = 5;
/** Fewer letters than this, and dots, say nothing. */
const LEAST_LETTERS = 3;

/** Text that never runs over the end of its segment; what has no room ends in dots, and is in the mark's name. */
export function ClippedText(props: {
  readonly x: number;
  readonly width: number;
  readonly height: number;
  readonly text: string;
  /** How far from the segment's start the text begins. */
  readonly indent?: number | undefined;
}) {
  const { x, width, height, indent = 0 } = props;
  const text = fitted(props.text, width - indent - 2 * PADDING_PX);
  if (text === "") return null;
  return (
    <svg x={x} y={0} width={width} height={height} aria-hidden="true">
      <text x={indent + PADDING_PX} y={height / 2} dominant-baseline="central">
        {text}
      </text>
    </svg>
  );
}

function fitted(text: string, roomPx: number): string {
  // A narrow letter more than the estimate allows still stands within the padding, or is clipped.
  const room = Math.floor((roomPx + PADDING_PX) / CHARACTER_PX);
  if (text.length <= room) return text;
  // Between words only: half a word is no part of the mark's name, which has to contain what is seen.
  const end = text.lastIndexOf(" ", room - 1);
  return end >= LEAST_LETTERS ? `${text.slice(0, end)}…` : "";
}
