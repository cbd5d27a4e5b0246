import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Observation } from "#trace/observation.ts";
import { headerLine, keyframeLine, observationLine, traceLines } from "#trace/traceFormat.ts";
import { TraceFileError, type TraceItem, TraceReader } from "#trace/traceReader.ts";
import { anyObservation } from "./anyObservation.ts";
import { instantsIn } from "./instantsIn.ts";

const encoder = new TextEncoder();

const deleted: Observation = {
  seq: 0,
  at: 5,
  sourceId: "o",
  clusterId: "c1",
  vantage: "broker",
  type: "group.deleted",
  groupId: "billing",
};

function read(text: string, cutEvery = 1_000, limits?: { readonly maxLineBytes: number }) {
  const reader = new TraceReader(limits);
  const bytes = encoder.encode(text);
  const items: TraceItem[] = [];
  for (let at = 0; at < bytes.length; at += cutEvery)
    items.push(...reader.push(bytes.subarray(at, at + cutEvery)));
  items.push(...reader.end());
  return { reader, items };
}

function observations(items: readonly TraceItem[]): readonly Observation[] {
  return items.flatMap((item) => (item.kind === "observation" ? [item.observation] : []));
}

/** Fields that are undefined are not written. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([key, entry]) => [key, withoutUndefined(entry)]),
  );
}

describe("a trace file", () => {
  test("gives back every observation as it was, offsets as bigint, wherever the chunks are cut", () => {
    fc.assert(
      fc.property(
        fc.array(anyObservation, { maxLength: 20 }),
        fc.integer({ min: 1, max: 300 }),
        (written, cutEvery) => {
          const text = [
            ...traceLines("test", { keyframe: { seq: 0, at: 1, model: undefined }, observations: written }),
          ].join("");

          const { items } = read(text, cutEvery);

          expect(observations(items).map(withoutUndefined)).toEqual(written.map(withoutUndefined));
        },
      ),
    );
  });

  test("begins with a header and a keyframe", () => {
    const text = [
      ...traceLines("groupscope 0.1.0", {
        keyframe: { seq: 7, at: 9, model: '{"version":1}' },
        observations: [],
      }),
    ].join("");

    const { items, reader } = read(text);

    expect(items).toEqual([
      {
        kind: "header",
        header: {
          format: "groupscope-trace",
          version: 1,
          product: "groupscope 0.1.0",
          clockOrigin: "1970-01-01T00:00:00.000Z",
        },
      },
      { kind: "keyframe", seq: 7, at: 9, model: { version: 1 } },
    ]);
    expect(reader.notices).toEqual(["The trace holds no observations."]);
  });

  test("loses only its half last line when it was cut off, and says so", () => {
    const line = observationLine(deleted);
    const text = headerLine("test") + line + line.slice(0, 20);

    const { items, reader } = read(text);

    expect(observations(items)).toEqual([deleted]);
    expect(reader.notices).toEqual([
      "The last line is incomplete and was left out: the file was cut off while it was written.",
    ]);
  });

  test("keeps a whole last line that merely lacks its line break", () => {
    const { items, reader } = read(headerLine("test") + observationLine(deleted).trimEnd());

    expect(observations(items)).toEqual([deleted]);
    expect(reader.notices).toEqual([]);
  });

  test.each([
    ["not JSON", "{{{{", "not JSON"],
    ["an array", "[1]", "not JSON"],
    ["without a type", '{"seq":1}', "no type"],
    [
      "without a vantage",
      '{"seq":1,"at":1,"sourceId":"a","clusterId":"c","type":"group.deleted","groupId":"g"}',
      "vantage is not one of member, broker, sampled",
    ],
    [
      "with a number for an offset",
      `{"seq":1,"at":1,"sourceId":"a","clusterId":"c","vantage":"member","type":"fetch.gap","sessionId":"s","topic":"t","partition":0,"reason":"userSkip","fromOffset":5,"toOffset":"7"}`,
      "fromOffset is not an offset",
    ],
    [
      "with a list that holds something else",
      `{"seq":1,"at":1,"sourceId":"a","clusterId":"c","vantage":"member","type":"group.listed","requestedAt":1,"groups":[{"groupId":3}],"missing":[]}`,
      "groups.0.groupId is not text",
    ],
    ["a keyframe without a time", '{"keyframe":{"seq":1}}', "keyframe has no time"],
    ["a keyframe of no day", '{"keyframe":{"seq":1,"at":9e15}}', "keyframe has no time"],
  ])("passes over a damaged line in the middle: %s", (_what, damaged, why) => {
    const text = `${headerLine("test")}${damaged}\n${observationLine(deleted)}`;

    const { items, reader } = read(text);

    expect(observations(items)).toEqual([deleted]);
    expect(reader.notices).toEqual([`One line could not be read and was left out: line 2 (${why}).`]);
  });

  test("passes over a line in which any time is beyond the calendar", () => {
    fc.assert(
      fc.property(
        anyObservation,
        fc.nat(),
        fc.constantFrom(9e15, -9e15, 1e300),
        (observation, which, beyond) => {
          const value: unknown = JSON.parse(observationLine(observation));
          const places = instantsIn(value);
          places[which % places.length]?.set(beyond);

          const { items, reader } = read(`${headerLine("test")}${JSON.stringify(value)}\n`);

          expect(observations(items)).toEqual([]);
          expect(reader.notices[0]).toMatch(/ is not a time\)\.$/);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test("keeps what a newer version wrote, unfolded, and says how much", () => {
    const future = '{"seq":1,"at":2,"type":"quantum.entangled","spin":"up"}\n';

    const { items, reader } = read(headerLine("test") + future + future + observationLine(deleted));

    expect(items.filter(({ kind }) => kind === "unknown")).toEqual([
      {
        kind: "unknown",
        type: "quantum.entangled",
        value: { seq: 1, at: 2, type: "quantum.entangled", spin: "up" },
      },
      {
        kind: "unknown",
        type: "quantum.entangled",
        value: { seq: 1, at: 2, type: "quantum.entangled", spin: "up" },
      },
    ]);
    expect(reader.notices).toEqual([
      "2 of the type “quantum.entangled” are not known to this version: kept, but not shown.",
    ]);
  });

  test.each([
    ["an empty file", "", "EMPTY"],
    ["another kind of file", "hello\nworld\n", "NOT_A_TRACE"],
    ["JSON of something else", '{"name":"groupscope"}\n', "NOT_A_TRACE"],
    ["a newer format", '{"format":"groupscope-trace","version":99,"product":"groupscope 9"}\n', "TOO_NEW"],
  ] as const)("refuses %s with a sentence", (_what, text, code) => {
    let caught: unknown;
    try {
      read(text);
    } catch (error) {
      caught = error;
    }

    expect(TraceFileError.is(caught, code)).toBe(true);
  });

  test("passes over a line that is longer than memory allows", () => {
    const long = `{"type":"${"x".repeat(2_000_000)}"}\n`;

    const { items, reader } = read(headerLine("t") + long + observationLine(deleted), 64_000, {
      maxLineBytes: 1_048_576,
    });

    expect(observations(items)).toEqual([deleted]);
    expect(reader.notices).toEqual([
      "One line could not be read and was left out: line 2 (longer than 1 MB).",
    ]);
  });

  test("puts the serialised model into the keyframe's line as it is", () => {
    expect(keyframeLine({ seq: 1, at: 2.5, model: '{"a":1}' })).toBe(
      '{"keyframe":{"seq":1,"at":2.5,"model":{"a":1}}}\n',
    );
    expect(keyframeLine({ seq: 1, at: 2, model: undefined })).toBe(
      '{"keyframe":{"seq":1,"at":2,"model":null}}\n',
    );
  });
});

test("a large file without line ends is refused before all of it is read", () => {
  const reader = new TraceReader({ maxLineBytes: 1_000 });
  const piece = new Uint8Array(600);
  const pushed = () => Array.from(reader.push(piece));

  const first = pushed();

  expect(first).toEqual([]);
  expect(pushed).toThrow(expect.objectContaining({ code: "NOT_A_TRACE" }));
});
