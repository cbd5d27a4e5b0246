import type { GroupModel } from "./model.ts";

type History = NonNullable<GroupModel["rebalances"]>;
type Lane = History["lanes"]["byMember"] extends ReadonlyMap<string, infer L> ? L : never;
type Generation = History["generations"]["list"][number];

/** One client in a group, whatever member ids it was given: told apart by static or client id, and by its host. */
export interface Comer {
  /** All it had of late, the newest last. */
  readonly memberIds: readonly string[];
  readonly said: string;
  /** When it came in and went out of late, oldest first. */
  readonly moves: readonly Move[];
  readonly arrivals: number;
}

export interface Move {
  readonly at: number;
  readonly what: "joined" | "left" | "evicted" | "fenced" | "ended" | "disappeared";
  readonly reason: string | undefined;
}

/** How a group's generations and members came and went since some moment. */
export interface Churn {
  readonly generations: readonly Generation[];
  /** Every coming and going of members. */
  readonly moves: number;
  /** Who came in more often than members that are replaced one by one do; most often first. */
  readonly restless: readonly Comer[];
  /** The longest that a generation was at rest, in milliseconds. */
  readonly longestCalmMs: number;
}

/** From how many on a member's arrivals are no restart. */
const manyArrivals = 3;

export function churnSince(history: History, fromAt: number): Churn {
  const generations = history.generations.list.filter((generation) => generation.fromAt >= fromAt);
  const byClient = new Map<string, Lane[]>();
  for (const lane of history.lanes.byMember.values()) {
    if ((lane.gone?.at ?? Number.POSITIVE_INFINITY) < fromAt) continue;
    const key = JSON.stringify([lane.groupInstanceId ?? lane.clientId, lane.host]);
    byClient.set(key, [...(byClient.get(key) ?? []), lane]);
  }
  // Who was there when observation began did not come then.
  const after = Math.max(fromAt, history.firstAt + 1);
  const comers = [...byClient.values()].map((lanes) => comerOf(lanes, after));
  return {
    generations,
    moves: comers.reduce((sum, { moves }) => sum + moves.length, 0),
    restless: comers
      .filter(({ arrivals, present }) => arrivals >= manyArrivals && arrivals > 2 * present)
      .sort((a, b) => b.arrivals - a.arrivals),
    longestCalmMs: longestCalm(generations),
  };
}

function comerOf(lanes: readonly Lane[], after: number): Comer & { readonly present: number } {
  const moves = lanes.flatMap(movesOf).filter(({ at }) => at >= after);
  return {
    memberIds: lanes.flatMap(({ memberIds }) => memberIds),
    said: lanes.at(-1)?.groupInstanceId ?? lanes.at(-1)?.clientId ?? "",
    moves: moves.sort((a, b) => a.at - b.at),
    arrivals: moves.filter(({ what }) => what === "joined").length,
    // Several processes of one host may have the same client id: each of them comes in once when all are replaced.
    present: lanes.filter(({ gone }) => gone === undefined).length,
  };
}

function movesOf({ segments, gone, vantage }: Lane): readonly Move[] {
  const moves: Move[] = [];
  let before: number | undefined;
  for (const { fromAt, toAt } of segments) {
    const isFirst = before === undefined;
    // What a sample did not see for a while may have been there all the time.
    const isBack = before !== undefined && before < fromAt && vantage === "broker";
    if (isBack) moves.push({ at: before ?? fromAt, what: "disappeared", reason: undefined });
    if (isFirst || isBack) moves.push({ at: fromAt, what: "joined", reason: undefined });
    before = toAt;
  }
  if (gone) moves.push({ at: gone.at, what: gone.how, reason: gone.reason });
  return moves;
}

function longestCalm(generations: readonly Generation[]): number {
  let longest = 0;
  for (const [index, { fromAt, rebalance }] of generations.entries()) {
    const next = generations[index + 1];
    if (!next) continue;
    const calmFrom = rebalance?.toAt ?? fromAt;
    longest = Math.max(longest, (next.rebalance?.fromAt ?? next.fromAt) - calmFrom);
  }
  return longest;
}
