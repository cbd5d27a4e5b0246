import { describe, expect, test } from "vitest";
import { endTimestamp, type OffsetAnswer, startTimestamp } from "#engine/position/offsetLookup.ts";
import { type Answers, fixPlace, locate, questionsOf } from "#engine/position/places.ts";
import type { FixedPlace } from "#engine/position/positionSource.ts";

/** A log of offsets 10 to 19, of which 14 is the first record at time 1,000 or later. */
const answers: Answers = (question) => {
  if (question === startTimestamp) return { ok: true, offset: 10n };
  if (question === endTimestamp) return { ok: true, offset: 20n };
  return { ok: true, offset: question <= 1_000n ? 14n : undefined };
};

describe("places in a log", () => {
  const places: readonly [string, FixedPlace, bigint][] = [
    ["the start", { kind: "start" }, 10n],
    ["the end", { kind: "end" }, 20n],
    ["an offset, as it is", { kind: "offset", offset: 99n }, 99n],
    ["a time", { kind: "timestamp", timestampMs: 900.7 }, 14n],
    ["a time after everything, which is the end", { kind: "timestamp", timestampMs: 2_000 }, 20n],
    ["some after the start", { kind: "relative", to: "start", by: 3n }, 13n],
    ["some before the end", { kind: "relative", to: "end", by: -3n }, 17n],
    ["more before the end than there are", { kind: "relative", to: "end", by: -50n }, 10n],
    ["more after the start than there are", { kind: "relative", to: "start", by: 50n }, 20n],
    ["before the start", { kind: "relative", to: "start", by: -1n }, 10n],
  ];

  test.each(places)("%s", (_title, place, offset) => {
    const asked = new Set(questionsOf(place));
    const located = locate(place, (question) => (asked.has(question) ? answers(question) : undefined));

    expect(located).toEqual({ ok: true, offset });
  });

  test("a duration is fixed when it is needed, so that asking again does not shift it", () => {
    const place = fixPlace({ kind: "duration", backMs: 60_000 }, 1_000_000);

    expect(place).toEqual({ kind: "timestamp", timestampMs: 940_000 });
  });

  test("a negative time is not mistaken for one of ListOffsets' own numbers", () => {
    const questions = questionsOf({ kind: "timestamp", timestampMs: -2 });

    expect(questions).toEqual([0n, endTimestamp]);
  });

  test("an end that the broker did not name is no answer, rather than offset 0", () => {
    const located = locate({ kind: "start" }, (): OffsetAnswer => ({ ok: true, offset: undefined }));

    expect(located).toMatchObject({ ok: false, retriable: true });
  });
});
