import { Still } from "../page/still.tsx";
import { durationText, timeText } from "../page/timeText.ts";
import type {
  AssignedPartition,
  BufferLane,
  BufferPoint,
  CommitMark,
  FaultLane,
  FindingMark,
  GenerationBand,
  MemberLane,
  PhaseSegment,
} from "./contract.ts";
import { Mark } from "./mark.tsx";
import { markKey } from "./markKey.ts";
import { spanOf, type TimeScale, xOf } from "./timeScale.ts";

interface Placed {
  readonly scale: TimeScale;
  readonly nowMs: number;
  readonly height: number;
}

/** What the place of something is made of, as dependencies; the present counts only for what goes on. */
function placeOf({ scale, nowMs, height }: Placed, open: boolean): readonly unknown[] {
  const { range, widthPx } = scale;
  return [range.fromMs, range.toMs, widthPx, height, open ? nowMs : 0];
}

/** Text that never runs over the end of its segment. */
function ClippedText(props: {
  readonly x: number;
  readonly width: number;
  readonly height: number;
  readonly text: string;
}) {
  if (props.width < 14) return null;
  return (
    <svg x={props.x} y={0} width={props.width} height={props.height} aria-hidden="true">
      <text x={5} y={props.height / 2} dominant-baseline="central">
        {props.text}
      </text>
    </svg>
  );
}

/** Heads of the bands: `6 (cooperative-sticky)`, and the rebalance that led there. */
export function GenerationMarks(
  props: Placed & { readonly bands: readonly GenerationBand[]; readonly word: string },
) {
  const { scale, nowMs, height, word } = props;
  return props.bands.map((band) => {
    const span = spanOf(scale, band.fromMs, band.toMs ?? nowMs);
    if (!span) return null;
    const several = band.merged ? ` and ${band.merged - 1} more` : "";
    const head = `${band.generationId}${several}${band.assignor ? ` (${band.assignor})` : ""}`;
    const label = `${word} ${head} since ${timeText(band.fromMs)}. ${band.assignmentText}`;
    return (
      <Mark key={`${band.generationId} ${band.fromMs}`} mark={band.ref} label={label} className="generation">
        <rect x={span.x} y={2} width={Math.max(1, span.width - 1)} height={height - 4} rx={2} />
        <ClippedText x={span.x} width={span.width} height={height} text={head} />
      </Mark>
    );
  });
}

/** Phases of one member, where it ended, and what is wrong with it. */
export function MemberMarks(
  props: Placed & { readonly lane: MemberLane; readonly findings: readonly FindingMark[] },
) {
  const { scale, height, lane, findings } = props;
  const { gone, name, vantage } = lane;
  return (
    <>
      {lane.phases.map((phase) => (
        <Still
          key={phase.fromMs}
          deps={[phase, name, vantage, ...placeOf(props, phase.toMs === undefined)]}
          draw={() => drawPhase(props, phase)}
        />
      ))}
      {gone && spanOf(scale, gone.atMs, gone.atMs) && (
        <Mark
          mark={gone.ref}
          label={`${lane.name}: ${gone.text} at ${timeText(gone.atMs)}`}
          className={`gone ${gone.how}`}
        >
          <Cross x={xOf(scale, gone.atMs)} y={height / 2} />
        </Mark>
      )}
      {findings.map((finding) => {
        const x = Math.min(scale.widthPx - 8, Math.max(8, xOf(scale, finding.sinceMs)));
        return (
          <Mark
            key={finding.ref.findingId}
            mark={finding.ref}
            label={`${finding.severity}: ${finding.title}. ${finding.text}`}
            className={`finding ${finding.severity}`}
          >
            <path d={`M${x} 2l7 12h-14z`} />
            <path d={`M${x} 6v4m0 1.5v1`} class="sign" />
          </Mark>
        );
      })}
    </>
  );
}

function drawPhase({ scale, nowMs, height, lane }: Parameters<typeof MemberMarks>[0], phase: PhaseSegment) {
  const toMs = phase.toMs ?? nowMs;
  const span = spanOf(scale, phase.fromMs, toMs);
  if (!span) return null;
  const label = `${lane.name}: ${phase.text}, ${durationText(toMs - phase.fromMs)}. ${phase.detail}`;
  return (
    <Mark mark={phase.ref} label={label} className={`phase ${phase.phase} ${lane.vantage}`}>
      <rect x={span.x} y={5} width={span.width} height={height - 10} />
      <ClippedText x={span.x} width={span.width} height={height} text={phase.text} />
    </Mark>
  );
}

function Cross({ x, y }: { readonly x: number; readonly y: number }) {
  return (
    <>
      <rect x={x - 7} y={y - 9} width={14} height={18} class="hit" />
      <path d={`M${x - 5} ${y - 5}l10 10m0 -10l-10 10`} />
    </>
  );
}

const CHARACTER_PX = 7;
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
    const width = text.length * CHARACTER_PX + 6;
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
  return props.marks.map((mark) => (
    <Still
      key={markKey(mark.ref)}
      deps={[mark, props.name, ...placeOf(props, mark.toMs === undefined)]}
      draw={() => drawCommit(props, mark)}
    />
  ));
}

function drawCommit({ scale, nowMs, height, name }: Parameters<typeof CommitMarks>[0], mark: CommitMark) {
  const open = mark.toMs === undefined;
  const toMs = mark.toMs ?? nowMs;
  const span = spanOf(scale, mark.fromMs, toMs);
  if (!span) return null;
  const count = mark.count > 1 ? `${mark.count} commits` : "commit";
  const label = `${count} by ${name}: ${mark.text}, ${durationText(toMs - mark.fromMs)}${mark.hanging ? ", hanging" : ""}`;
  const tip = span.x + span.width;
  return (
    <Mark mark={mark.ref} label={label} className={`commit ${mark.state}${mark.hanging ? " hanging" : ""}`}>
      <rect x={span.x} y={4} width={Math.max(8, span.width)} height={height - 8} class="hit" />
      <rect x={span.x} y={5} width={Math.max(4, span.width)} height={height - 10} />
      {open && <path d={`M${tip} ${height / 2 - 7}l8 7l-8 7z`} />}
      <ClippedText x={span.x} width={span.width} height={height} text={mark.text} />
    </Mark>
  );
}

/** What was buffered: an area, paused records hatched within it, and a word where something happened. */
export function BufferMarks(props: Placed & { readonly lane: BufferLane }) {
  const { scale, lane } = props;
  const { name, maxRecords } = lane;
  return (
    <>
      {lane.points.map((point, index) => {
        const nextMs = lane.points[index + 1]?.atMs;
        return (
          <Still
            key={point.atMs}
            deps={[point, nextMs, name, maxRecords, ...placeOf(props, nextMs === undefined)]}
            draw={() => drawPoint(props, point, nextMs)}
          />
        );
      })}
      {lane.notes.map((note) => (
        <ClippedText
          key={`${note.atMs} ${note.text}`}
          x={xOf(scale, note.atMs)}
          width={160}
          height={12}
          text={note.text}
        />
      ))}
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
      <rect x={span.x} y={pausedTop} width={span.width} height={height - 2 - pausedTop} class="paused" />
    </Mark>
  );
}

/** When a fault was on. */
export function FaultMarks(props: Placed & { readonly lane: FaultLane }) {
  const { scale, nowMs, height, lane } = props;
  const label = `Fault ${lane.title}: hit ${lane.hits} times, holds ${lane.holding} now`;
  return (
    <Mark mark={lane.ref} label={label} className="fault">
      {lane.segments.map((segment) => {
        const span = spanOf(scale, segment.fromMs, segment.toMs ?? nowMs);
        if (!span) return null;
        return (
          <>
            <rect x={span.x} y={3} width={span.width} height={height - 6} />
            <ClippedText x={span.x} width={span.width} height={height} text={lane.title} />
          </>
        );
      })}
    </Mark>
  );
}
