import { range } from "../range.ts";
import type { ServerAssignor } from "./serverAssignor.ts";

/** Each topic cut into one run per member, as the assignor of the same name does on a client (KIP-848). */
export const serverRange: ServerAssignor = {
  name: "range",
  assign: (members, topics) =>
    range.assign(
      members.map(({ memberId, groupInstanceId, topics: subscribed }) => ({
        memberId,
        groupInstanceId,
        topics: subscribed.filter((topic) => topics.has(topic)),
        ownedPartitions: [],
      })),
      topics,
    ),
};
