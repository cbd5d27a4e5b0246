import { readFileSync } from "node:fs";
import type { TlsOptions } from "#base/transport.ts";
import { ClusterClient } from "#network/clusterClient.ts";
import type { SaslCredentials } from "#network/sasl/saslCredentials.ts";
import { systemClock } from "#node/systemClock.ts";
import { systemRandom } from "#node/systemRandom.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import type { RealKafka } from "./realKafka.ts";

/** How a test reaches a real broker. */
export interface RealAccess {
  /** `host:port`, comma-separated. */
  readonly servers: string;
  readonly tls?: TlsOptions;
  readonly sasl?: SaslCredentials;
  readonly clientId?: string;
}

/** Our client on real sockets and the real clock; the caller closes it. */
export function realClient({ servers, tls, sasl, clientId = "groupscope-test" }: RealAccess): ClusterClient {
  return new ClusterClient({
    bootstrapServers: servers.split(","),
    clientId,
    tls,
    sasl,
    transport: tcpTransport,
    clock: systemClock,
    random: systemRandom,
  });
}

/** Trusts the certificate authority of the test's brokers. */
export function trusting(kafka: RealKafka): TlsOptions {
  return { ca: readFileSync(kafka.tls.ca, "utf8") };
}
