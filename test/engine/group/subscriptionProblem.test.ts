import { describe, expect, test } from "vitest";
import { range } from "#assignors/range.ts";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import { subscriptionProblem } from "#engine/group/subscriptionProblem.ts";

const own = { ...range, name: "own" };

type Choice = Pick<ConsumerOptions, "topics" | "topicPattern" | "directPartitions" | "groupId" | "assignors">;

const good: Choice = { groupId: "billing", topics: ["orders"], assignors: ["range"] };
const partitions = [{ topic: "orders", partition: 0 }];

describe("what a consumer would subscribe to", () => {
  test.each([
    ["named topics", {}],
    ["a pattern alone", { topics: [], topicPattern: "orders-.*" }],
    ["a pattern beside named topics", { topicPattern: "orders-.*" }],
    ["chosen partitions", { topics: [], directPartitions: partitions }],
    ["eager and cooperative assignors", { assignors: ["cooperative-sticky", "range"] }],
    ["eager before cooperative", { assignors: ["range", "cooperative-sticky"] }],
    ["kafkajs's assignor", { assignors: ["RoundRobinAssigner"] }],
    ["an assignor of one's own", { assignors: ["own", "range"] }],
    ["no group, and no assignor then", { groupId: undefined, assignors: [] }],
  ])("may be %s", (_, change: Partial<Choice>) => {
    expect(subscriptionProblem({ ...good, ...change }, [own])).toBeUndefined();
  });

  test.each([
    ["nothing", { topics: [] }, "choose at least one topic"],
    ["a pattern that cannot be read", { topicPattern: "(" }, "missing closing )"],
    [
      "a pattern beside chosen partitions",
      { topicPattern: ".*", directPartitions: partitions },
      "chosen partitions",
    ],
    ["a pattern without a group", { topicPattern: ".*", groupId: undefined }, "name a group"],
    ["no assignor", { assignors: [] }, "choose at least one assignor"],
    [
      "an unknown assignor",
      { assignors: ["range", "best"] },
      "the assignor best is not known; known are range,",
    ],
    ["an assignor twice", { assignors: ["range", "range"] }, "the assignor range is in the list twice"],
  ])("may not be %s", (_, change: Partial<Choice>, reason) => {
    expect(subscriptionProblem({ ...good, ...change }, [own])).toContain(reason);
  });

  test.each([
    ["the name of another", { ...range }, "has the name of another one: range"],
    ["no name", { ...range, name: "" }, "has no name"],
  ])("an assignor of one's own may not have %s", (_, assignor, reason) => {
    expect(subscriptionProblem(good, [assignor])).toContain(reason);
  });
});
