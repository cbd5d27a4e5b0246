import type { PlaygroundController } from "./playgroundController.ts";

const topic = "orders";
const groupId = "billing";

/**
 * What a first look finds: a topic with six partitions that receives records, and a group of two members that read it,
 * so that something happens at once.
 */
export async function playDefaultScene(controller: PlaygroundController): Promise<void> {
  const { playground } = controller;
  // One that comes back from its data directory has the topic and its records already.
  if (!playground.topics().some((each) => each.topic === topic)) {
    // Replicas on other nodes: one of them can stop, and the others lead in its place.
    const replicationFactor = Math.min(3, playground.nodes.length);
    playground.createTopic(topic, { partitions: 6, replicationFactor });
    playground.startWorkload({ topic, pace: { kind: "burst", count: 600 } });
  }
  playground.startWorkload({ topic, pace: { kind: "steady", recordsPerSecond: 20 } });
  for (let member = 0; member < 2; member++) {
    await controller.members.add({ groupId, topics: [topic] });
  }
}
