import fc from "fast-check";

// Few names and small numbers: what matters is that observations meet in the same groups, sessions and partitions.

/** Names and words, with some that mean something to Markdown. */
export const text = fc.constantFrom("orders", "payments", "a", "b|c", "$(error) **x**", "");

/** Ids, few enough to meet. */
export const id = fc.constantFrom("one", "two", "three");

/** Times, sizes and counts. */
export const number = fc.integer({ min: 0, max: 1_000_000 });

/** Numbers of which several are equal: partitions, nodes, generations. */
export const small = fc.integer({ min: 0, max: 5 });

/** Offsets, with the greatest there is. */
export const offset = fc.oneof(fc.bigInt({ min: 0n, max: 1_000n }), fc.constant(9_223_372_036_854_775_807n));

/** Yes or no. */
export const flag = fc.boolean();

/** That value, or nothing. */
export const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

/** None to three of these. */
export const few = <T>(value: fc.Arbitrary<T>) => fc.array(value, { maxLength: 3 });

/** The fields that name a partition. */
export const topicPartition = { topic: text, partition: small };

/** A partition on its own. */
export const key = fc.record(topicPartition);

/** The fields that name a partition as a session reads it. */
export const sessionPartition = { sessionId: id, ...topicPartition };

/** Where a session stands in its group. */
export const membership = fc.constantFrom(
  "direct",
  "unjoined",
  "joining",
  "syncing",
  "stable",
  "revoking",
  "leaving",
  "fatal",
  "ended",
);
