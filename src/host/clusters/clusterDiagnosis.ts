import type { Endpoint } from "#base/transport.ts";
import { type Diagnosis, diagnoseConnection } from "#cluster/diagnosis.ts";
import { addressText, parseAddress } from "#network/address.ts";
import { ClusterClient } from "#network/clusterClient.ts";
import type { ConnectionStep } from "#trace/observations/cluster.ts";
import type { HostDeps } from "../hostDeps.ts";
import type { ConnectionSettings } from "./connectionSettings.ts";

/** How long each attempt of a diagnosis may take: people wait for it. */
const attemptLimitMs = 8_000;

/** Tries a connection stage by stage with what a profile says. */
export function diagnose(
  settings: ConnectionSettings,
  deps: HostDeps,
  options: {
    readonly onStep?: (step: ConnectionStep) => void;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<Diagnosis> {
  const { transport, clock, random } = deps;
  return diagnoseConnection(
    {
      bootstrapServers: settings.bootstrapServers
        .map(parseAddress)
        .filter((address) => address !== undefined),
      tls: settings.tls,
      saslMechanism: settings.sasl?.mechanism,
      transport,
      clock,
      timeoutMs: attemptLimitMs,
      openClient: (server: Endpoint) =>
        new ClusterClient({
          bootstrapServers: [addressText(server)],
          clientId: "groupscope-diagnosis",
          tls: settings.tls,
          sasl: settings.sasl,
          transport,
          clock,
          random,
          requestTimeoutMs: attemptLimitMs,
          connectTimeoutMs: attemptLimitMs,
        }),
      ...(options.onStep && { onStep: options.onStep }),
    },
    options.signal,
  );
}
