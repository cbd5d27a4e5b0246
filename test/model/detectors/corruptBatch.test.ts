import { describe, expect, test } from "vitest";
import { detect } from "#model/detectors/detect.ts";
import { modelOf, position, rejected, seen, started } from "../observed.ts";
import { actions, only } from "./support/only.ts";

describe("a corrupt batch", () => {
  const batch = rejected({
    boundsReason: "the header agrees with the next batch",
    crcStored: 0x1a2b3c4d,
    crcComputed: 0x99f0e1aa,
    sizeInBytes: 1_182,
    compression: "zstd",
  });

  test("says that it was skipped before where the commit stayed in front of it", () => {
    const gap = {
      type: "fetch.gap",
      sessionId: "s1",
      topic: "orders",
      partition: 4,
      reason: "corruptBatch",
      fromOffset: 2_000n,
      toOffset: 2_010n,
    } as const;
    const again = { ...batch, sessionId: "s2" };
    const model = modelOf(
      seen(1, started()),
      seen(2, started({ sessionId: "s2", name: "B" })),
      seen(3, gap),
      seen(9, again),
    );

    const [finding] = only(model, "corruptBatch", 10);

    expect(finding?.detail).toBe("halted at 2,000; skipped before, not committed");
    expect(finding?.cause).toContain("skip it, and commit");
  });

  test("names its bounds, why it cannot be read, and where reading is safe again", () => {
    const [finding] = only(modelOf(seen(1, started()), seen(5, batch)), "corruptBatch", 10);

    expect(finding).toMatchObject({
      severity: "error",
      title: "orders-4: corrupt batch",
      detail: "halted at 2,000; 10 records cannot be read",
      since: 5,
    });
    expect(finding?.evidence).toContainEqual({ label: "CRC", value: "stored 1a2b3c4d, computed 99f0e1aa" });
    expect(finding?.evidence.map(({ label }) => label)).not.toContain("damage");
    expect(finding?.evidence).toContainEqual({ label: "next safe offset", value: "2,010" });
    expect(finding?.remedies.map(({ title }) => title)).toEqual(["Fetch again", "Skip to 2,010"]);
  });

  test("offers no skip where the header says nothing usable, and doubts it where it is doubtful", () => {
    const { lastOffset: _, nextSafeOffset: __, ...unknown } = batch;
    const [blind] = only(modelOf(seen(5, unknown)), "corruptBatch", 10);
    const [doubtful] = only(modelOf(seen(5, { ...batch, boundsTrusted: false })), "corruptBatch", 10);

    expect(actions(blind)).toEqual(["retryBatch", "seek"]);
    expect(blind?.detail).toBe("halted at 2,000; an unknown number of records cannot be read");
    expect(doubtful?.remedies[1]?.hint).toContain("10 records or more, as its header is in doubt");
  });

  test("that the broker itself reports says so, and why nothing is skipped", () => {
    const { lastOffset: _, nextSafeOffset: __, crcStored: ___, ...blind } = batch;
    const reported = { ...blind, cause: "reported", boundsTrusted: false, readFrom: 3 } as const;
    const toSkip = started({ corruptBatchPolicy: "skip" });

    const [halted] = only(modelOf(seen(1, toSkip), seen(5, reported)), "corruptBatch", 10);
    const asking = { ...reported, action: "retrying", attempt: 1, attempts: 3 } as const;
    const [retrying] = only(modelOf(seen(1, started()), seen(5, asking)), "corruptBatch", 10);

    expect(halted?.cause).toContain("The batch from 2,000 is damaged in the broker's own log.");
    expect(halted?.cause).toContain("nothing credible says where this one ends");
    expect(halted?.evidence).toContainEqual({ label: "read from", value: "node 3" });
    expect(actions(halted)).toEqual(["retryBatch", "seek"]);
    expect(retrying?.cause).toContain("asks for it again (1 of 3), of another replica where there is one");
  });

  test("is not also reported as a partition that cannot be read", () => {
    const errored = position(4, { state: "errored", error: { code: "CORRUPT_BATCH", message: "halted" } });

    expect(
      detect(modelOf(seen(1, started()), seen(4, errored), seen(5, batch)), 10).map(({ kind }) => kind),
    ).toEqual(["corruptBatch"]);
    expect(detect(modelOf(seen(1, started()), seen(4, errored)), 10).map(({ kind }) => kind)).toEqual([
      "partitionError",
    ]);
  });
});
