import { describeCluster } from "#protocol/apis/describeCluster.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { allowedOperations, clusterOperations } from "./authorizedOperations.ts";
import { defineHandler } from "./handler.ts";

const brokers = 1;

/** The nodes. Controllers have no endpoint of their own here. */
export const describeClusterHandler = defineHandler({
  api: describeCluster,
  handle(request, { broker }) {
    const base = { throttleTimeMs: 0, clusterId: broker.kafkaClusterId, endpointType: request.endpointType };
    if (request.endpointType !== brokers) {
      return { ...base, errorCode: errorCode("MISMATCHED_ENDPOINT_TYPE"), brokers: [] };
    }
    return {
      ...base,
      errorCode: 0,
      controllerId: broker.controller.nodeId,
      brokers: broker.nodes.map(({ nodeId, host, port }) => ({ brokerId: nodeId, host, port })),
      clusterAuthorizedOperations: allowedOperations(
        request.includeClusterAuthorizedOperations,
        clusterOperations,
      ),
    };
  },
  failed: (_request, code) => ({ throttleTimeMs: 0, errorCode: code, clusterId: "", brokers: [] }),
});
