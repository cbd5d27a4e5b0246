import type { Clock } from "#base/clock.ts";
import type { DataFiles } from "#base/dataFiles.ts";
import type { Random } from "#base/random.ts";
import type { StreamServer } from "#base/transport.ts";
import type { Observe } from "#trace/observation.ts";
import type { RequestTap } from "./server/requestTap.ts";
import type { PlaygroundSettingsInput } from "./settings.ts";

/** What a playground is made of. */
export interface PlaygroundOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly server: StreamServer;
  readonly observe: Observe;
  /** Where it listens, and what it tells clients; 127.0.0.1 by default. */
  readonly host?: string | undefined;
  /** The first of the nodes' consecutive ports; 0 takes any free ones. */
  readonly basePort: number;
  /** How many blocks of ports to try while they are taken; 1 by default. */
  readonly portAttempts?: number | undefined;
  /** 1 by default. Those that joined a playground of as many come back with its data directory. */
  readonly nodes?: number | undefined;
  /** Given to the nodes in turn, those that join later included; with racks, clients are sent to near replicas (KIP-392). */
  readonly racks?: readonly string[] | undefined;
  readonly settings?: PlaygroundSettingsInput | undefined;
  /** Where it is kept from one start to the next, its ports included; undefined forgets everything. */
  readonly data?: DataFiles | undefined;
  /** Is told of every request of every client. */
  readonly requestTap?: RequestTap | undefined;
}
