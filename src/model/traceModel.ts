import type { Json } from "#base/json.ts";
import type { Observation } from "#trace/observation.ts";
import { restoreModel } from "./keyframe.ts";
import { type ClusterState, createModel, fold, type ModelState } from "./model.ts";

/** Starts from a keyframe; an unreadable one is answered with the empty state and why. */
export function modelFromKeyframe(keyframe: Json | undefined): {
  readonly model: ModelState;
  readonly notice: string | undefined;
} {
  if (keyframe === undefined) return { model: createModel(), notice: undefined };
  const restored = restoreModel(keyframe);
  if (restored.ok) return { model: restored.value, notice: undefined };
  return {
    model: createModel(),
    notice: `The state that the trace begins with could not be read (${restored.error.message}); it is shown from its first observations on.`,
  };
}

/**
 * The clusters of an opened trace as roots of their own: each gets an id that no live cluster has, and a name that
 * says where it comes from, so that nobody takes it for the present.
 */
export function asTraceClusters(
  model: Pick<ModelState, "clusters">,
  trace: { readonly name: string; readonly clusterIdOf: (clusterId: string) => string },
): ReadonlyMap<string, ClusterState> {
  const clusters = new Map<string, ClusterState>();
  for (const cluster of model.clusters.values()) {
    const clusterId = trace.clusterIdOf(cluster.clusterId);
    const name = cluster.profile?.name ?? cluster.clusterId;
    clusters.set(clusterId, {
      ...cluster,
      clusterId,
      profile: {
        seq: cluster.profile?.seq ?? 0,
        at: cluster.profile?.at ?? cluster.lastAt,
        sourceId: cluster.profile?.sourceId ?? "trace",
        vantage: cluster.profile?.vantage ?? "sampled",
        clusterId,
        type: "cluster.profile",
        name: `${trace.name}: ${name}`,
        kind: "trace",
        bootstrapServers: cluster.profile?.bootstrapServers ?? [],
      },
    });
  }
  return clusters;
}

/** Folds up to a moment: what a keyframe and the observations after it show at that time. */
export function modelAt(
  replay: { readonly keyframe: Json | undefined; readonly observations: Iterable<Observation> },
  at = Number.POSITIVE_INFINITY,
): ModelState {
  const { model } = modelFromKeyframe(replay.keyframe);
  for (const observation of replay.observations) if (observation.at <= at) fold(model, observation);
  return model;
}
