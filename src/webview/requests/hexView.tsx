import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useSize } from "../page/useSize.ts";
import type { FieldRow, HexLine } from "./contract.ts";
import { lineBytesIn, splitLines } from "./hexLayout.ts";

/** Enough to measure a character by. */
const probe = "0".repeat(40);
/** On both sides of the lines. */
const paddingPx = 8;

interface HexProps {
  readonly label: string;
  readonly lines: readonly HexLine[];
  /** The field whose bytes are marked. */
  readonly marked: FieldRow | undefined;
  readonly keptBytes: number;
}

/** Bytes as hex and as text, with those of one field marked. */
export function HexView({ label, lines, marked, keptBytes }: HexProps) {
  const box = useRef<HTMLElement>(null);
  const ruler = useRef<HTMLSpanElement>(null);
  const { width } = useSize(box);
  const [characterPx, setCharacterPx] = useState(0);
  useLayoutEffect(() => {
    const measured = ruler.current?.getBoundingClientRect().width ?? 0;
    if (measured > 0) setCharacterPx(measured / probe.length);
  }, [width]);
  const lineBytes = lineBytesIn(width - paddingPx, characterPx);
  const first = lines[0]?.offset ?? 0;
  const line = marked === undefined ? undefined : Math.floor((marked.offset - first) / lineBytes);
  useEffect(() => {
    if (line !== undefined)
      box.current?.querySelector(`[data-line="${line}"]`)?.scrollIntoView({ block: "nearest" });
  }, [line, first, lineBytes]);
  const shown = lines.reduce((bytes, { text }) => bytes + text.length, 0);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section class="hex code" tabIndex={0} aria-label={label} ref={box}>
        <span class="ruler" aria-hidden="true" ref={ruler}>
          {probe}
        </span>
        {splitLines(lines, lineBytes).map((each, index) => (
          <Line key={each.offset} line={each} index={index} marked={marked} lineBytes={lineBytes} />
        ))}
      </section>
      {shown < keptBytes && (
        <p class="muted">
          {shown.toLocaleString()} of {keptBytes.toLocaleString()} bytes; choose a field to see others.
        </p>
      )}
    </>
  );
}

function Line(props: {
  readonly line: HexLine;
  readonly index: number;
  readonly marked: FieldRow | undefined;
  readonly lineBytes: number;
}) {
  const { line, index, marked, lineBytes } = props;
  const bytes = line.text.length;
  const from = marked ? clamp(marked.offset - line.offset, bytes) : bytes;
  const to = marked ? clamp(marked.offset + marked.length - line.offset, bytes) : bytes;
  const pairs = (start: number, end: number) =>
    (line.digits.slice(start * 2, end * 2).match(/../g) ?? []).map((pair) => `${pair} `).join("");
  return (
    <div class="hexLine" data-line={index}>
      <span class="muted">{line.offset.toString(16).padStart(8, "0")}</span>
      {"  "}
      {pairs(0, from)}
      {from < to && <mark>{pairs(from, to)}</mark>}
      {pairs(to, bytes)}
      {"   ".repeat(lineBytes - bytes)} {line.text.slice(0, from)}
      {from < to && <mark>{line.text.slice(from, to)}</mark>}
      {line.text.slice(to)}
    </div>
  );
}

function clamp(at: number, bytes: number): number {
  return Math.max(0, Math.min(bytes, at));
}
