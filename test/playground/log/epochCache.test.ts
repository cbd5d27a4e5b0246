import { describe, expect, test } from "vitest";
import { EpochCache } from "#playground/log/epochCache.ts";

/** Epoch 0 wrote 0 to 9, epoch 2 wrote 10 to 19, epoch 5 writes from 20 on. */
function threeEpochs(): EpochCache {
  const cache = new EpochCache();
  cache.begin(2, 10n);
  cache.begin(5, 20n);
  return cache;
}

describe("the end of an epoch", () => {
  test.each([
    [5, { epoch: 5, endOffset: 33n }],
    [4, { epoch: 2, endOffset: 20n }],
    [2, { epoch: 2, endOffset: 20n }],
    [1, { epoch: 0, endOffset: 10n }],
    [0, { epoch: 0, endOffset: 10n }],
    [6, undefined],
  ])("for epoch %i is %o", (epoch, end) => {
    expect(threeEpochs().endOf(epoch, 33n)).toEqual(end);
  });

  test("before the first epoch that is known is where that one begins", () => {
    const cache = threeEpochs();
    cache.startAt(12n);

    const end = cache.endOf(1, 33n);

    expect(end).toEqual({ epoch: 1, endOffset: 12n });
  });
});

test("an epoch in which nothing was written gives way to the next", () => {
  const cache = new EpochCache();
  cache.begin(1, 0n);
  cache.begin(2, 10n);
  cache.begin(3, 10n);

  const ends = [1, 2, 3].map((epoch) => cache.endOf(epoch, 15n));

  expect(ends).toEqual([
    { epoch: 1, endOffset: 10n },
    { epoch: 1, endOffset: 10n },
    { epoch: 3, endOffset: 15n },
  ]);
});

test.each([
  [25n, 5, 20n],
  [20n, 2, 10n],
  [10n, 0, 0n],
  [0n, 0, 0n],
])("a log that was cut at %i is of epoch %i, from %i on", (end, epoch, start) => {
  const cache = threeEpochs();

  cache.truncate(end);

  expect({ epoch: cache.latest, start: cache.latestStart }).toEqual({ epoch, start });
});

test.each([
  [0n, 0],
  [9n, 0],
  [10n, 2],
  [40n, 5],
])("offset %i was written in epoch %i", (offset, epoch) => {
  expect(threeEpochs().at(offset)).toBe(epoch);
});
