import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { defineHandler, type Handler } from "./handler.ts";

/** What the broker speaks. `all` is asked for late, as the table of handlers holds this one too. */
export function apiVersionsHandler(all: () => Iterable<Handler>): Handler {
  return defineHandler({
    api: apiVersions,
    handle(request, { broker, node, version }) {
      if (version >= 3 && !namesSoftware(request)) {
        return { errorCode: errorCode("INVALID_REQUEST"), apiKeys: [] };
      }
      const error = isMeantForAnother(request, broker.kafkaClusterId, node.nodeId)
        ? "REBOOTSTRAP_REQUIRED"
        : "NONE";
      return { errorCode: errorCode(error), apiKeys: advertised(all()), finalizedFeaturesEpoch: 0n };
    },
    failed: (_request, code) => ({ errorCode: code, apiKeys: advertised(all()) }),
  });
}

/** The versions served of each API, in the form ApiVersions has for them. */
export function advertised(handlers: Iterable<Handler>) {
  return Array.from(handlers, ({ api, versions: [minVersion, maxVersion] }) => ({
    apiKey: api.key,
    minVersion,
    maxVersion,
  })).sort((a, b) => a.apiKey - b.apiKey);
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
