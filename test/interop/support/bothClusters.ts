import { startLivePlayground } from "#test/playground/livePlayground.ts";
import type { StartedCluster } from "#test/support/liveCluster.ts";
import { startRealKafka } from "#test/support/realKafka.ts";

/** The same story on both: what the playground is held to is what real Kafka does. */
export const bothClusters: readonly (readonly [string, () => Promise<StartedCluster>])[] = [
  ["real Kafka", () => startRealKafka()],
  [
    "the playground",
    async () => {
      const { playground, bootstrapServers } = await startLivePlayground({ nodes: 2 });
      return { bootstrapServers, stop: () => playground.stop() };
    },
  ],
];
