import { describe, expect, test } from "vitest";
import { copyText } from "#views/tree/copyText.ts";
import {
  byBroker,
  bySample,
  described,
  ends,
  member,
  modelOf,
  offsets,
  phase,
  seen,
  started,
  topics,
  tp,
} from "../../model/observed.ts";
import { clusters, groupTarget, lines, profile, rows } from "./support/rows.ts";

describe("members and partitions", () => {
  const observed = [
    profile,
    seen(1, started()),
    seen(10, topics(4)),
    seen(11, ends(11, 402n, 77n, 10n, 5n), bySample),
    seen(12, offsets(12, 118n, 77n), bySample),
    seen(20, phase({ phase: "stable", assigned: tp("orders", 2) })),
    seen(
      21,
      described({
        stateSince: 20,
        members: [
          member("groupscope-A-1", { assigned: tp("orders", 2) }),
          member("worker-1-8f3a2b1c-0001-4000-8000-1234567890ab", {
            clientId: "worker-1",
            groupInstanceId: "w1",
            assigned: tp("orders", 0, 1),
          }),
        ],
      }),
      byBroker,
    ),
  ];

  test("ours are called by name; long ids are shortened in the middle and whole in the tooltip", () => {
    const nodes = rows(modelOf(...observed), clusters, groupTarget, { at: 500 });

    expect(lines(nodes)).toEqual([
      "A (ours)  nothing committed · orders-2",
      "worker-1-…567890ab  lag 284 · 2 partitions · static w1 · /10.0.0.7",
      "nobody  orders-3 is assigned to no member",
    ]);
    expect(nodes[1]?.tooltip).toContain("worker\\-1\\-8f3a2b1c\\-0001\\-4000\\-8000\\-1234567890ab");
    expect(nodes.map(({ contextValue }) => contextValue)).toEqual([
      "member ours",
      "member foreign static",
      "unassigned stranded",
    ]);
  });

  test("numbers of partitions keep their place with figure spaces, which are not copied", () => {
    const memberId = "worker-1-8f3a2b1c-0001-4000-8000-1234567890ab";
    const nodes = rows(modelOf(...observed), clusters, {
      kind: "member",
      clusterId: "c1",
      groupId: "billing",
      memberId,
    });

    expect(nodes.map(({ description }) => description)).toEqual([
      "lag 284 · committed 118 · end 402",
      "lag \u2007\u20070 · committed \u200777 · end \u200777",
    ]);
    expect(lines(nodes)[1]).toBe("orders-1  lag 0 · committed 77 · end 77");
  });

  const observedBefore = observed.filter(({ type }) => type !== "group.offsets");

  test.each([
    ["unknown is –, never 0", observedBefore, "orders-2  lag – · committed – · end 10"],
    [
      "where nothing is committed, that is said instead of a lag",
      observed,
      "orders-2  nothing committed · end 10",
    ],
  ])("%s", (_says, seenSoFar, line) => {
    const nodes = rows(modelOf(...seenSoFar), clusters, {
      kind: "member",
      clusterId: "c1",
      groupId: "billing",
      memberId: "groupscope-A-1",
    });

    expect(lines(nodes)).toEqual([line]);
    expect(nodes[0]?.tooltip).toContain(
      line.includes("nothing") ? "none\\: nothing is committed" : "| lag | – |",
    );
  });

  test("a stranded partition is marked on its row", () => {
    const nodes = rows(
      modelOf(...observed),
      clusters,
      { kind: "unassigned", clusterId: "c1", groupId: "billing" },
      { at: 10_000 },
    );

    expect(nodes[0]).toMatchObject({
      label: "orders-3",
      contextValue: "groupPartition nobody stranded",
      icon: { codicon: "warning" },
    });
  });

  test("topics show their partitions and the groups that read them", () => {
    const model = modelOf(
      ...observed,
      seen(30, { type: "cluster.failed", what: "offsets", message: "timed out", requestedAt: 30 }),
    );

    expect(lines(rows(model, clusters, { kind: "topics", clusterId: "c1" }))).toEqual([
      "Offsets could not be read  timed out",
      "orders  4 partitions · 494 offsets",
    ]);
    expect(lines(rows(model, clusters, { kind: "topic", clusterId: "c1", topic: "orders" }))).toEqual([
      "orders-0  offsets 0 to 402 · leader 1",
      "orders-1  offsets 0 to 77 · leader 1",
      "orders-2  offsets 0 to 10 · leader 1",
      "orders-3  offsets 0 to 5 · leader 1",
      "Groups that read it (1)",
    ]);
    expect(lines(rows(model, clusters, { kind: "topicGroups", clusterId: "c1", topic: "orders" }))).toEqual([
      "billing  lag 284 · Stable",
    ]);
  });

  test("below its topic a partition is its number, but is copied and read out with its topic", () => {
    const [node] = rows(modelOf(...observed), clusters, { kind: "topic", clusterId: "c1", topic: "orders" });

    expect(node?.label).toBe("partition 0");
    expect(node?.accessibilityLabel).toMatch(/^orders-0, offsets/);
    expect(node && copyText(node)).toMatch(/^orders-0 {2}offsets/);
  });
});
