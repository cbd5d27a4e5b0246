// ListTransactions: v0-2

import type { Api } from "../api.ts";
import { array, arrayOf } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { since } from "../schema/fields.ts";
import { int16, int32, int64 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const request = struct({
  stateFilters: array(string),
  producerIdFilters: array(int64),
  durationFilter: since(1, int64, -1n),
  transactionalIdPattern: since(2, nullable(string), null),
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  unknownStateFilters: array(string),
  transactionStates: arrayOf({
    transactionalId: string,
    producerId: int64,
    transactionState: string,
  }),
});

export type ListTransactionsRequest = Decoded<typeof request>;
export type ListTransactionsResponse = Decoded<typeof response>;

export const listTransactions: Api<typeof request, typeof response> = {
  key: 66,
  name: "ListTransactions",
  versions: [0, 2],
  flexibleSince: 0,
  request,
  response,
};
