import { isJsonObject, type Json } from "#base/json.ts";
import { err, ok, type Result } from "#base/result.ts";
import { TopicPartitionMap } from "#base/topicPartition.ts";
import { list, number, object, optional, ShapeError } from "#trace/shapes/shape.ts";
import type { ClusterState, ModelState } from "./model.ts";
import { clusterShape } from "./shapes/clusterShape.ts";

/** Raised whenever the state's shape changes; a keyframe of another version is not read. */
const keyframeVersion = 1;

/** The whole state as JSON text; `restoreModel` makes the same state of it again. */
export function serialiseModel(model: ModelState): string {
  return JSON.stringify({
    version: keyframeVersion,
    lastSeq: model.lastSeq,
    lastAt: model.lastAt,
    clusters: [...model.clusters.values()].map(toJson),
  });
}

const modelShape = object<{
  readonly lastSeq?: number | undefined;
  readonly lastAt?: number | undefined;
  readonly clusters: readonly ClusterState[];
}>({ lastSeq: optional(number), lastAt: optional(number), clusters: list(clusterShape) });

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
function toJson(value: unknown): Json | undefined {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof TopicPartitionMap) {
    return [...value.entries()].map(([{ topic, partition }, entry]) => [
      topic,
      partition,
      toJson(entry) ?? null,
    ]);
  }
  if (value instanceof Map)
    return [...value].map(([key, entry]) => [key as string | number, toJson(entry) ?? null]);
  if (value instanceof Set) return [...value] as string[];
  if (Array.isArray(value)) return value.map((entry) => toJson(entry) ?? null);
  if (typeof value !== "object" || value === null) return value as Json | undefined;
  const result: Record<string, Json> = {};
  for (const [key, entry] of Object.entries(value)) {
    const json = toJson(entry);
    if (json !== undefined) result[key] = json;
  }
  return result;
}
