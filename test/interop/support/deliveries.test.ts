import { expect, test } from "vitest";
import { type DeliveryEvent, deliveryFaults } from "./deliveries.ts";

const p = "orders-0";
const reads = (...offsets: readonly number[]): readonly DeliveryEvent[] =>
  offsets.map((offset) => ({ type: "record", partition: p, offset: BigInt(offset) }));
const commits = (to: number, isDone = true): DeliveryEvent => ({
  type: "commit",
  isDone,
  offsets: new Map([[p, BigInt(to)]]),
});
const none = { missing: [], unknown: [], duplicates: [] };

test.each<[string, readonly (readonly DeliveryEvent[])[], Partial<typeof none> | object]>([
  ["everything once", [[...reads(0, 1), commits(2)], reads(2, 3)], {}],
  ["a record that nobody was delivered", [reads(0, 1), reads(3)], { missing: ["orders-0@2"] }],
  [
    "a lost record, behind one that is not in the log",
    [reads(0, 1, 3, 4)],
    { missing: ["orders-0@2"], unknown: ["orders-0@4"] },
  ],
  [
    "a committed record that comes again",
    [[...reads(0, 1, 2, 3), commits(4)], reads(3)],
    { duplicates: ["orders-0@3"] },
  ],
  ["one that was never committed", [reads(0, 1, 2, 3), reads(3)], { duplicates: ["orders-0@3"] }],
  ["a record whose commit failed", [[...reads(0, 1, 2), commits(3, false)], reads(2, 3)], {}],
  [
    "one that was committed before another one's commit failed",
    [[...reads(0, 1), commits(2), ...reads(2), commits(3, false)], reads(1, 2, 3)],
    { duplicates: ["orders-0@1"] },
  ],
  [
    "one behind the commit that failed",
    [[...reads(0), commits(1, false), ...reads(1, 2, 3)], reads(0, 1)],
    { duplicates: ["orders-0@1"] },
  ],
  [
    "one whose commit went through at last",
    [[...reads(0), commits(1, false), commits(1), ...reads(1, 2, 3)], reads(1)],
    { duplicates: ["orders-0@1"] },
  ],
])("of a log of four: %s", (_, readers, faults) => {
  expect(deliveryFaults(readers, new Map([[p, 4n]]))).toEqual({ ...none, ...faults });
});
