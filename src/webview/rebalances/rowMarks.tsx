import { Fragment } from "preact";
import { Still } from "../page/still.tsx";
import { durationText, timeText } from "../page/timeText.ts";
import type {
  AssignedPartition,
  BufferLane,
  BufferPoint,
  CommitMark,
  FaultLane,
  GenerationBand,
} from "./contract.ts";
import { Mark } from "./mark.tsx";
import { markKey } from "./markKey.ts";
import { ClippedText, type Placed, placeOf } from "./placed.tsx";
import { spanOf, xOf } from "./timeScale.ts";

/** Heads of the bands: `6 (cooperative-sticky)`, and the rebalance that led there. */
export function GenerationMarks(
  props: Placed & { readonly bands: readonly GenerationBand[]; readonly word: string },
) {
  const { scale, nowMs, height, word } = props;
  return props.bands.map((band) => {
    const span = spanOf(scale, band.fromMs, band.toMs ?? nowMs);
    if (!span) return null;
    const several = band.merged ? ` and ${band.merged - 1} more` : "";
    const head = `${band.label}${several}`;
    const label = `${word} ${head} since ${timeText(band.fromMs)}. ${band.assignmentText}`;
    return (
      <Mark key={`${band.generationId} ${band.fromMs}`} mark={band.ref} label={label} className="generation">
        <rect x={span.x} y={2} width={Math.max(1, span.width - 1)} height={height - 4} rx={2} />
        <ClippedText x={span.x} width={span.width} height={height} text={head} />
      </Mark>
    );
  });
}

const CHIP_CHARACTER_PX = 7;
const CHIP_GAP_PX = 4;

/** Who has which partition, generation by generation: what moved carries its new owner, what nobody has a cross. */
export function AssignmentMarks(props: Placed & { readonly bands: readonly GenerationBand[] }) {
  const { scale, nowMs, height } = props;
  return props.bands.map((band) => {
    const span = spanOf(scale, band.fromMs, band.toMs ?? nowMs);
    if (!span) return null;
    const key = `${band.generationId} ${band.fromMs}`;
    const chips = placeChips(band.assignment ?? [], span.x + 2);
    const end = chips.at(-1);
    const fits = end !== undefined && end.x + end.width <= span.x + span.width;
    if (!fits)
      return (
        <ClippedText key={key} x={span.x} width={span.width} height={height} text={band.assignmentText} />
      );
    return chips.map((chip) => (
      <Mark
        key={`${key} ${chip.of.topic} ${chip.of.partition}`}
        mark={chip.of.ref}
        label={chipLabel(chip.of, chip.text)}
        className={`chip ${chip.of.change}`}
      >
        <rect x={chip.x} y={4} width={chip.width} height={height - 8} rx={2} />
        <text x={chip.x + chip.width / 2} y={height / 2} dominant-baseline="central" text-anchor="middle">
          {chip.text}
        </text>
      </Mark>
    ));
  });
}

function placeChips(assignment: readonly AssignedPartition[], fromX: number) {
  const severalTopics = new Set(assignment.map(({ topic }) => topic)).size > 1;
  let x = fromX;
  return assignment.map((of) => {
    const name = severalTopics ? `${of.topic}-${of.partition}` : String(of.partition);
    const text = chipText(of, name);
    const width = text.length * CHIP_CHARACTER_PX + 6;
    const chip = { of, text, x, width };
    x += width + CHIP_GAP_PX;
    return chip;
  });
}

function chipText(of: AssignedPartition, name: string): string {
  if (of.owner === null) return `${name} ✖`;
  return of.change === "moved" ? `${name}→${of.owner.name}` : name;
}

/** Begins with what stands on the chip, so that whoever speaks to the screen can say what they see. */
function chipLabel(
  { topic, partition, owner, change, previousOwner }: AssignedPartition,
  shown: string,
): string {
  const name = `${shown}: ${topic}-${partition}`;
  if (owner === null) return `${name}, nobody has it`;
  if (change === "moved")
    return `${name} moved${previousOwner ? ` from ${previousOwner.name}` : ""} to ${owner.name}`;
  return `${name} ${change === "kept" ? "kept by" : "assigned to"} ${owner.name}`;
}

/** Commits: a short one is a dot, a long one a bar with what it waits for. */
export function CommitMarks(
  props: Placed & { readonly name: string; readonly marks: readonly CommitMark[] },
) {
  return props.marks.map((mark, index) => {
    const nextMs = props.marks[index + 1]?.fromMs;
    return (
      <Still
        key={markKey(mark.ref)}
        deps={[mark, nextMs, props.name, ...placeOf(props, mark.toMs === undefined)]}
        draw={() => drawCommit(props, mark, nextMs)}
      />
    );
  });
}

function drawCommit(
  { scale, nowMs, height, name }: Parameters<typeof CommitMarks>[0],
  mark: CommitMark,
  nextMs: number | undefined,
) {
  const open = mark.toMs === undefined;
  const toMs = mark.toMs ?? nowMs;
  const span = spanOf(scale, mark.fromMs, toMs);
  if (!span) return null;
  const count = mark.count > 1 ? `${mark.count} commits` : "commit";
  const label = `${count} by ${name}: ${mark.text}, ${durationText(toMs - mark.fromMs)}${mark.hanging ? (open ? ", hanging" : ", hung") : ""}`;
  const tip = span.x + span.width;
  // Commits of one lane overlap, and the next one is drawn over this one's text.
  const end = nextMs === undefined ? tip : Math.min(tip, xOf(scale, nextMs));
  return (
    <Mark mark={mark.ref} label={label} className={`commit ${mark.state}${mark.hanging ? " hanging" : ""}`}>
      <rect x={span.x} y={4} width={Math.max(8, span.width)} height={height - 8} class="hit" />
      <rect x={span.x} y={5} width={Math.max(4, span.width)} height={height - 10} />
      {open && <path d={`M${tip} ${height / 2 - 7}l8 7l-8 7z`} />}
      <ClippedText x={span.x} width={Math.max(0, end - span.x)} height={height} text={mark.text} />
    </Mark>
  );
}

/** What was buffered: an area, paused records hatched within it, and a word where something happened. */
export function BufferMarks(props: Placed & { readonly lane: BufferLane }) {
  const { scale, lane } = props;
  const { name, maxRecords, endedMs } = lane;
  return (
    <>
      {lane.points.map((point, index) => {
        const nextMs = lane.points[index + 1]?.atMs ?? endedMs;
        return (
          <Still
            key={point.atMs}
            deps={[point, nextMs, name, maxRecords, ...placeOf(props, nextMs === undefined)]}
            draw={() => drawPoint(props, point, nextMs)}
          />
        );
      })}
      {lane.notes.map((note, index) => {
        const x = xOf(scale, note.atMs);
        const next = lane.notes[index + 1];
        const end = Math.min(scale.widthPx, next ? xOf(scale, next.atMs) : scale.widthPx);
        if (x < 0 || end <= x) return null;
        return (
          <ClippedText key={`${note.atMs} ${note.text}`} x={x} width={end - x} height={12} text={note.text} />
        );
      })}
    </>
  );
}

function drawPoint(
  { scale, nowMs, height, lane }: Parameters<typeof BufferMarks>[0],
  point: BufferPoint,
  nextMs: number | undefined,
) {
  const span = spanOf(scale, point.atMs, nextMs ?? nowMs);
  if (!span) return null;
  const yOf = (records: number) => height - 2 - (records / lane.maxRecords) * (height - 14);
  const top = yOf(point.records);
  const pausedTop = yOf(point.pausedRecords);
  const label = `${lane.name} had ${point.records} records buffered at ${timeText(point.atMs)}, ${point.pausedRecords} of them paused`;
  return (
    <Mark mark={point.ref} label={label} className="buffered">
      <rect x={span.x} y={0} width={span.width} height={height} class="hit" />
      <rect x={span.x} y={top} width={span.width} height={height - 2 - top} class="all" />
      <path d={`M${span.x} ${top}h${span.width}`} class="top" />
      <rect x={span.x} y={pausedTop} width={span.width} height={height - 2 - pausedTop} class="paused" />
    </Mark>
  );
}

/** When a fault was on. */
export function FaultMarks(props: Placed & { readonly lane: FaultLane }) {
  const { scale, nowMs, height, lane } = props;
  const spans = lane.segments.flatMap(({ fromMs, toMs }) => spanOf(scale, fromMs, toMs ?? nowMs) ?? []);
  // Nothing to see is nothing to focus: an arrow key brings the fault into view first.
  if (spans.length === 0) return null;
  const label = `Fault ${lane.title}: hit ${lane.hits} times, holds ${lane.holding} now`;
  return (
    <Mark mark={lane.ref} label={label} className="fault">
      {spans.map((span) => (
        <Fragment key={span.x}>
          <rect x={span.x} y={3} width={span.width} height={height - 6} />
          <ClippedText x={span.x} width={span.width} height={height} text={lane.title} />
        </Fragment>
      ))}
    </Mark>
  );
}
