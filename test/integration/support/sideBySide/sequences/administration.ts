import type { RequestInput } from "#protocol/api.ts";
import { alterConfigs } from "#protocol/apis/alterConfigs.ts";
import { createPartitions } from "#protocol/apis/createPartitions.ts";
import { createTopics } from "#protocol/apis/createTopics.ts";
import { deleteRecords } from "#protocol/apis/deleteRecords.ts";
import { deleteTopics } from "#protocol/apis/deleteTopics.ts";
import { describeCluster } from "#protocol/apis/describeCluster.ts";
import { describeConfigs } from "#protocol/apis/describeConfigs.ts";
import { describeTopicPartitions } from "#protocol/apis/describeTopicPartitions.ts";
import { incrementalAlterConfigs } from "#protocol/apis/incrementalAlterConfigs.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { offsetDelete } from "#protocol/apis/offsetDelete.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import { ask, codesOf, type Sequence } from "../dialogue.ts";

type NewTopic = RequestInput<typeof createTopics>["topics"][number];

const topicResource = 2;
const unknownId = "AAAAAAAAAAAAAAAAAAAAAQ";

/** What our engine does not ask: the error codes agree. */
export const administrationSequences: readonly Sequence[] = [
  codesOf("CreateTopics", ({ topic }) => {
    const make = (own: Partial<NewTopic>, validateOnly = false) => {
      const plain = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
      const wanted = { name: `${topic}-more`, ...plain, ...own };
      return ask(createTopics, { topics: [wanted], timeoutMs: 10_000, validateOnly });
    };
    return [
      make({ name: topic }),
      make({ name: "not a name" }),
      make({ name: "" }),
      make({ name: ".." }),
      make({ numPartitions: 0 }),
      make({ replicationFactor: 0 }),
      make({ replicationFactor: 5 }),
      make({ configs: [{ name: "no.such.config", value: "1" }] }),
      make({ configs: [{ name: "retention.ms", value: "soon" }] }),
      make({ configs: [{ name: "cleanup.policy", value: "burn" }] }),
      make({ assignments: [{ partitionIndex: 0, brokerIds: [1] }] }),
      make({
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [{ partitionIndex: 1, brokerIds: [1] }],
      }),
      make({
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [{ partitionIndex: 0, brokerIds: [9] }],
      }),
      make({}, true),
      make({ numPartitions: -1, replicationFactor: -1 }),
      make({}),
    ];
  }),
  codesOf("CreatePartitions and DeleteTopics", ({ topic, topicId }) => {
    const widen = (
      name: string,
      count: number,
      assignments: readonly { brokerIds: number[] }[] | null = null,
    ) =>
      ask(createPartitions, {
        topics: [{ name, count, assignments }],
        timeoutMs: 10_000,
        validateOnly: false,
      });
    return [
      widen("nowhere", 3),
      widen(topic, 1),
      widen(topic, 2),
      widen(topic, -1),
      widen(topic, 3, [{ brokerIds: [9] }]),
      widen(topic, 3, [{ brokerIds: [1] }, { brokerIds: [1] }]),
      widen(topic, 3),
      ask(deleteTopics, { topicNames: ["nowhere"], timeoutMs: 10_000 }, { version: 5 }),
      ask(deleteTopics, { topics: [{ name: null, topicId: unknownId }], timeoutMs: 10_000 }),
      ask(deleteTopics, {
        topics: [
          { name: "nowhere", topicId: zeroUuid },
          { name: topic, topicId },
        ],
        timeoutMs: 10_000,
      }),
      ask(deleteTopics, { topics: [{ name: null, topicId }], timeoutMs: 10_000 }),
    ];
  }),
  codesOf("configurations", ({ topic }) => {
    const describe = (resourceType: number, resourceName: string) =>
      ask(describeConfigs, {
        resources: [{ resourceType, resourceName, configurationKeys: ["retention.ms"] }],
      });
    const alter = (resourceName: string, name: string, value: string | null, configOperation = 0) =>
      ask(incrementalAlterConfigs, {
        resources: [
          { resourceType: topicResource, resourceName, configs: [{ name, configOperation, value }] },
        ],
        validateOnly: false,
      });
    return [
      describe(topicResource, topic),
      describe(topicResource, "nowhere"),
      describe(topicResource, ""),
      describe(4, "1"),
      describe(4, "99"),
      describe(77, "1"),
      alter(topic, "retention.ms", "1000"),
      alter(topic, "retention.ms", "soon"),
      alter(topic, "retention.ms", null),
      alter(topic, "retention.ms", null, 1),
      alter(topic, "no.such.config", "1"),
      alter(topic, "cleanup.policy", "compact", 2),
      alter(topic, "retention.ms", "5", 2),
      alter(topic, "retention.ms", "5", 9),
      alter("nowhere", "retention.ms", "1000"),
      ask(alterConfigs, {
        resources: [
          {
            resourceType: topicResource,
            resourceName: topic,
            configs: [{ name: "retention.ms", value: "9" }],
          },
          { resourceType: topicResource, resourceName: "nowhere", configs: [] },
        ],
        validateOnly: false,
      }),
    ];
  }),
  codesOf("DeleteRecords, OffsetDelete and what describes the cluster", ({ topic, group }) => {
    const cut = (name: string, partitionIndex: number, offset: bigint) =>
      ask(deleteRecords, { topics: [{ name, partitions: [{ partitionIndex, offset }] }], timeoutMs: 5_000 });
    const forget = (groupId: string, name: string, partitionIndex = 0) =>
      ask(offsetDelete, { groupId, topics: [{ name, partitions: [{ partitionIndex }] }] });
    const partitions = [{ partitionIndex: 0, committedOffset: 1n, committedMetadata: null }];
    return [
      cut(topic, 0, 0n),
      cut(topic, 0, -1n),
      cut(topic, 0, 5n),
      cut(topic, 0, -7n),
      cut(topic, 9, 0n),
      cut("nowhere", 0, 0n),
      forget(group, topic),
      ask(offsetCommit, { groupId: group, topics: [{ name: topic, partitions }] }, { version: 9 }),
      forget(group, topic),
      forget(group, topic),
      forget(group, "nowhere"),
      forget("", topic),
      ask(describeCluster, { includeClusterAuthorizedOperations: true }, { version: 1 }),
      ask(describeCluster, { includeClusterAuthorizedOperations: false, endpointType: 2 }),
      ask(describeTopicPartitions, { topics: [{ name: topic }, { name: "nowhere" }, { name: "no name" }] }),
      ask(describeTopicPartitions, { topics: [{ name: topic }], responsePartitionLimit: 1 }),
    ];
  }),
];
