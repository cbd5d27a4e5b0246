import { expect, test } from "vitest";
import { stoppingText } from "#vscode/flows/stoppingWords.ts";

test("a playground of which nothing is lost can be stopped without a question", () => {
  expect(stoppingText({ debugConsumers: 0, groups: 0, records: 0 })).toBeUndefined();
});

test.each([
  [{ debugConsumers: 0, groups: 2, records: 8_268 }, /^8,268 records and 2 groups .* will be gone/],
  [{ debugConsumers: 0, groups: 0, records: 1 }, /^1 record will be gone/],
  [{ debugConsumers: 1, groups: 0, records: 0 }, /^1 debug consumer on it leaves and stops\.$/],
  [{ debugConsumers: 2, groups: 1, records: 5 }, /gone.* 2 debug consumers on it leave and stop\.$/],
])("before a playground stops it is said what is lost: %o", (loss, says) => {
  expect(stoppingText(loss)).toMatch(says);
});
