import type { Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import type { TlsOptions, Transport } from "#base/transport.ts";
import type { SaslCredentials } from "./sasl/saslCredentials.ts";

/** How to reach a cluster: what `new ClusterClient(options)` takes. */
export interface ClusterClientOptions {
  /** `host:port`, also `[v6]:port`; tried in turn. */
  readonly bootstrapServers: readonly string[];
  readonly clientId: string;
  readonly tls?: TlsOptions | undefined;
  readonly sasl?: SaslCredentials | undefined;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  /** For a request without a time of its own, and for how long a silent connection is trusted. Default 30 s. */
  readonly requestTimeoutMs?: number | undefined;
  /** For opening a connection: TCP, TLS, versions and authentication together. Default 10 s. */
  readonly connectTimeoutMs?: number | undefined;
  /** From which age `metadata()` asks anew in the background. Default 5 min. */
  readonly metadataMaxAgeMs?: number | undefined;
  /** The least time between two requests for metadata. Default 100 ms. */
  readonly metadataMinIntervalMs?: number | undefined;
  /** Larger frames close the connection. Default 100 MiB. */
  readonly maxFrameBytes?: number | undefined;
}
