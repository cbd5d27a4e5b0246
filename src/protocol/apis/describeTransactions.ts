// DescribeTransactions: v0

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import type { Decoded } from "../schema/type.ts";

const request = struct({
  transactionalIds: array(string),
});

const response = struct({
  throttleTimeMs: int32,
  transactionStates: arrayOf({
    errorCode: int16,
    transactionalId: string,
    transactionState: string,
    transactionTimeoutMs: int32,
    transactionStartTimeMs: int64,
    producerId: int64,
    producerEpoch: int16,
    topics: arrayOf({
      topic: string,
      partitions: array(int32),
    }),
  }),
});

export type DescribeTransactionsRequest = Decoded<typeof request>;
export type DescribeTransactionsResponse = Decoded<typeof response>;

export const describeTransactions: Api<typeof request, typeof response> = {
  key: 65,
  name: "DescribeTransactions",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
