import type { GroupModel } from "#model/model.ts";
import type { LaneRef } from "#webview/rebalances/contract.ts";

type History = NonNullable<GroupModel["rebalances"]>;

/** A member over time, as the model keeps it. */
type Lane = History["lanes"]["bySession"] extends ReadonlyMap<string, infer L> ? L : never;

/** A lane with how it is identified and called. */
export interface NamedLane {
  readonly ref: LaneRef;
  readonly name: string;
  readonly lane: Lane;
}

/**
 * One row of the chart: a member's lives, the oldest first. A client that leaves or is refused, and comes back, has a
 * new session or memberId each time, and is the same to whoever looks.
 */
export interface LaneRow {
  /** Of its first life: it stays when others follow. */
  readonly ref: LaneRef;
  readonly name: string;
  readonly clientId: string;
  readonly lives: readonly NamedLane[];
}

/** Lanes of one identity that follow each other share a row; those that overlap are different members. */
export function laneRows(
  lanes: readonly NamedLane[],
  identityOf: (named: NamedLane) => string | undefined,
): readonly LaneRow[] {
  const rows: { readonly identity: string | undefined; readonly lives: NamedLane[]; endAt: number }[] = [];
  for (const named of [...lanes].sort((a, b) => beginOf(a) - beginOf(b))) {
    const identity = identityOf(named);
    let row =
      identity === undefined
        ? undefined
        : rows.find((each) => each.identity === identity && each.endAt <= beginOf(named));
    if (!row) {
      row = { identity, lives: [], endAt: 0 };
      rows.push(row);
    }
    row.lives.push(named);
    row.endAt = named.lane.gone?.at ?? Number.POSITIVE_INFINITY;
  }
  return rows.flatMap(({ lives }) => {
    const [first] = lives;
    const last = lives.at(-1);
    return first && last ? [{ ref: first.ref, name: last.name, clientId: last.lane.clientId, lives }] : [];
  });
}

function beginOf({ lane }: NamedLane): number {
  return lane.segments[0]?.fromAt ?? 0;
}
