import { Administration } from "#cluster/kafkajs/administration.ts";
import type { Cluster } from "#network/cluster.ts";
import { systemClock } from "#node/systemClock.ts";
import { systemRandom } from "#node/systemRandom.ts";
import { tcpTransport } from "#node/tcpTransport.ts";

/** Creates topics and produces, as the extension does for its users. */
export function liveAdministration(cluster: Cluster): Administration {
  return new Administration({
    cluster,
    clientId: "groupscope-test",
    tls: undefined,
    sasl: undefined,
    transport: tcpTransport,
    clock: systemClock,
    random: systemRandom,
    connectTimeoutMs: 5_000,
    requestTimeoutMs: 10_000,
  });
}
