import { Still } from "../page/still.tsx";
import { durationText } from "../page/timeText.ts";
import type { HoldLane, HoldMark } from "./contract.ts";
import { Mark } from "./mark.tsx";
import { markKey } from "./markKey.ts";
import { ClippedText, type Placed, placeOf } from "./placed.tsx";
import { spanOf } from "./timeScale.ts";

interface HoldProps extends Placed {
  readonly lane: HoldLane;
}

/** What a member held rebalances off with: records of polls, darker while a rebalance waits; and its callbacks. */
export function HoldMarks(props: HoldProps) {
  return props.lane.marks.map((mark) => (
    <Still
      key={markKey(mark.ref)}
      deps={[mark, props.lane.name, ...placeOf(props, mark.toMs === undefined)]}
      draw={() => drawHold(props, mark)}
    />
  ));
}

function drawHold({ scale, nowMs, height, lane }: HoldProps, mark: HoldMark) {
  const toMs = mark.toMs ?? nowMs;
  const span = spanOf(scale, mark.fromMs, toMs);
  if (!span) return null;
  const waits = mark.waitsFromMs === undefined ? undefined : spanOf(scale, mark.waitsFromMs, toMs);
  const kind = mark.ref.what === "gate" ? "gate" : "callback";
  const label = `${lane.name}: ${mark.text}, ${durationText(toMs - mark.fromMs)}. ${mark.detail}`;
  return (
    <Mark mark={mark.ref} label={label} className={`hold ${kind}`}>
      <rect x={span.x} y={0} width={Math.max(8, span.width)} height={height} class="hit" />
      <rect x={span.x} y={4} width={Math.max(3, span.width)} height={height - 8} />
      {waits && <rect x={waits.x} y={4} width={Math.max(3, waits.width)} height={height - 8} class="waits" />}
      <ClippedText x={span.x} width={span.width} height={height} text={mark.text} />
    </Mark>
  );
}
