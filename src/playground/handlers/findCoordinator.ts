import { findCoordinator } from "#protocol/apis/findCoordinator.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import type { Broker } from "../broker.ts";
import { defineHandler } from "./handler.ts";

const keyTypes = { group: 0, transaction: 1 } as const;

/** Which node coordinates a group or a transaction. Share groups have no coordinator here yet, and are told so. */
export const findCoordinatorHandler = defineHandler({
  api: findCoordinator,
  subject: ({ key, keyType, coordinatorKeys }) => ({
    groupIds: keyType === keyTypes.group ? [key, ...coordinatorKeys] : [],
  }),
  handle(request, { broker, version }) {
    const find = (key: string) => coordinatorFor(broker, request.keyType, key);
    if (version >= 4) return { coordinators: request.coordinatorKeys.map(find) };
    const found = find(request.key);
    return { ...found, errorMessage: found.errorMessage === "" ? "NONE" : found.errorMessage };
  },
  failed: (request, code) => ({
    ...nobody(code, null),
    coordinators: request.coordinatorKeys.map((key) => ({ key, ...nobody(code, null) })),
  }),
});

function coordinatorFor(broker: Broker, keyType: number, key: string) {
  if (keyType !== keyTypes.group && keyType !== keyTypes.transaction) {
    return { key, ...nobody(errorCode("INVALID_REQUEST"), "the playground has no share groups yet") };
  }
  const node = keyType === keyTypes.group ? broker.coordinatorOf(key) : broker.transactionCoordinatorOf(key);
  if (!node) return { key, ...nobody(errorCode("COORDINATOR_NOT_AVAILABLE"), "no node is up") };
  const { nodeId, host, port } = node;
  return { key, nodeId, host, port, errorCode: 0, errorMessage: "" };
}

function nobody(code: number, errorMessage: string | null) {
  return { nodeId: -1, host: "", port: -1, errorCode: code, errorMessage };
}
