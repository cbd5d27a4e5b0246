// StreamsGroupTopologyDescriptionUpdate: v0

import type { Api } from "../api.ts";
import { array } from "../schema/array.ts";
import { string } from "../schema/blobs.ts";
import { withDefault } from "../schema/fields.ts";
import { int8, int16, int32 } from "../schema/primitives.ts";
import { struct } from "../schema/struct.ts";
import { type Decoded, nullable } from "../schema/type.ts";

const topologyDescriptionNode = struct({
  name: string,
  nodeType: int8,
  sourceTopics: array(string),
  sinkTopic: withDefault(nullable(string), null),
  stores: array(string),
  successors: array(string),
});

const topologyDescriptionSubtopology = struct({
  subtopologyId: string,
  nodes: array(topologyDescriptionNode),
});

const topologyDescriptionGlobalStore = struct({
  source: topologyDescriptionNode,
  processor: topologyDescriptionNode,
});

const topologyDescription = struct({
  subtopologies: array(topologyDescriptionSubtopology),
  globalStores: array(topologyDescriptionGlobalStore),
});

const request = struct({
  groupId: string,
  memberId: string,
  topologyEpoch: int32,
  topologyDescription: topologyDescription,
});

const response = struct({
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: withDefault(nullable(string), null),
});

export type StreamsGroupTopologyDescriptionUpdateRequest = Decoded<typeof request>;
export type StreamsGroupTopologyDescriptionUpdateResponse = Decoded<typeof response>;

export const streamsGroupTopologyDescriptionUpdate: Api<typeof request, typeof response> = {
  key: 93,
  name: "StreamsGroupTopologyDescriptionUpdate",
  versions: [0, 0],
  flexibleSince: 0,
  request,
  response,
};
