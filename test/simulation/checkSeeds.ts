import { expect, test } from "vitest";
import { shrink } from "./shrink.ts";
import { simulateWithoutStacks } from "./simulate.ts";

/** Few enough that a failure is near its cause, many enough that the report stays short. */
const perTest = 20;

/** Many seeds that never meet one of these would prove nothing about it. */
const mustBeMet = [
  "assigned by cooperative-sticky",
  "assigned by range",
  "batch halted",
  "batch skipped",
  "batch resolved skipped",
  "buffer lost",
  "buffer revoked",
  "buffer seeked",
  "buffered while paused",
  "commit answered late",
  "commit blocked by coordinatorUnknown",
  "commit blocked by earlierCommit",
  "commit blocked by joinInFlight",
  "commit blocked by notJoined",
  "commit blocked by syncInFlight",
  "commit cancelled",
  "commit committed",
  "commit deadlinePassed",
  "commit failed",
  "commit released",
  "callback assigned",
  "callback lost",
  "callback revoked",
  "damage crc",
  "damage decompression",
  "damage recordLayout",
  "damage reported",
  "fault repeat",
  "gap corruptBatch",
  "gap userSkip",
  "gate waited for",
  "gate waited for by on-assigned",
  "lost",
  "marker delivered",
  "member evicted",
  "member fenced",
  "member left",
  "partition errored",
  "protocol classic",
  "protocol consumer",
  "read from a replica",
  "reset topicRecreated",
  "reset truncation",
  "session failed",
  "static member away",
  "subscribed by pattern",
  "trouble addNode",
  "trouble moveCoordinator",
  "trouble moveLeader",
  "trouble moveTransactionCoordinator",
  "trouble startNode",
  "trouble stopNode",
];

/** One test for every few seeds: each must run to its end without breaking a rule. */
export function checkSeeds(from: number, count: number): void {
  const met = new Set<string>();
  const firsts = Array.from({ length: Math.ceil(count / perTest) }, (_, index) => from + index * perTest);
  test.each(firsts.map((first) => ({ first, last: Math.min(first + perTest, from + count) - 1 })))(
    "seeds $first to $last hold every rule",
    async ({ first, last }) => {
      const failures: string[] = [];
      for (let seed = first; seed <= last; seed++) {
        const outcome = await simulateWithoutStacks(seed);
        for (const what of outcome.met) met.add(what);
        if (outcome.failure) failures.push((await shrink(outcome))?.failure.report ?? outcome.failure.report);
      }

      expect(failures.join("\n\n")).toBe("");
    },
  );

  test("together they met everything that is worth meeting", () => {
    const missing = mustBeMet.filter((what) => !met.has(what));

    expect(missing).toEqual([]);
  });
}
