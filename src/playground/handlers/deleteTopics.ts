import { deleteTopics } from "#protocol/apis/deleteTopics.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import type { Broker } from "../broker.ts";
import { defineHandler } from "./handler.ts";
import { findTopic, wholeTopics } from "./routing.ts";

/** Deletes topics by name or, from version 6 on, by id; what groups committed for them goes too. */
export const deleteTopicsHandler = defineHandler({
  api: deleteTopics,
  versions: [1, 6],
  subject: ({ topics, topicNames }, broker) => ({
    partitions: wholeTopics(broker, [...topics, ...topicNames.map((name) => ({ name }))]),
  }),
  handle(request, { broker, version }) {
    const wanted =
      version >= 6 ? request.topics : request.topicNames.map((name) => ({ name, topicId: zeroUuid }));
    return { responses: wanted.map((topic) => deleteOne(broker, topic)) };
  },
  failed: (request, code, version) => ({
    responses: (version >= 6 ? request.topics : request.topicNames.map((name) => ({ name }))).map(
      (topic) => ({ ...topic, errorCode: code }),
    ),
  }),
});

function deleteOne(broker: Broker, wanted: { readonly name: string | null; readonly topicId: string }) {
  // Exactly one of the two names a topic (KIP-516).
  if ((wanted.name === null) === (wanted.topicId === zeroUuid)) {
    const errorMessage = "A topic is named either by its name or by its id.";
    return { ...wanted, errorCode: errorCode("INVALID_REQUEST"), errorMessage };
  }
  const found = findTopic(broker, { name: wanted.name ?? "", topicId: wanted.topicId });
  if ("error" in found) {
    const errorMessage =
      found.error === "UNKNOWN_TOPIC_ID"
        ? "This server does not host this topic ID."
        : "This server does not host this topic-partition.";
    return { ...wanted, errorCode: errorCode(found.error), errorMessage };
  }
  const { name, topicId } = found.topic;
  broker.deleteTopic(found.topic);
  return { name, topicId, errorCode: 0 };
}
