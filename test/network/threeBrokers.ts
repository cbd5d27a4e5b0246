import type { RetryNotice } from "#network/cluster.ts";
import { findCoordinator } from "#protocol/apis/findCoordinator.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { listGroups } from "#protocol/apis/listGroups.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { FakeBroker, metadataOf, world } from "./fakeBroker.ts";

/** Three brokers; the second coordinates every group, the third is the controller. */
export async function threeBrokers(options: Options = {}) {
  const { client: clientOptions, ...worldOptions } = options;
  const { clock, network, client } = world(worldOptions);
  const state = {
    topics: { t: [1, 2, 3] } as Record<string, readonly number[]>,
    leaderEpoch: 0,
    coordinator: nodes[1],
    findError: 0,
    /** Where brokers say they are. */
    advertised: nodes,
  };
  const brokers = nodes.map(() =>
    new FakeBroker()
      .on(metadata, ({ body, answer }) => {
        const asked =
          body.topics === null ? Object.keys(state.topics) : body.topics.map(({ name }) => name ?? "");
        const known = asked.filter((name) => name in state.topics);
        const topics = Object.fromEntries(known.map((name) => [name, state.topics[name] ?? []]));
        const { leaderEpoch, advertised } = state;
        const found = metadataOf({ brokers: advertised, topics, controllerId: 3, leaderEpoch });
        const missing = asked
          .filter((name) => !(name in state.topics))
          .map((name) => ({ errorCode: 3, name, partitions: [] }));
        answer({ ...found, topics: [...found.topics, ...missing] });
      })
      .on(findCoordinator, ({ version, body, answer }) => {
        const node = state.findError === 0 ? state.coordinator : undefined;
        const { nodeId, host, port } = node ?? { nodeId: -1, host: "", port: -1 };
        const found = { nodeId, host, port, errorCode: state.findError, errorMessage: null };
        answer(
          version >= 4 ? { coordinators: body.coordinatorKeys.map((key) => ({ key, ...found })) } : found,
        );
      })
      .on(heartbeat, ({ answer }) => answer({ errorCode: 0 }))
      .on(offsetCommit, () => {})
      .on(listGroups, ({ answer }) => answer({ errorCode: 0, groups: [] })),
  );
  await Promise.all(
    brokers.map((broker, index) => broker.listen(network, { host: `b${index + 1}`, port: 9092 })),
  );
  const cluster = client(["b1:9092", "b2:9092"], clientOptions);
  const retries: RetryNotice[] = [];
  cluster.onRetry((notice) => retries.push(notice));
  const counts = (api: { readonly key: number }) =>
    brokers.map(({ received }) => received.filter((request) => request.api.key === api.key).length);
  return { clock, network, cluster, client, state, brokers, retries, counts };
}

/** Where the three are. */
export const nodes = [1, 2, 3].map((nodeId) => ({ nodeId, host: `b${nodeId}`, port: 9092 }));

/** A Heartbeat, which each of them answers at once. */
export const beat = { groupId: "g", generationId: 1, memberId: "m" };

/** An OffsetCommit, which none of them answers. */
export const commit = { groupId: "g", topics: [] };

type Options = Parameters<typeof world>[0] & {
  readonly client?: Parameters<ReturnType<typeof world>["client"]>[1];
};
