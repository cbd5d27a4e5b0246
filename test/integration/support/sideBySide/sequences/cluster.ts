import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { findCoordinator } from "#protocol/apis/findCoordinator.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { ask, inVersions, type Sequence, sequence } from "../dialogue.ts";

const unknownId = "AAAAAAAAAAAAAAAAAAAAAQ";
const software = { clientSoftwareName: "side", clientSoftwareVersion: "1.0" };

/** What a client asks before anything else. */
export const clusterSequences: readonly Sequence[] = [
  sequence("ApiVersions", () => [
    ...inVersions(apiVersions, [0, 1, 2, 3, 4], software),
    ask(apiVersions, { clientSoftwareName: "", clientSoftwareVersion: "" }),
    ask(apiVersions, { clientSoftwareName: "not plain!", clientSoftwareVersion: "1" }),
    ask(apiVersions, { clientSoftwareName: "a", clientSoftwareVersion: "-" }),
  ]),
  sequence("Metadata of a topic by its name, in every version", ({ topic }) =>
    inVersions(metadata, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], { topics: [{ name: topic }] }),
  ),
  sequence("Metadata of nothing, of what is not there, by id, with what is allowed", ({ topic, topicId }) => [
    ask(metadata, { topics: [], allowAutoTopicCreation: false }),
    ...[4, 9, 12].map((version) =>
      ask(
        metadata,
        { topics: [{ name: "nowhere" }, { name: topic }], allowAutoTopicCreation: false },
        { version },
      ),
    ),
    ask(metadata, { topics: [{ name: "not a name" }], allowAutoTopicCreation: false }),
    ask(metadata, { topics: [{ name: "" }], allowAutoTopicCreation: true }),
    ask(metadata, { topics: [{ name: null, topicId }] }),
    ask(metadata, { topics: [{ name: null, topicId: unknownId }] }),
    ...[10, 11, 12].flatMap((version) => [
      ask(metadata, { topics: [{ name: null, topicId }] }, { version }),
      ask(metadata, { topics: [{ name: topic, topicId }] }, { version }),
      ask(metadata, { topics: [{ name: topic }, { name: null, topicId: unknownId }] }, { version }),
    ]),
    ask(metadata, { topics: [{ name: topic, topicId }] }),
    ask(metadata, { topics: [{ name: topic }, { name: topic }] }),
    ...[8, 10, 12].map((version) =>
      ask(
        metadata,
        {
          topics: [{ name: topic }],
          includeTopicAuthorizedOperations: true,
          includeClusterAuthorizedOperations: true,
        },
        { version },
      ),
    ),
  ]),
  sequence("FindCoordinator", ({ group }) => [
    ...[0, 1, 2, 3].map((version) => ask(findCoordinator, { key: group }, { version })),
    ...[4, 5, 6].map((version) => ask(findCoordinator, { coordinatorKeys: [group, "other"] }, { version })),
    ask(findCoordinator, { keyType: 1, coordinatorKeys: [group] }),
    ask(findCoordinator, { keyType: 9, coordinatorKeys: [group] }),
    ask(findCoordinator, { keyType: 0, coordinatorKeys: [] }),
    ask(findCoordinator, { keyType: 0, coordinatorKeys: [""] }),
    ask(findCoordinator, { keyType: 9, key: group }, { version: 3 }),
  ]),
];
