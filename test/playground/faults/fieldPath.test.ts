import { expect, test } from "vitest";
import { parseFieldPath, setField } from "#playground/faults/fieldPath.ts";

const message = () => ({
  errorCode: 0,
  name: "orders",
  isInternal: false,
  metadata: null,
  bytes: new Uint8Array(1),
  topics: [{ partitions: [{ offset: 1n }, { offset: 2n }] }, { partitions: [{ offset: 3n }] }],
});

test.each([
  ["errorCode", 7, 1, { errorCode: 7 }],
  ["errorCode", "7", 1, { errorCode: 7 }],
  ["errorCode", "x", 0, {}],
  ["errorCode", null, 0, {}],
  ["name", "", 1, { name: "" }],
  ["name", null, 1, { name: null }],
  ["isInternal", true, 1, { isInternal: true }],
  ["isInternal", 1, 0, {}],
  ["metadata", "m", 1, { metadata: "m" }],
  ["metadata", 5, 0, {}],
  ["bytes", null, 1, { bytes: null }],
  ["bytes", "x", 0, {}],
  ["constructor", "x", 0, {}],
  ["topics[1].partitions[0].offset", "9223372036854775807", 1, {}],
  ["topics[*].partitions[*].offset", -1, 3, {}],
  ["topics[*].partitions[*].offset", 1.5, 0, {}],
  ["topics[5].partitions", 1, 0, {}],
  ["topics.partitions", 1, 0, {}],
])("%s = %o changes %i places, in the type of the field", (path, value, places, changed) => {
  const target = message();
  const steps = parseFieldPath(path);

  const count = steps.ok ? setField(target, steps.value, value) : -1;

  expect(count).toBe(places);
  expect(target).toMatchObject(changed);
});

test("an offset is set as the offset it is", () => {
  const target = message();
  const steps = parseFieldPath("topics[0].partitions[1].offset");

  if (steps.ok) setField(target, steps.value, "9007199254740993");

  expect(target.topics[0]?.partitions).toEqual([{ offset: 1n }, { offset: 9007199254740993n }]);
});

test.each(["", "[0]", "a[", "a[x]", "a b", ".a"])("%o is no path", (text) => {
  expect(parseFieldPath(text).ok).toBe(false);
});
