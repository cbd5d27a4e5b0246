import type { Cluster } from "#network/cluster.ts";
import type { Api } from "#protocol/api.ts";
import { createTopics } from "#protocol/apis/createTopics.ts";
import { deleteTopics } from "#protocol/apis/deleteTopics.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { produce } from "#protocol/apis/produce.ts";
import { AdministrationError } from "./administrationError.ts";

/** What kafkajs is used for here. */
export type KafkaJsUse = "createTopics" | "deleteTopics" | "produce";

/** The newest versions that kafkajs 2.2.4 speaks, of what each use needs. */
const NEWEST_SPOKEN: Readonly<Record<KafkaJsUse, readonly (readonly [Api, number])[]>> = {
  createTopics: [
    [metadata, 6],
    [createTopics, 3],
  ],
  deleteTopics: [
    [metadata, 6],
    [deleteTopics, 1],
  ],
  produce: [
    [metadata, 6],
    [produce, 7],
  ],
};

/**
 * Throws when the brokers no longer accept what kafkajs speaks: it ignores a broker's minimum, and the broker would
 * close the connection without a word.
 */
export function requireVersions(cluster: Cluster, use: KafkaJsUse): void {
  for (const [api, newest] of NEWEST_SPOKEN[use]) {
    const common = cluster.supportedVersions(api);
    if (common && common[0] > newest) {
      throw new AdministrationError(
        "UNSUPPORTED_VERSION",
        `The brokers accept ${api.name} from v${common[0]} on, and kafkajs, which does this, speaks v${newest} at most.`,
      );
    }
  }
}
