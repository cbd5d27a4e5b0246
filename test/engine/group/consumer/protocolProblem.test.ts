import { describe, expect, test } from "vitest";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import { protocolProblem } from "#engine/group/consumer/protocolProblem.ts";

const usual = { groupId: "billing", groupProtocol: "classic" } as const;

describe("the protocol of a group and its options", () => {
  test.each<[string, Partial<ConsumerOptions>, RegExp | undefined]>([
    ["classic", {}, undefined],
    ["consumer", { groupProtocol: "consumer" }, undefined],
    ["consumer and the broker's range", { groupProtocol: "consumer", serverAssignor: "range" }, undefined],
    [
      "consumer and an assignor of the broker's own",
      { groupProtocol: "consumer", serverAssignor: "ours" },
      undefined,
    ],
    ["consumer without a group", { groupProtocol: "consumer", groupId: undefined }, /name a group/],
    ["classic with a server-side assignor", { serverAssignor: "uniform" }, /for the consumer protocol/],
    ["an empty server-side assignor", { groupProtocol: "consumer", serverAssignor: " " }, /is empty/],
    [
      "a server-side assignor without joining",
      {
        groupProtocol: "consumer",
        serverAssignor: "range",
        directPartitions: [{ topic: "orders", partition: 0 }],
      },
      /for members of a group/,
    ],
  ])("%s", (_, options, expected) => {
    const problem = protocolProblem({ ...usual, ...options });

    if (expected === undefined) expect(problem).toBeUndefined();
    else expect(problem).toMatch(expected);
  });
});
