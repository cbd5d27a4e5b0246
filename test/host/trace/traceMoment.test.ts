import { expect, test } from "vitest";
import { foldMoment } from "#host/trace/traceMoment.ts";
import { Waypoints } from "#host/trace/waypoints.ts";
import { serialiseModel } from "#model/keyframe.ts";
import { createModel, fold } from "#model/model.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";
import type { Observation } from "#trace/observation.ts";
import { headerLine, keyframeLine, observationLine } from "#trace/traceFormat.ts";
import { TraceReader } from "#trace/traceReader.ts";

const encoder = new TextEncoder();

/** The groups of two clusters in turn, one of them named in letters of more than a byte. */
const observations: readonly Observation[] = Array.from({ length: 60 }, (_, seq) => ({
  seq,
  at: 1_000 + seq,
  sourceId: "o",
  clusterId: seq % 2 === 0 ? "even" : "odd",
  vantage: "sampled",
  type: "group.described",
  groupId: `Gruppe ä${seq % 7}`,
  groupType: "classic",
  state: seq % 3 === 0 ? "Stable" : "Empty",
  members: [],
}));

/** A trace's bytes, waypoints in them every few lines, and where its last line ends. */
function written({ lastLineEnds }: { readonly lastLineEnds: boolean }) {
  const text = [
    headerLine("a product with a name of its own"),
    keyframeLine({ seq: 0, at: 1_000, model: undefined }),
    ...observations.map(observationLine),
  ].join("");
  const bytes = encoder.encode(lastLineEnds ? text : text.trimEnd());
  const waypoints = new Waypoints({ spacingBytes: 900 });
  const reader = new TraceReader();
  const model = createModel();
  for (const items of [reader.push(bytes), reader.end()]) {
    for (const item of items) {
      if (item.kind !== "observation") continue;
      fold(model, item.observation);
      waypoints.passed(model, reader.nextLineAt);
    }
  }
  return { bytes, waypoints, endByte: reader.nextLineAt };
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 40) yield bytes.subarray(at, at + 40);
}

test.each([
  ["whose last line ends", true],
  ["whose last line has no end", false],
])(
  "every moment of a trace %s is the same from its nearest waypoint as from the beginning",
  async (_which, lastLineEnds) => {
    const { bytes, waypoints, endByte } = written({ lastLineEnds });
    const context = { clock: new VirtualClock(), signal: new AbortController().signal };
    const starts = new Set<number>();

    for (const { clusterId, at } of observations) {
      const { waypoint, untilByte = endByte } = waypoints.before(clusterId, at);
      starts.add(waypoint.fromByte);
      const stretch = { waypoint, untilByte, pieces: pieces(bytes.subarray(waypoint.fromByte)) };
      const model = await context.clock.runUntil(foldMoment(stretch, { clusterId, at }, context));

      const expected = createModel();
      for (const each of observations)
        if (each.clusterId === clusterId && each.at <= at) fold(expected, each);
      expect(shown(model, clusterId)).toEqual(shown(expected, clusterId));
    }

    expect(starts.size).toBeGreaterThan(2);
  },
);

/** Only that cluster: a waypoint's model has the others as they were there. */
function shown(model: ReturnType<typeof createModel>, clusterId: string): unknown {
  const cluster = model.clusters.get(clusterId);
  const only = { ...model, clusters: new Map(cluster ? [[clusterId, cluster]] : []) };
  return JSON.parse(serialiseModel(only)).clusters;
}
