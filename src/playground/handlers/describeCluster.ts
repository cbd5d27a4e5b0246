import { describeCluster } from "#protocol/apis/describeCluster.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import type { Broker } from "../broker.ts";
import { allowedOperations, clusterOperations } from "./authorizedOperations.ts";
import { defineHandler } from "./handler.ts";

const brokers = 1;

/** Nodes that are down are still registered, and fenced: told to whoever asks for such (KIP-1073). */
function listed({ cluster }: Broker, includeFenced: boolean) {
  return (includeFenced ? cluster.all : cluster.up).map(({ nodeId, host, port, rack = null }) => ({
    brokerId: nodeId,
    host,
    port,
    rack,
    isFenced: !cluster.isUp(nodeId),
  }));
}

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
      controllerId: broker.controller?.nodeId ?? -1,
      brokers: listed(broker, request.includeFencedBrokers),
      clusterAuthorizedOperations: allowedOperations(
        request.includeClusterAuthorizedOperations,
        clusterOperations,
      ),
    };
  },
  failed: (_request, code) => ({ throttleTimeMs: 0, errorCode: code, clusterId: "", brokers: [] }),
});
