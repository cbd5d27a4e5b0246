// ConsumerProtocolAssignment: v0-3

import { array, arrayOf } from "../schema/array.ts";
import { bytes, string } from "../schema/blobs.ts";
import { withDefault } from "../schema/fields.ts";
import { int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";
import type { DataSchema } from "./dataSchema.ts";

const body = struct({
  assignedPartitions: arrayOf({
    topic: string,
    partitions: array(int32),
  }),
  userData: withDefault(nullable(bytes), null),
});

export type ConsumerProtocolAssignment = Decoded<typeof body>;

export const consumerProtocolAssignment: DataSchema<typeof body> = {
  name: "ConsumerProtocolAssignment",
  versions: [0, 3],
  body,
};
