import type { TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";

/** What a reader of a TopicPartitionMap may do. */
export interface ReadonlyTopicPartitionMap<T> {
  readonly size: number;
  get(key: TopicPartition): T | undefined;
  has(key: TopicPartition): boolean;
  entries(): Generator<[TopicPartition, T]>;
  keys(): Generator<TopicPartition>;
  values(): Generator<T>;
}

/**
 * A reader's face of the fold's state: the same data, nothing to change it with. The fold mutates its own state;
 * everyone else gets this, so that a presenter which writes does not compile.
 */
export type DeepReadonly<T> =
  T extends TopicPartitionMap<infer V>
    ? ReadonlyTopicPartitionMap<DeepReadonly<V>>
    : T extends ReadonlyMap<infer K, infer V>
      ? ReadonlyMap<K, DeepReadonly<V>>
      : T extends readonly (infer E)[]
        ? readonly DeepReadonly<E>[]
        : T extends object
          ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
          : T;
