import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { produce } from "#protocol/apis/produce.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { isKafka4, type KafkaRelease } from "../versions/kafkaReleases.ts";
import { defineHandler, type Handler } from "./handler.ts";

/** What the broker speaks. `all` is asked for late, as the table of handlers holds this one too. */
export function apiVersionsHandler(all: () => Iterable<Handler>, release: KafkaRelease): Handler {
  return defineHandler({
    api: apiVersions,
    handle(request, { broker, node, version }) {
      if (version >= 3 && !namesSoftware(request)) {
        return { errorCode: errorCode("INVALID_REQUEST"), apiKeys: [] };
      }
      const error = isMeantForAnother(request, broker.kafkaClusterId, node.nodeId)
        ? "REBOOTSTRAP_REQUIRED"
        : "NONE";
      const apiKeys = advertised(all(), release);
      return { errorCode: errorCode(error), apiKeys, ...featuresOf(release, version) };
    },
    failed: (_request, code) => ({ errorCode: code, apiKeys: advertised(all(), release) }),
  });
}

/**
 * The versions served of each API, in the form ApiVersions has for them. Kafka 4 says 0 of Produce and does not serve it,
 * for clients that take the lowest version for a sign of age (KAFKA-18659).
 */
export function advertised(handlers: Iterable<Handler>, release: KafkaRelease) {
  return Array.from(handlers, ({ api, versions: [minVersion, maxVersion] }) => ({
    apiKey: api.key,
    minVersion: api.key === produce.key && isKafka4(release) ? 0 : minVersion,
    maxVersion,
  })).sort((a, b) => a.apiKey - b.apiKey);
}

/** What the whole cluster has agreed on (KIP-584): clients take their generation of transactions from it (KIP-890). */
function featuresOf(release: KafkaRelease, version: number) {
  if (!isKafka4(release)) return { finalizedFeaturesEpoch: 0n };
  const levels = [
    { name: "group.version", level: 1 },
    { name: "transaction.version", level: 2 },
  ];
  return {
    finalizedFeaturesEpoch: 0n,
    finalizedFeatures: levels.map(({ name, level }) => ({
      name,
      minVersionLevel: level,
      maxVersionLevel: level,
    })),
    // Clients that speak version 3 cannot read features that begin at 0 (KAFKA-17011).
    supportedFeatures:
      version < 4 ? [] : levels.map(({ name, level }) => ({ name, minVersion: 0, maxVersion: level })),
  };
}

/** KIP-511 wants a plain name and version from every client. */
function namesSoftware(request: {
  readonly clientSoftwareName: string;
  readonly clientSoftwareVersion: string;
}): boolean {
  const plain = /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?$/;
  return plain.test(request.clientSoftwareName) && plain.test(request.clientSoftwareVersion);
}

/** KIP-1242: a client that reached another cluster or node than it wanted must find its way anew. */
function isMeantForAnother(
  { clusterId, nodeId }: { readonly clusterId: string | null; readonly nodeId: number },
  kafkaClusterId: string,
  ownNodeId: number,
): boolean {
  const otherCluster = clusterId !== null && clusterId !== "" && clusterId !== kafkaClusterId;
  return otherCluster || (nodeId >= 0 && nodeId !== ownNodeId);
}
