import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "#base/json.ts";
import { restoreModel, serialiseModel } from "#model/keyframe.ts";
import { createModel, fold, type ModelState } from "#model/model.ts";
import { asTraceClusters, modelAt, modelFromKeyframe } from "#model/traceModel.ts";
import type { Observation } from "#trace/observation.ts";
import { anyObservation } from "../trace/anyObservation.ts";
import { instantsIn } from "../trace/instantsIn.ts";
import { described, modelOf, seen } from "./observed.ts";

function restored(model: ModelState): ModelState {
  const result = restoreModel(parseJson(serialiseModel(model)) ?? null);
  if (!result.ok) throw result.error;
  return result.value;
}

function foldAll(model: ModelState, observations: readonly Observation[]): ModelState {
  for (const observation of observations) fold(model, observation);
  return model;
}

describe("a keyframe", () => {
  test("the fold goes on from it exactly as it would have without", () => {
    fc.assert(
      fc.property(
        fc.array(anyObservation, { maxLength: 60 }),
        fc.array(anyObservation, { maxLength: 20 }),
        (before, after) => {
          const straight = foldAll(createModel(), [...before, ...after]);

          const resumed = foldAll(restored(foldAll(createModel(), before)), after);

          expect(parseJson(serialiseModel(resumed))).toEqual(parseJson(serialiseModel(straight)));
        },
      ),
      { numRuns: 100 },
    );
  });

  test("same observations, same state", () => {
    fc.assert(
      fc.property(fc.array(anyObservation, { maxLength: 40 }), (observations) => {
        expect(serialiseModel(foldAll(createModel(), observations))).toBe(
          serialiseModel(foldAll(createModel(), observations)),
        );
      }),
    );
  });

  test.each([
    ["of another version", { version: 99, clusters: [] }, "the value is not a keyframe of this version"],
    ["that is a list", [], "the value is not a keyframe of this version"],
    ["with a cluster of nothing", { version: 1, clusters: [{}] }, "clusters.0.clusterId is not text"],
    [
      "with a map that is none",
      { version: 1, clusters: [{ clusterId: "c", lastAt: 1, failures: { topics: {} } }] },
      "clusters.0.failures is not a list",
    ],
  ])("%s is refused, and the trace is shown without it", (_what, keyframe, why) => {
    const { model, notice } = modelFromKeyframe(keyframe);

    expect(model.clusters.size).toBe(0);
    expect(notice).toContain(why);
  });

  test("with a time beyond the calendar, wherever it stands, is refused", () => {
    fc.assert(
      fc.property(fc.array(anyObservation, { minLength: 1, maxLength: 30 }), fc.nat(), (observed, which) => {
        const keyframe = parseJson(serialiseModel(foldAll(createModel(), observed))) ?? null;
        const places = instantsIn(keyframe);
        places[which % places.length]?.set(9e15);

        const { model, notice } = modelFromKeyframe(keyframe);

        expect(model.clusters.size).toBe(0);
        expect(notice).toContain("is not a time");
      }),
      { numRuns: 500 },
    );
  });

  test("a moment is the fold up to it", () => {
    const observations = [seen(10, described({ state: "Stable" })), seen(20, described({ state: "Empty" }))];

    const model = modelAt({ keyframe: undefined, observations }, 15);

    expect(model.clusters.get("c1")?.groups.byId.get("billing")?.byBroker?.state).toBe("Stable");
  });

  test("the clusters of a trace get an id and a name of their own", () => {
    const model = modelOf(
      seen(1, { type: "cluster.profile", name: "staging", kind: "cluster", bootstrapServers: ["a:1"] }),
    );

    const clusters = asTraceClusters(model, { name: "bug.jsonl", clusterIdOf: (id) => `trace-1/${id}` });

    expect(
      [...clusters.values()].map(({ clusterId, profile }) => [clusterId, profile?.name, profile?.kind]),
    ).toEqual([["trace-1/c1", "bug.jsonl: staging", "trace"]]);
  });
});
