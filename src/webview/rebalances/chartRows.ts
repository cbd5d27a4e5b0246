import type {
  BufferLane,
  CommitLane,
  FaultLane,
  FindingMark,
  GenerationBand,
  HoldLane,
  MarkRef,
  MemberLane,
  RebalancesState,
  TimeRange,
} from "./contract.ts";
import { laneKey } from "./markKey.ts";

/** One row of the chart, from top to bottom. */
export type ChartRow = { readonly key: string; readonly height: number; readonly label: string } & (
  | { readonly kind: "generations"; readonly bands: readonly GenerationBand[] }
  | { readonly kind: "member"; readonly lane: MemberLane; readonly findings: readonly FindingMark[] }
  | { readonly kind: "assignments"; readonly bands: readonly GenerationBand[] }
  | { readonly kind: "hold"; readonly lane: HoldLane }
  | { readonly kind: "commits"; readonly lane: CommitLane }
  | { readonly kind: "buffer"; readonly lane: BufferLane }
  | { readonly kind: "fault"; readonly lane: FaultLane }
);

/** The rows of a snapshot; what has nothing in the visible range takes no room. */
export function chartRows(state: RebalancesState, visible: TimeRange): readonly ChartRow[] {
  const rows: ChartRow[] = [];
  if (state.generations.length > 0) {
    rows.push({
      kind: "generations",
      key: "generations",
      height: 24,
      label: state.generationWord,
      bands: state.generations,
    });
  }
  rows.push(...memberRows(state, visible));
  if (state.generations.some(({ assignmentText }) => assignmentText !== "")) {
    rows.push({
      kind: "assignments",
      key: "assignments",
      height: 24,
      label: "partitions",
      bands: state.generations,
    });
  }
  for (const lane of state.commitLanes) {
    if (!lane.marks.some((mark) => isSeen(visible, mark))) continue;
    rows.push({
      kind: "commits",
      key: `commits ${laneKey(lane.ref.lane)}`,
      height: 24,
      label: `commits ${lane.name}`,
      lane,
    });
  }
  for (const lane of state.bufferLanes) {
    const fromMs = lane.points[0]?.atMs;
    if (fromMs === undefined || !isSeen(visible, { fromMs, toMs: lane.endedMs })) continue;
    rows.push({
      kind: "buffer",
      key: `buffer ${lane.sessionId}`,
      height: 40,
      label: `buffer ${lane.name}`,
      lane,
    });
  }
  for (const lane of state.faultLanes) {
    if (!lane.segments.some((segment) => isSeen(visible, segment))) continue;
    rows.push({ kind: "fault", key: `fault ${lane.ref.faultId}`, height: 22, label: lane.title, lane });
  }
  return rows;
}

/** A row per member, and below it what it held its group up with. */
function memberRows(state: RebalancesState, visible: TimeRange): readonly ChartRow[] {
  const rows: ChartRow[] = [];
  for (const lane of state.lanes.filter((each) => isMemberSeen(visible, each))) {
    const key = laneKey(lane.ref.lane);
    const findings = state.findings.filter(
      (finding) => finding.lane !== null && laneKey(finding.lane) === key,
    );
    rows.push({ kind: "member", key: `member ${key}`, height: 28, label: lane.name, lane, findings });
    const hold = state.holdLanes.find((each) => laneKey(each.ref.lane) === key);
    if (hold?.marks.some((mark) => isSeen(visible, mark))) {
      rows.push({
        kind: "hold",
        key: `hold ${key}`,
        height: 24,
        label: `processing ${lane.name}`,
        lane: hold,
      });
    }
  }
  return rows;
}

function isMemberSeen(visible: TimeRange, { phases, gone }: MemberLane): boolean {
  return (
    phases.some((phase) => isSeen(visible, phase)) ||
    gone.some(({ atMs }) => isSeen(visible, { fromMs: atMs, toMs: atMs }))
  );
}

/** What goes on is seen even where its begin is out of view. */
function isSeen(
  visible: TimeRange,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs?: number | undefined },
): boolean {
  return fromMs <= visible.toMs && (toMs === undefined || toMs >= visible.fromMs);
}

/** Whether something of the row goes on until now, and grows with it. */
export function isOpen(row: ChartRow): boolean {
  switch (row.kind) {
    case "generations":
    case "assignments":
      return row.bands.some(({ toMs }) => toMs === undefined);
    case "member":
      return row.lane.phases.some(({ toMs }) => toMs === undefined);
    case "hold":
    case "commits":
      return row.lane.marks.some(({ toMs }) => toMs === undefined);
    case "buffer":
      return row.lane.endedMs === undefined;
    case "fault":
      return row.lane.segments.some(({ toMs }) => toMs === undefined);
  }
}

/** A mark with when it is: what the arrow keys step through. */
export interface TimedMark {
  readonly ref: MarkRef;
  readonly atMs: number;
}

/** The marks of a row in order of time. */
export function marksOf(row: ChartRow): readonly TimedMark[] {
  switch (row.kind) {
    case "generations":
      return row.bands.map(({ ref, fromMs }) => ({ ref, atMs: fromMs }));
    case "member":
      return [
        ...row.lane.phases.map(({ ref, fromMs }) => ({ ref, atMs: fromMs })),
        ...row.lane.gone.map(({ ref, atMs }) => ({ ref, atMs })),
        ...row.findings.map(({ ref, sinceMs }) => ({ ref, atMs: sinceMs })),
      ].sort((a, b) => a.atMs - b.atMs);
    case "assignments":
      return row.bands.flatMap(({ assignment, fromMs }) =>
        (assignment ?? []).map(({ ref }) => ({ ref, atMs: fromMs })),
      );
    case "hold":
    case "commits":
      return row.lane.marks.map(({ ref, fromMs }) => ({ ref, atMs: fromMs }));
    case "buffer":
      return row.lane.points.map(({ ref, atMs }) => ({ ref, atMs }));
    case "fault": {
      const first = row.lane.segments[0];
      return first ? [{ ref: row.lane.ref, atMs: first.fromMs }] : [];
    }
  }
}
