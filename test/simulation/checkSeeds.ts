import { expect, test } from "vitest";
import { simulate } from "./simulate.ts";

/** Few enough that a failure is near its cause, many enough that the report stays short. */
const perTest = 20;

/** One test for every few seeds: each must run to its end without breaking a rule. */
export function checkSeeds(from: number, count: number): void {
  const firsts = Array.from({ length: Math.ceil(count / perTest) }, (_, index) => from + index * perTest);
  test.each(firsts.map((first) => ({ first, last: Math.min(first + perTest, from + count) - 1 })))(
    "seeds $first to $last hold every rule",
    async ({ first, last }) => {
      const failures: string[] = [];
      let deliveries = 0;
      for (let seed = first; seed <= last; seed++) {
        const outcome = await simulate(seed);
        deliveries += outcome.deliveries;
        if (outcome.failure !== undefined) failures.push(outcome.failure);
      }

      expect(failures.join("\n\n")).toBe("");
      expect(deliveries).toBeGreaterThan(0);
    },
  );
}
