import { expect, test } from "vitest";
import { findLostRecords } from "#model/detectors/recordsLost.ts";
import type { PositionReset } from "#trace/observations/fetch.ts";
import { clusterOf, modelOf, position, seen, started } from "../observed.ts";

const reset = (rest: Partial<PositionReset> = {}): PositionReset => ({
  type: "fetch.positionReset",
  sessionId: "s1",
  topic: "orders",
  partition: 3,
  cause: "outOfRange",
  policy: "nearest",
  fromOffset: 120n,
  toOffset: 240n,
  lostRecords: 120n,
  lostFromOffset: 120n,
  lostToOffset: 240n,
  ...rest,
});

const after = (...resets: readonly PositionReset[]) =>
  clusterOf(
    modelOf(
      seen(500, started()),
      seen(600, position(3, { position: 240n })),
      ...resets.map((each, index) => seen(1_000 + index, each)),
    ),
  );

test("what retention took is named with its range, and the way on", () => {
  const [finding] = findLostRecords(after(reset()));

  expect(finding).toMatchObject({
    title: "orders-3: 120 offsets gone",
    detail: "the log no longer had its position; A went on at 240",
  });
  expect(finding?.evidence).toContainEqual({ label: "gone", value: "offsets 120–239 (120)" });
  expect(finding?.remedies.map(({ action }) => action.kind)).toEqual(["seek"]);
});

test("a truncation says how much of it had been delivered", () => {
  const [finding] = findLostRecords(after(reset({ cause: "truncation", deliveredRecords: 7n })));

  expect(finding?.detail).toMatch(/^the log was cut off/);
  expect(finding?.evidence).toContainEqual({ label: "of which delivered before", value: "7" });
});

test("what a policy leaves out although it exists is said as such", () => {
  const [finding] = findLostRecords(
    after(reset({ lostRecords: undefined, skippedRecords: 40n, policy: "end" })),
  );

  expect(finding?.title).toBe("orders-3: 40 offsets left out");
});

test.each<[string, readonly PositionReset[]]>([
  ["nothing was committed", [reset({ cause: "noCommittedOffset" })]],
  ["nothing was lost", [reset({ lostRecords: 0n })]],
  ["a later reset lost nothing", [reset(), reset({ lostRecords: undefined })]],
])("it is no finding when %s", (_when, resets) => {
  expect(findLostRecords(after(...resets))).toEqual([]);
});
