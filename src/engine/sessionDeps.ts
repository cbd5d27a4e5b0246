import type { Assignor } from "#assignors/assignor.ts";
import type { Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import type { Cluster } from "#network/cluster.ts";
import type { Observe } from "#trace/observation.ts";
import type { RebalanceCallbacks } from "./rebalance/rebalanceCallbacks.ts";

/** What a session is given from outside. */
export interface SessionDeps {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** What reports are paced by, where that is another one: a clock that stands still would hold the last ones back. */
  readonly pace?: Clock | undefined;
  readonly random: Random;
  readonly observe: Observe;
  /** What the application does when partitions change hands; beside it, the options may make each take a while. */
  readonly callbacks?: RebalanceCallbacks | undefined;
  /** Keeps the bytes of a damaged batch, and gives the id they are pulled by. */
  readonly storeBytes?: ((bytes: Uint8Array) => string) | undefined;
  /**
   * Assignors beside Kafka's own, chosen by their names in `ConsumerOptions.assignors`. Functions cannot cross to a
   * worker, so they are given here.
   */
  readonly customAssignors?: readonly Assignor[] | undefined;
}
