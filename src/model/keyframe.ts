import { isJsonObject, type Json } from "#base/json.ts";
import { err, ok, type Result } from "#base/result.ts";
import { TopicPartitionMap } from "#base/topicPartition.ts";
import { instant, list, number, object, optional, ShapeError } from "#trace/shapes/shape.ts";
import type { ClusterState, ModelState } from "./model.ts";
import { clusterShape } from "./shapes/clusterShape.ts";

/** Raised whenever the state's shape changes; a keyframe of another version is not read. */
const keyframeVersion = 1;

/** The whole state as JSON text; `restoreModel` makes the same state of it again. */
export function serialiseModel(model: ModelState): string {
  const { lastSeq, lastAt } = model;
  return JSON.stringify(
    { version: keyframeVersion, lastSeq, lastAt, clusters: [...model.clusters.values()] },
    (_key, value: unknown) => toJson(value),
  );
}

const modelShape = object<{
  readonly lastSeq?: number | undefined;
  readonly lastAt?: number | undefined;
  readonly clusters: readonly ClusterState[];
}>({ lastSeq: optional(number), lastAt: optional(instant), clusters: list(clusterShape) });

/** The state a keyframe holds, or why it holds none that can be trusted. */
export function restoreModel(keyframe: Json): Result<ModelState> {
  try {
    if (!isJsonObject(keyframe) || keyframe["version"] !== keyframeVersion) {
      return err(new ShapeError("a keyframe of this version"));
    }
    const { lastSeq, lastAt, clusters } = modelShape(keyframe);
    return ok({
      lastSeq,
      lastAt,
      clusters: new Map(clusters.map((cluster) => [cluster.clusterId, cluster])),
    });
  } catch (error) {
    if (ShapeError.is(error)) return err(error);
    throw error;
  }
}

/** Maps and sets as lists of entries, offsets as decimal strings; the shapes know what to make of them. */
function toJson(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Map || value instanceof Set) return [...value];
  if (!(value instanceof TopicPartitionMap)) return value;
  return [...value.entries()].map(([{ topic, partition }, entry]) => [topic, partition, entry]);
}
