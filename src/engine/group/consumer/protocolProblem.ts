import type { ConsumerOptions } from "../../consumerOptions.ts";

/**
 * What is wrong with the protocol a consumer would speak to its group, or undefined. Assignors of the client, session
 * timeout and heartbeat interval stand beside a consumer group's options without harm: they hold where the session falls
 * back to the classic protocol, and the broker has its own (KIP-848).
 */
export function protocolProblem(
  options: Pick<ConsumerOptions, "groupId" | "groupProtocol" | "serverAssignor" | "directPartitions">,
): string | undefined {
  const { groupId, groupProtocol, serverAssignor, directPartitions } = options;
  if (groupProtocol === "consumer" && groupId === undefined) {
    return "the consumer protocol is spoken by members of a group: name a group";
  }
  if (serverAssignor === undefined) return undefined;
  if (groupId === undefined || directPartitions) return "a server-side assignor is for members of a group";
  if (groupProtocol === "classic") {
    return `the server-side assignor ${serverAssignor} is for the consumer protocol: members of a classic group divide partitions themselves, with the assignors they offer`;
  }
  if (serverAssignor.trim() === "") {
    return "the server-side assignor's name is empty: leave it out, and the broker chooses";
  }
  return undefined;
}
