// ConsumerProtocolSubscription: v0-3
//
// v1   ownedPartitions, for cooperative rebalancing (KIP-429)
// v2   generationId of the ownership claimed (KIP-792)
// v3   rackId (KIP-881)

import { array, arrayOf } from "../schema/array.ts";
import { bytes, string } from "../schema/blobs.ts";
import { since, withDefault } from "../schema/fields.ts";
import { int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";
import type { DataSchema } from "./dataSchema.ts";

const body = struct({
  topics: array(string),
  userData: withDefault(nullable(bytes), null),
  ownedPartitions: since(
    1,
    arrayOf({
      topic: string,
      partitions: array(int32),
    }),
    [],
  ),
  generationId: since(2, int32, -1),
  rackId: since(3, nullable(string), null),
});

export type ConsumerProtocolSubscription = Decoded<typeof body>;

export const consumerProtocolSubscription: DataSchema<typeof body> = {
  name: "ConsumerProtocolSubscription",
  versions: [0, 3],
  body,
};
