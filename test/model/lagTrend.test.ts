import { expect, test } from "vitest";
import { ends, groupOf, modelOf, offsets, seen, topics } from "./observed.ts";

const bySample = { vantage: "sampled" } as const;

test("what is learnt right after a step of the clock is the lag of that moment, not a second later", () => {
  const model = modelOf(
    seen(0, topics(1)),
    seen(1_000, ends(1_000, 402n), bySample),
    seen(1_000, offsets(1_000, 100n), bySample),
    seen(1_300, ends(1_300, 866n), bySample),
    seen(1_400, offsets(1_400, 100n), bySample),
  );

  const { lagSamples } = groupOf(model);

  expect(lagSamples).toEqual([{ at: 1_000, lag: 766n }]);
});
