import { expect, test } from "vitest";
import { Waypoints } from "#host/trace/waypoints.ts";
import { createModel, fold } from "#model/model.ts";

/** A model that grows by a group with each line of a thousand bytes. */
function passedLines(count: number, limits: { readonly spacingBytes: number; readonly maxChars: number }) {
  const waypoints = new Waypoints(limits);
  const model = createModel();
  for (let seq = 0; seq < count; seq++) {
    fold(model, {
      seq,
      at: seq,
      sourceId: "o",
      clusterId: "c",
      vantage: "sampled",
      type: "group.described",
      groupId: `group ${seq}`,
      groupType: "classic",
      state: "Stable",
      members: [],
    });
    waypoints.passed(model, (seq + 1) * 1_000);
  }
  return waypoints;
}

test("a moment begins at the last waypoint that nothing later went into", () => {
  const waypoints = passedLines(20, { spacingBytes: 1_000, maxChars: 1_000_000 });

  const { waypoint, untilByte = 0 } = waypoints.before("c", 5);

  expect(waypoint.lastAt.get("c")).toBeLessThanOrEqual(5);
  expect(waypoint.fromByte).toBeLessThanOrEqual(6_000);
  expect(untilByte).toBeGreaterThanOrEqual(6_000);
});

test("the models of a long trace stay within their limit, from its beginning to its end", () => {
  const waypoints = passedLines(2_000, { spacingBytes: 1_000, maxChars: 2_000_000 });

  const kept = new Set(Array.from({ length: 2_000 }, (_, at) => waypoints.before("c", at).waypoint));

  const chars = [...kept].reduce((sum, { model }) => sum + (model?.length ?? 0), 0);
  expect(chars).toBeLessThanOrEqual(2_000_000);
  expect(kept.size).toBeGreaterThan(3);
  expect(waypoints.before("c", -1).waypoint.fromByte).toBe(0);
  expect(waypoints.before("c", 1_999).waypoint.fromByte).toBeGreaterThan(1_000_000);
});
