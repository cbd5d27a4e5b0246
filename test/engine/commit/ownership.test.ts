import { describe, expect, test } from "vitest";
import { Ownership } from "#engine/commit/ownership.ts";

const p0 = { topic: "orders", partition: 0 };
const p1 = { topic: "orders", partition: 1 };

describe("since when a partition has been ours without a break", () => {
  test.each([
    [
      "an eager member that had it in every generation",
      [
        [1, [p0], [p0]],
        [2, [p0], [p0]],
        [3, [p0], [p0]],
      ],
      1,
    ],
    [
      "an eager member that missed a generation",
      [
        [1, [p0], [p0]],
        [3, [p0], [p0]],
      ],
      3,
    ],
    [
      "an eager member that had something else in between",
      [
        [1, [p0], [p0]],
        [2, [p1], [p1]],
        [3, [p0], [p0]],
      ],
      3,
    ],
    [
      "a cooperative member that kept it, though it missed a generation",
      [
        [1, [p0], [p0]],
        [3, [p0], []],
      ],
      1,
    ],
    [
      "a cooperative member that got something else as well",
      [
        [1, [p0], [p0]],
        [2, [p0, p1], [p1]],
      ],
      1,
    ],
  ] as const)("%s", (_, generations, since) => {
    const ownership = new Ownership({ isKeptAcross: () => true });

    for (const [generationId, owned, added] of generations) ownership.begins(owned, added, generationId);

    expect(ownership.since(p0)).toBe(since);
  });

  test("KIP-848 hands partitions on within an epoch: what comes back is new", () => {
    const ownership = new Ownership({ isKeptAcross: () => false });
    ownership.begins([p0], [p0], 4);

    ownership.begins([p0], [p0], 5);

    expect(ownership.since(p0)).toBe(5);
  });

  test("what was lost is new when it comes back", () => {
    const ownership = new Ownership({ isKeptAcross: () => true });
    ownership.begins([p0], [p0], 4);

    ownership.lost();
    const meanwhile = ownership.since(p0);
    ownership.begins([p0], [p0], 5);

    expect(meanwhile).toBeUndefined();
    expect(ownership.since(p0)).toBe(5);
  });
});
