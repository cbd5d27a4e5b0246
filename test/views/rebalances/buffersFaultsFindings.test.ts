import { describe, expect, test } from "vitest";
import { detect } from "#model/detectors/detect.ts";
import { byBroker, modelOf, position, rejected, seen } from "../../model/observed.ts";
import { detailOf, stateOf } from "./support/stateOf.ts";
import { story } from "./support/story.ts";

describe("buffer, faults, findings", () => {
  test("the buffer is drawn up to the present, with its pauses", () => {
    const buffer = (at: number, records: number, pausedRecords: number) =>
      seen(at, {
        type: "buffer.state",
        sessionId: "s1",
        topic: "orders",
        partition: 0,
        records,
        bytes: records * 10,
        batches: 1,
        pausedRecords,
        pausedBytes: 0,
      });
    const { bufferLanes } = stateOf(
      modelOf(
        ...story,
        buffer(50_000, 500, 0),
        seen(55_000, position(0, { paused: true })),
        buffer(55_000, 500, 500),
      ),
    );

    expect(bufferLanes[0]).toMatchObject({
      name: "A",
      maxRecords: 500,
      capRecords: 500,
      notes: [{ atMs: 55_000, text: "pause orders-0" }],
    });
    expect(
      bufferLanes[0]?.points.map(({ atMs, records, pausedRecords }) => [atMs, records, pausedRecords]),
    ).toEqual([
      [50_000, 500, 0],
      [55_000, 500, 500],
      [100_000, 500, 500],
    ]);
  });

  test("faults of this group, and of none in particular, have lanes for as long as they were on", () => {
    const fault = (at: number, faultId: string, groupId: string | undefined, enabled: boolean) =>
      seen(
        at,
        {
          type: "broker.fault",
          faultId,
          kind: "x",
          title: `fault ${faultId}`,
          enabled,
          removed: false,
          hits: 1,
          holding: 0,
          since: at,
          groupId,
        },
        byBroker,
      );
    const { faultLanes } = stateOf(
      modelOf(
        ...story,
        fault(20_000, "f1", "billing", true),
        fault(30_000, "f1", "billing", false),
        fault(50_000, "f2", undefined, true),
        fault(50_000, "f3", "audit", true),
      ),
    );

    expect(faultLanes.map(({ title, segments }) => [title, segments])).toEqual([
      ["fault f1", [{ fromMs: 20_000, toMs: 30_000 }]],
      ["fault f2", [{ fromMs: 50_000, toMs: undefined }]],
    ]);
  });

  test("a corrupt batch shows its first bytes with the names of the fields", () => {
    const batch = rejected({ bytesId: "b1" });
    const model = modelOf(...story, seen(50_000, batch));
    const [finding] = detect(model, 100_000).filter(({ kind }) => kind === "corruptBatch");
    const bytes = Uint8Array.from({ length: 2_000 }, (_, index) => index % 256);

    const detail = detailOf(
      model,
      { kind: "finding", findingId: finding?.id ?? "" },
      { bytesOf: (id) => (id === "b1" ? bytes : undefined) },
    );

    expect(detail?.bytes).toMatchObject({ totalBytes: 2_000, cut: true });
    expect(detail?.bytes?.lines[0]).toEqual({
      offset: 0,
      hex: "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
      ascii: "················",
      note: "baseOffset · length · leaderEpoch",
    });
    expect(detail?.remedies.map(({ action }) => action.kind)).toEqual([
      "retryBatch",
      "skipBatch",
      "saveBatch",
    ]);
  });
});
