import { TopicPartitionMap } from "#base/topicPartition.ts";
import { list, number, type Shape, ShapeError, string } from "#trace/shapes/shape.ts";

/** A list of `[key, value]` as a map. */
export function map<K, V>(key: Shape<K>, value: Shape<V>): Shape<Map<K, V>> {
  const entry: Shape<[K, V]> = (json) => {
    if (!Array.isArray(json) || json.length !== 2) throw new ShapeError("a key with its value");
    return [key(json[0]), value(json[1])];
  };
  const entries = list(entry);
  return (json) => new Map(entries(json));
}

/** A list of `[topic, partition, value]` as a map. */
export function topicPartitionMap<V>(value: Shape<V>): Shape<TopicPartitionMap<V>> {
  return (json) => {
    if (!Array.isArray(json)) throw new ShapeError("a list");
    const result = new TopicPartitionMap<V>();
    for (const entry of json) {
      if (!Array.isArray(entry) || entry.length !== 3) throw new ShapeError("a partition with its value");
      result.set({ topic: string(entry[0]), partition: number(entry[1]) }, value(entry[2]));
    }
    return result;
  };
}

export function set<T>(value: Shape<T>): Shape<Set<T>> {
  const entries = list(value);
  return (json) => new Set(entries(json));
}
