import type { Clock } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import { Playground } from "#playground/playground.ts";
import type { ConnectionEnd } from "#playground/server/clientConnection.ts";
import type { RequestTap } from "#playground/server/requestTap.ts";
import type { PlaygroundSettingsInput } from "#playground/settings.ts";
import { loadSamples } from "#playground/workload/samples/loadSamples.ts";
import { MemoryNetwork } from "#test/support/memoryNetwork.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";
import type { ObservationBody, ObservationType } from "#trace/observation.ts";
import { RawClient } from "./rawClient.ts";

// Reading it takes real time, of which virtual time knows nothing.
await loadSamples();

interface SimulatedOptions {
  readonly nodes?: number;
  readonly racks?: readonly string[];
  readonly settings?: PlaygroundSettingsInput;
  readonly requestTap?: (clock: Clock) => RequestTap;
}

/** A playground on virtual time and an in-memory network. */
export class SimulatedPlayground {
  readonly clock: VirtualClock;
  readonly network: MemoryNetwork;
  readonly playground: Playground;
  readonly observed: (ObservationBody & { readonly at: number })[] = [];
  readonly ended: ConnectionEnd[] = [];

  private constructor(options: SimulatedOptions) {
    this.clock = new VirtualClock({ seed: 7 });
    this.network = new MemoryNetwork({ clock: this.clock, seed: 7 });
    this.playground = new Playground({
      clock: this.clock,
      random: seededRandom(7),
      server: this.network,
      observe: (body) => this.observed.push({ ...body, at: this.clock.now() }),
      basePort: 9092,
      nodes: options.nodes,
      racks: options.racks,
      settings: options.settings,
      requestTap: options.requestTap?.(this.clock),
    });
    this.playground.onConnectionEnded((end) => this.ended.push(end));
  }

  static async start(options: SimulatedOptions = {}): Promise<SimulatedPlayground> {
    const simulated = new SimulatedPlayground(options);
    await simulated.playground.start();
    return simulated;
  }

  /** A connection to a node, numbered from 1. */
  connect(nodeId = 1): Promise<RawClient> {
    const port = 9091 + nodeId;
    return this.run(RawClient.connect(this.network, { host: "127.0.0.1", port }));
  }

  /** Lets time pass until the work is done. */
  run<T>(work: Promise<T>, limitMs = 60_000): Promise<T> {
    return this.clock.runUntil(work, { limitMs });
  }

  /** What was observed of one type. */
  of<T extends ObservationType>(
    type: T,
  ): (Extract<ObservationBody, { type: T }> & { readonly at: number })[] {
    return this.observed.filter(
      (each): each is Extract<ObservationBody, { type: T }> & { readonly at: number } => each.type === type,
    );
  }
}
