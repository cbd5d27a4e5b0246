import { type Disposable, toDisposable } from "#base/lifecycle.ts";
import type { Random } from "#base/random.ts";
import { ClusterClient } from "#network/clusterClient.ts";
import type { VirtualClock } from "#test/support/virtualClock.ts";
import type { MemberNetwork } from "./memberNetwork.ts";

/** What a simulated client is made of. */
export interface SimulatedClientPorts {
  readonly clientId: string;
  readonly bootstrapServers: readonly string[];
  readonly network: MemberNetwork;
  readonly clock: VirtualClock;
  readonly random: Random;
}

/** One process' client and its network; like the sessions of one editor window, several members may share it. */
export class SimulatedClient {
  readonly network: MemberNetwork;
  readonly cluster: ClusterClient;
  #present = 0;
  #everUsed = 0;

  constructor({ network, ...ports }: SimulatedClientPorts) {
    this.network = network;
    this.cluster = new ClusterClient({
      ...ports,
      transport: network,
      requestTimeoutMs: 5_000,
      connectTimeoutMs: 2_000,
      metadataMaxAgeMs: 30_000,
    });
  }

  /** How many members have used it, over time. */
  get everUsed(): number {
    return this.#everUsed;
  }

  /** Closes with its last user. */
  use(): Disposable {
    this.#present++;
    this.#everUsed++;
    return toDisposable(() => {
      this.#present--;
      if (this.#present === 0) this.cluster.close();
    });
  }
}
