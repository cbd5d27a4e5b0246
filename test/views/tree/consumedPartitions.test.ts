import { describe, expect, test } from "vitest";
import type { ObservationBody } from "#trace/observation.ts";
import { modelOf, position, seen } from "../../model/observed.ts";
import { consumers, lines, rows } from "./support/rows.ts";
import { buffer, corrupt, session, sessionTarget } from "./support/session.ts";

describe("DEBUG CONSUMERS", () => {
  test("a partition says what a reset left behind and which replica it reads", () => {
    const reset: ObservationBody = {
      type: "fetch.positionReset",
      sessionId: "s1",
      topic: "orders",
      partition: 4,
      cause: "outOfRange",
      policy: "nearest",
      fromOffset: 1_880n,
      toOffset: 2_000n,
      lostRecords: 120n,
      lostFromOffset: 1_880n,
      lostToOffset: 2_000n,
    };
    const model = modelOf(
      ...session,
      seen(40, reset),
      seen(41, position(4, { position: 2_000n, readReplicaId: 3, leaderId: 1 })),
    );

    const [, node] = rows(model, consumers, sessionTarget);

    expect(node?.description).toMatch(/^reset to 2,000: 120 gone · buffered 380 .* read from node 3$/);
    expect(node?.icon?.codicon).toBe("warning");
  });

  test("a batch that is asked for again says which attempt is next, and offers nothing to decide", () => {
    const model = modelOf(...session, seen(40, { ...corrupt, action: "retrying", attempt: 2, attempts: 3 }));

    const [, node] = rows(model, consumers, sessionTarget);

    expect(node?.description).toMatch(/^corrupt at 2,000 · asking again \(2 of 3\)/);
    expect(node?.contextValue).toBe("sessionPartition group running retrying");
  });

  test("its partitions say their state first", () => {
    const nodes = rows(modelOf(...session), consumers, sessionTarget);

    expect(lines(nodes)).toEqual([
      "orders-3  paused · buffered 120 · 1,044 arrived since the pause · lag 1,188 · position 120 · fetched to 240 · committed 96 · end 1,284 · 15 KB buffered",
      "orders-4  buffered 380 · lag – · position 2,000 · fetched to 2,000 · committed – · end 2,020 · 46 KB buffered",
    ]);
    expect(nodes.map(({ contextValue }) => contextValue)).toEqual([
      "sessionPartition group paused fetching",
      "sessionPartition group running fetching",
    ]);
  });

  test("a corrupt batch stands on its partition with its bounds and the next safe offset", () => {
    const model = modelOf(...session, seen(40, corrupt));

    const [, node] = rows(model, consumers, sessionTarget);

    expect(node).toMatchObject({
      description:
        "corrupt at 2,000 · fails CRC · next safe 2,010 · buffered 380 · batch 2,000–2,009 · read at 00:00:00.0 UTC",
      contextValue: "sessionPartition group running corrupt skippable",
      icon: { codicon: "error" },
    });
    expect(rows(model, consumers)[0]?.contextValue).toBe(
      "session group member hold partlyPaused corrupt waiting",
    );
  });

  test("a lag that is left where nothing is left to read says what it counts from", () => {
    const model = modelOf(
      ...session.slice(0, 4),
      seen(
        20,
        position(0, { position: 402n, fetchPosition: 402n, committedOffset: 22n, highWatermark: 402n }),
      ),
    );

    const [node] = rows(model, consumers, sessionTarget);

    expect(node?.description).toContain("lag 380 until you commit · at end · position 402");
    expect(node?.tooltip).toContain("lag \\(from the committed offset\\)");
  });

  test("a partition at its end says so after its numbers, which keep their place", () => {
    const model = modelOf(
      ...session.slice(0, 4),
      seen(20, position(0, { position: 22n, fetchPosition: 22n, committedOffset: 22n, highWatermark: 22n })),
      seen(20, position(1, { position: 22n, fetchPosition: 30n, committedOffset: 22n, highWatermark: 30n })),
      buffer(1, 8),
    );

    expect(lines(rows(model, consumers, sessionTarget))).toEqual([
      "orders-0  buffered 0 · lag 0 · at end · position 22 · fetched to 22 · committed 22 · end 22",
      "orders-1  buffered 8 · lag 8 · position 22 · fetched to 30 · committed 22 · end 30 · 976 B buffered",
    ]);
  });
});
