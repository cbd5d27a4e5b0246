import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { detect } from "#model/detectors/detect.ts";
import { createModel, fold, type Model } from "#model/model.ts";
import type { Observation, ObservationBody } from "#trace/observation.ts";
import type { BatchRejected } from "#trace/observations/fetch.ts";
import { children } from "#views/tree/children.ts";
import { copyText } from "#views/tree/copyText.ts";
import type { TreeContext } from "#views/tree/treeContext.ts";
import type { NodeTarget, TreeNode, TreeViewId } from "#views/treeNode.ts";
import {
  byBroker,
  bySample,
  commit,
  described,
  ends,
  member,
  modelOf,
  offsets,
  phase,
  position,
  seen,
  started,
  topics,
  tp,
} from "../../model/observed.ts";
import { anyObservation } from "../../trace/anyObservation.ts";

const clusters: TreeViewId = "groupscope.clusters";
const consumers: TreeViewId = "groupscope.debugConsumers";

function contextOf(model: Model, now = 5_000, rest: Partial<TreeContext> = {}): TreeContext {
  return { model, findings: detect(model, now), now, ...rest };
}

function rows(
  model: Model,
  view: TreeViewId,
  parent?: NodeTarget,
  rest?: Partial<TreeContext> & { readonly at?: number },
) {
  return children(view, parent, contextOf(model, rest?.at, rest));
}

const lines = (nodes: readonly TreeNode[]) => nodes.map((node) => copyText(node));
const clusterTarget: NodeTarget = { kind: "cluster", clusterId: "c1" };
const groupsTarget: NodeTarget = { kind: "groups", clusterId: "c1" };
const groupTarget: NodeTarget = { kind: "group", clusterId: "c1", groupId: "billing" };

const profile = seen(0, {
  type: "cluster.profile",
  name: "staging",
  kind: "cluster",
  bootstrapServers: ["kafka:9092"],
});
const listed = (...ids: readonly string[]) =>
  seen(10, {
    type: "group.listed",
    requestedAt: 10,
    groups: ids.map((groupId) => ({ groupId, groupType: "classic" as const, state: "Stable" })),
    missing: [],
  });

/** Every row of a tree, from the roots down. */
function everything(model: Model, view: TreeViewId, context = contextOf(model)): readonly TreeNode[] {
  const all: TreeNode[] = [];
  const walk = (nodes: readonly TreeNode[]) => {
    for (const node of nodes) {
      all.push(node);
      if (node.collapsible !== "none") walk(children(view, node.target, context));
    }
  };
  walk(children(view, undefined, context));
  return all;
}

describe("CLUSTERS", () => {
  test.each([
    [
      "connected",
      [
        seen(1, {
          type: "cluster.connection",
          state: "connected",
          steps: [],
          brokers: [{ nodeId: 1, host: "a", port: 1 }],
        }),
      ],
      "connected · 1 broker",
      "cluster connected",
    ],
    [
      "on its way",
      [seen(1, { type: "cluster.connection", state: "connecting", steps: [] })],
      "connecting…",
      "cluster connecting",
    ],
    [
      "failed",
      [
        seen(1, {
          type: "cluster.connection",
          state: "failed",
          message: "TLS handshake failed, the broker speaks plaintext on 9093",
          steps: [],
        }),
      ],
      "not connected: TLS handshake failed, the broker speaks plaintext on 9093",
      "cluster failed",
    ],
    ["never tried", [], "not connected yet", "cluster disconnected"],
  ] as const)("a cluster that is %s says so", (_what, observations, description, contextValue) => {
    const [node] = rows(modelOf(profile, ...observations), clusters);

    expect(node).toMatchObject({ label: "staging", description, contextValue });
  });

  test("the playground comes first and says where it listens; an opened trace last and is read-only", () => {
    const model = modelOf(
      profile,
      seen(
        0,
        { type: "cluster.profile", name: "playground", kind: "playground", bootstrapServers: [] },
        { clusterId: "playground" },
      ),
      seen(
        1,
        {
          type: "broker.started",
          kafkaClusterId: "x",
          nodes: [1, 2, 3].map((nodeId) => ({ nodeId, host: "127.0.0.1", port: 9_091 + nodeId })),
        },
        { clusterId: "playground" },
      ),
      seen(
        0,
        { type: "cluster.profile", name: "bug.jsonl: prod", kind: "trace", bootstrapServers: [] },
        { clusterId: "t1" },
      ),
    );

    const roots = rows(model, clusters);

    expect(lines(roots)).toEqual([
      "playground  running · 127.0.0.1:9092 · 3 nodes",
      "staging  not connected yet",
      "bug.jsonl: prod  trace, read-only",
    ]);
    expect(roots[0]?.contextValue).toBe("cluster connected playground running");
    expect(roots[2]?.contextValue).toBe("cluster disconnected trace readOnly");
  });

  test("a cluster that cannot be reached shows how far it came, and what is known stays", () => {
    const model = modelOf(
      profile,
      listed("billing"),
      seen(20, {
        type: "cluster.connection",
        state: "failed",
        message: "no",
        steps: [
          { stage: "resolve", tried: "kafka", outcome: "ok" },
          {
            stage: "connect",
            tried: "10.0.0.1:9092",
            outcome: "failed",
            detail: "Connection refused: nothing listens there.",
          },
          { stage: "tls", tried: "", outcome: "skipped" },
        ],
      }),
    );

    expect(lines(rows(model, clusters, clusterTarget))).toEqual([
      "name resolution works  kafka",
      "connection failed  10.0.0.1:9092 · Connection refused: nothing listens there.",
      "Groups (1)",
      "Topics (–)  not known",
    ]);
  });

  test("a broker that does not answer is a marked row, and the groups of the others are shown", () => {
    const model = modelOf(
      profile,
      seen(10, {
        type: "group.listed",
        requestedAt: 10,
        groups: [{ groupId: "billing", groupType: "classic", state: "Stable" }],
        missing: [{ broker: "2", reason: "timed out after 5 s" }],
      }),
    );

    expect(lines(rows(model, clusters, groupsTarget))).toEqual([
      "Broker 2 did not answer  timed out after 5 s; groups it coordinates may be missing here",
      "billing  lag – · classic",
    ]);
    expect(rows(model, clusters, clusterTarget)[0]).toMatchObject({
      description: "1 broker did not answer",
      contextValue: "groups failing",
    });
  });

  test("the filter narrows groups and topics by name, in any case, and says of how many", () => {
    const model = modelOf(profile, listed("billing", "audit"), seen(11, topics(1)));

    expect(lines(rows(model, clusters, groupsTarget, { filter: "BILL" }))).toEqual([
      "billing  lag – · classic",
    ]);
    expect(lines(rows(model, clusters, clusterTarget, { filter: "BILL" }))).toEqual([
      "Groups (1 of 2)",
      "Topics (0 of 1)",
    ]);
  });
});

describe("a group's row", () => {
  test.each([
    [
      "classic and stable",
      described({ generationId: 6 }),
      "lag – · classic generation 6",
      "group classic stable",
    ],
    [
      "KIP-848",
      described({ groupType: "consumer", state: "Reconciling", stateSince: 800, groupEpoch: 12 }),
      "Reconciling 4.2 s · lag – · consumer (KIP-848) epoch 12",
      "group consumer rebalancing",
    ],
    [
      "a share group",
      described({ groupType: "share", state: "Stable" }),
      "lag – · share",
      "group share stable",
    ],
    [
      "a streams group",
      described({ groupType: "streams", state: "NotReady" }),
      "NotReady · lag – · streams",
      "group streams other",
    ],
    ["empty", described({ state: "Empty" }), "Empty · lag – · classic", "group classic empty"],
    [
      "of another type, called Dead by the wrong question",
      described({ groupType: "consumer", state: "Dead" }),
      "– · lag – · consumer (KIP-848)",
      "group consumer other",
    ],
  ])("says what it is: %s", (_what, description, text, contextValue) => {
    const [node] = rows(modelOf(profile, seen(900, description, { ...byBroker })), clusters, groupsTarget);

    expect(node).toMatchObject({ description: text, contextValue });
  });

  test("says since when it rebalances, who it waits for, and its lag", () => {
    const model = modelOf(
      profile,
      seen(10, topics(2)),
      seen(11, ends(11, 402n, 77n), bySample),
      seen(12, offsets(12, 118n, 77n), bySample),
      seen(
        800,
        described({
          state: "PreparingRebalance",
          stateSince: 800,
          members: [
            member("worker-1-8f3a", { phase: "joined" }),
            member("worker-2-c01d", { phase: "notRejoined", evictedAt: 42_000 }),
          ],
        }),
        byBroker,
      ),
    );

    expect(lines(rows(model, clusters, groupsTarget))).toEqual([
      "billing  PreparingRebalance 4.2 s · waits for worker-2 · lag 284 · classic",
    ]);
    expect(lines(rows(model, clusters, groupTarget))).toEqual([
      "worker-1-8f3a  rejoined · assignment not known · /10.0.0.7",
      "worker-2-c01d  has not rejoined · evicted in 37.0 s",
      "not assigned yet  lag 284 · 2 partitions · the rebalance decides whose",
    ]);
  });

  test("a member that has just begun to be waited for is not marked: it learns of it with its next heartbeat", () => {
    const model = modelOf(
      profile,
      seen(
        1_000,
        described({
          state: "PreparingRebalance",
          stateSince: 1_000,
          members: [member("worker-2-c01d", { phase: "notRejoined", evictedAt: 42_000 })],
        }),
        byBroker,
      ),
    );
    const iconAt = (at: number) => rows(model, clusters, groupTarget, { at })[0]?.icon?.codicon;

    expect(iconAt(4_000)).toBe("person");
    expect(iconAt(6_000)).toBe("warning");
  });

  test("a healthy member's time to its eviction is one of silence", () => {
    const model = modelOf(
      profile,
      seen(1_000, described({ members: [member("w1", { phase: "stable", evictedAt: 11_800 })] }), byBroker),
    );

    const [node] = rows(model, clusters, groupTarget, { at: 1_000 });

    expect(node?.tooltip).toContain("| evicted if silent | for 10\\.8 s more |");
    expect(node?.tooltip).not.toContain("evicted in");
  });

  test("does not flicker with the milliseconds of a state that passes at once", () => {
    const model = modelOf(
      profile,
      seen(800, described({ state: "CompletingRebalance", stateSince: 800 }), byBroker),
    );

    expect(rows(model, clusters, groupsTarget, { at: 1_700 })[0]?.description).toMatch(
      /^CompletingRebalance · /,
    );
  });

  test("of a real cluster says that the coordinator does not tell who is missing", () => {
    const model = modelOf(
      profile,
      seen(
        10,
        described({ state: "PreparingRebalance", requestedAt: 10, members: [member("w1")] }),
        bySample,
      ),
    );

    expect(rows(model, clusters, groupsTarget)[0]?.description).toContain(
      "the coordinator does not say who it waits for",
    );
  });

  test("carries the mark of what is wrong in it", () => {
    const model = modelOf(
      profile,
      seen(1, started()),
      seen(2, phase({ phase: "joining" })),
      seen(1_000, commit({ state: "blocked", blocked: { by: "joinInFlight", since: 900 } })),
    );

    const [node] = rows(model, clusters, groupsTarget, { at: 20_000 });

    expect(node?.icon).toEqual({ codicon: "error", color: "problemsErrorIcon.foreground" });
    expect(node?.description).toBe(
      "PreparingRebalance 20.0 s · A: commit waits 19.0 s · lag – · classic · the coordinator does not say who it waits for",
    );
    expect(node?.tooltip).toContain("A\\: commit waits 19\\.0 s");
  });

  test("is no green tick while members have no answer to SyncGroup", () => {
    const model = modelOf(
      profile,
      seen(1, started({ name: "worker-1", scripted: true })),
      seen(2, phase({ phase: "syncing" })),
      seen(3, described({ generationId: 5, members: [member("groupscope-A-1")] }), byBroker),
    );

    const [node] = rows(model, clusters, groupsTarget, { at: 5 });

    expect(node?.icon).toEqual({ codicon: "sync", color: "charts.yellow" });
    expect(node?.description).toBe("1 member waits for SyncGroup · lag – · classic generation 5");
  });

  test("without members says so, and how much waits for them", () => {
    const model = modelOf(
      profile,
      seen(10, topics(2)),
      seen(11, ends(11, 402n, 77n), bySample),
      seen(12, offsets(12, 118n, 77n), bySample),
      seen(13, described({ state: "Empty", members: [] }), byBroker),
    );

    expect(lines(rows(model, clusters, groupsTarget))).toEqual(["billing  Empty · lag 284 · classic"]);
    expect(lines(rows(model, clusters, groupTarget))).toEqual([
      "no members  lag 284 · 2 partitions with committed offsets only",
    ]);
  });

  test("says of members that still think they are in it that the coordinator has removed them", () => {
    const model = modelOf(
      profile,
      seen(1, started()),
      seen(2, phase({ phase: "syncing" })),
      seen(10, topics(1)),
      seen(11, ends(11, 402n), bySample),
      seen(12, offsets(12, 118n), bySample),
      seen(13, described({ state: "Empty", members: [] }), byBroker),
    );

    expect(lines(rows(model, clusters, groupTarget))).toEqual([
      "A (ours)  waits for SyncGroup · the coordinator has removed it",
      "nobody  lag 284 · 1 partition with committed offsets only",
    ]);
  });

  test("tells a screen reader the state that the icon shows", () => {
    const [node] = rows(modelOf(profile, listed("billing")), clusters, groupsTarget);

    expect(node?.icon).toMatchObject({ codicon: "pass" });
    expect(node?.accessibilityLabel).toBe("Group billing, Stable · lag – · classic");
  });

  test("is never empty when something failed: the failure is a row", () => {
    const model = modelOf(
      profile,
      listed("billing"),
      seen(20, {
        type: "group.failed",
        groupId: "billing",
        what: "describe",
        errorCode: "GROUP_AUTHORIZATION_FAILED",
        message: "Not allowed to describe billing: ask for Describe on the group.",
        requestedAt: 15,
      }),
    );

    expect(lines(rows(model, clusters, groupTarget))).toEqual([
      "The group could not be described  Not allowed to describe billing: ask for Describe on the group. · GROUP_AUTHORIZATION_FAILED",
    ]);
    expect(rows(model, clusters, groupsTarget)[0]?.contextValue).toBe("group classic stable failing");
  });
});

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

  test("faults and workloads of the playground are rows", () => {
    const model = modelOf(
      seen(0, { type: "cluster.profile", name: "playground", kind: "playground", bootstrapServers: [] }),
      seen(1, { type: "broker.started", kafkaClusterId: "x", nodes: [] }),
      seen(2, {
        type: "broker.fault",
        faultId: "f1",
        kind: "holdSyncGroup",
        title: "hold SyncGroup of billing",
        enabled: true,
        removed: false,
        hits: 2,
        holding: 1,
        since: 2,
      }),
      seen(3, {
        type: "broker.workload",
        workloadId: "w1",
        topic: "orders",
        recordsPerSecond: 50,
        produced: 1_204,
        running: true,
      }),
    );

    expect(lines(rows(model, clusters, clusterTarget))).toEqual([
      "Groups (–)  asking…",
      "Topics (–)  asking…",
      "Nodes (0)",
      "Faults (1 on)  hold SyncGroup of billing · hit 2×",
      "Clock  real time · 00:00:05 UTC",
      "Producing into orders  50/s · 1,204 produced",
    ]);
    expect(rows(model, clusters, { kind: "faults", clusterId: "c1" })[0]).toMatchObject({
      description: "holds 1 · hit 2×",
      contextValue: "fault enabled holding",
    });
  });
});

test("a fault says how many it holds, and for how long the oldest of them has waited", () => {
  const fault = {
    type: "broker.fault",
    faultId: "f1",
    kind: "holdSyncGroup",
    title: "hold SyncGroup of billing",
    enabled: true,
    removed: false,
    hits: 5,
    holding: 3,
    since: 2,
  } as const;
  const profile = {
    type: "cluster.profile",
    name: "playground",
    kind: "playground",
    bootstrapServers: [],
  } as const;
  const described = (heldSince: number) => {
    const model = modelOf(seen(0, profile), seen(2, { ...fault, heldSince }));
    return rows(model, clusters, { kind: "faults", clusterId: "c1" }, { at: 50_000 })[0]?.description;
  };

  expect(described(8_000)).toBe("holds 3 for 42.0 s · hit 5×");
  expect(described(49_500)).toBe("holds 3 · hit 5×");
});

test("nodes of the playground say whether they are up, what they lead and what they coordinate", () => {
  const model = modelOf(
    seen(0, { type: "cluster.profile", name: "playground", kind: "playground", bootstrapServers: [] }),
    seen(1, {
      type: "broker.started",
      kafkaClusterId: "x",
      nodes: [
        { nodeId: 1, host: "127.0.0.1", port: 9092 },
        { nodeId: 2, host: "127.0.0.1", port: 9093 },
      ],
    }),
    seen(2, {
      type: "cluster.topics",
      requestedAt: 2,
      topics: [
        {
          topic: "orders",
          isInternal: false,
          partitions: [0, 1].map((partition) => ({ partition, leaderId: 1, replicas: [1], isr: [1] })),
        },
      ],
    }),
    seen(3, { type: "broker.trouble", kind: "stopNode", title: "node 2 is down", nodeId: 2, nodesDown: [2] }),
  );

  expect(lines(rows(model, clusters, clusterTarget))).toContain("Nodes (2)  1 down");
  const nodes = rows(model, clusters, { kind: "nodes", clusterId: "c1" });
  expect(lines(nodes)).toEqual([
    "node 1  up · 127.0.0.1:9092 · leads 2 partitions",
    "node 2  down · 127.0.0.1:9093",
  ]);
  expect(nodes.map(({ contextValue }) => contextValue)).toEqual(["node up", "node down"]);
});

test("clocks that are wrong are rows under the faults, and stand on the nodes they concern", () => {
  const node = { host: "127.0.0.1", port: 9092 };
  const trouble = { type: "broker.trouble", kind: "skewClock", title: "x", nodesDown: [] } as const;
  const wrongClocks = [{ aheadMs: 3_600_000 }, { nodeId: 1, aheadMs: 0 }, { nodeId: 2, aheadMs: -5_000 }];
  const nodes = [1, 2, 3].map((id) => ({ ...node, nodeId: id }));
  const model = modelOf(
    seen(0, { type: "cluster.profile", name: "playground", kind: "playground", bootstrapServers: [] }),
    seen(1, { type: "broker.started", kafkaClusterId: "x", nodes }),
    seen(2, { ...trouble, wrongClocks }),
    // One that says nothing of clocks leaves them as they are.
    seen(3, trouble),
  );

  const faults = rows(model, clusters, { kind: "faults", clusterId: "c1" });
  expect(lines(rows(model, clusters, clusterTarget))).toContain(
    "Faults (2 on)  all clocks 1 h 0 min ahead, clock of node 2 5.0 s behind",
  );
  expect(lines(faults)).toEqual(["All clocks  1 h 0 min ahead", "Clock of node 2  5.0 s behind"]);
  expect(faults.map(({ contextValue }) => contextValue)).toEqual(["wrongClock", "wrongClock"]);
  expect(faults.map(({ accessibilityLabel }) => accessibilityLabel)).toEqual([
    "All clocks, 1 h 0 min ahead",
    "Clock of node 2, 5.0 s behind",
  ]);
  const nodeRows = rows(model, clusters, { kind: "nodes", clusterId: "c1" });
  expect(nodeRows.map(({ description }) => description?.split(" · 127")[0])).toEqual([
    "up",
    "up · clock 5.0 s behind",
    "up · clock 1 h 0 min ahead",
  ]);
  expect(nodeRows.map(({ contextValue }) => contextValue)).toEqual([
    "node up",
    "node up wrongClock",
    "node up wrongClock",
  ]);
});

test("a transaction that hangs is a row under the faults, and stands on its topic and partition", () => {
  const hanging = {
    type: "broker.transaction",
    producerId: 1_000n,
    producerEpoch: 0,
    state: "Hanging",
    partitions: [{ topic: "orders", partition: 1 }],
    startedAt: 3,
    firstOffset: 118n,
  } as const;
  const partitions = [0, 1].map((partition) => ({ partition, leaderId: 1, replicas: [1], isr: [1] }));
  const before = [
    seen(0, { type: "cluster.profile", name: "playground", kind: "playground", bootstrapServers: [] }),
    seen(1, { type: "broker.started", kafkaClusterId: "x", nodes: [] }),
    seen(2, {
      type: "cluster.topics",
      requestedAt: 2,
      topics: [{ topic: "orders", isInternal: false, partitions }],
    }),
    seen(3, hanging),
  ];
  const faults = { kind: "faults", clusterId: "c1" } as const;

  const [row] = rows(modelOf(...before), clusters, faults, { at: 42_003 });

  expect(row).toMatchObject({
    label: "Transaction in orders-1",
    description: "hangs for 42.0 s · read_committed stops at 118 · producer 1000",
    target: { kind: "hangingTransaction", topic: "orders", partition: 1, producerId: "1000" },
    contextValue: "hangingTransaction",
  });
  const topic = { kind: "topic", clusterId: "c1", topic: "orders" } as const;
  expect(lines(rows(modelOf(...before), clusters, { kind: "topics", clusterId: "c1" }))[0]).toContain(
    "a transaction hangs",
  );
  const [first, second] = rows(modelOf(...before), clusters, topic);
  expect([first, second].map((each) => each?.contextValue)).toEqual([
    "topicPartition",
    "topicPartition hanging",
  ]);
  expect(second?.description).toMatch(/^a transaction hangs/);
  const ended = seen(4, { ...hanging, state: "CompleteAbort", partitions: [] });
  expect(rows(modelOf(...before, ended), clusters, faults)).toEqual([]);
});

test("records that the playground's memory had no room for are counted on their topic and on its own row", () => {
  const started = { type: "broker.started", kafkaClusterId: "x", nodes: [] } as const;
  const topics = ["orders", "quiet"].map((topic) => ({
    topic,
    isInternal: false,
    partitions: [{ partition: 0, leaderId: 1, replicas: [1], isr: [1] }],
  }));
  const model = modelOf(
    seen(0, { type: "cluster.profile", name: "playground", kind: "playground", bootstrapServers: [] }),
    seen(1, started),
    seen(2, { type: "cluster.topics", requestedAt: 2, topics }),
    seen(3, { type: "broker.dropped", topics: [{ topic: "orders", batches: 12, records: 1_204 }] }),
  );

  const [orders, quiet] = rows(model, clusters, { kind: "topics", clusterId: "c1" });
  const [cluster] = rows(model, clusters, undefined);

  expect(orders?.description).toContain("1,204 records dropped for memory");
  expect(orders?.accessibilityLabel).toContain("1,204 records dropped for memory");
  expect(orders?.tooltip).toContain("1,204 records in 12 batches");
  expect(quiet?.description).not.toContain("dropped");
  expect(quiet?.tooltip).not.toContain("dropped");
  expect(cluster?.tooltip).toContain("1,204 records of orders");
  const restarted = modelOf(
    seen(0, { type: "cluster.profile", name: "playground", kind: "playground", bootstrapServers: [] }),
    seen(3, { type: "broker.dropped", topics: [{ topic: "orders", batches: 12, records: 1_204 }] }),
    seen(4, started),
  );
  expect(rows(restarted, clusters, undefined)[0]?.tooltip).not.toContain("dropped");
});

test("a workload that failed says why before anything else", () => {
  const model = modelOf(
    seen(0, { type: "cluster.profile", name: "playground", kind: "playground", bootstrapServers: [] }),
    seen(1, { type: "broker.started", kafkaClusterId: "x", nodes: [] }),
    seen(2, {
      type: "broker.workload",
      workloadId: "w1",
      topic: "orders",
      recordsPerSecond: 50,
      produced: 12,
      running: false,
      error: "The topic orders was deleted.",
    }),
  );

  const node = rows(model, clusters, clusterTarget).at(-1);

  expect(node).toMatchObject({
    label: "Stopped producing",
    description: "The topic orders was deleted. · into orders · 50/s · 12 produced",
    icon: { codicon: "warning" },
    contextValue: "workload finished",
  });
  expect(node?.tooltip).toContain("The topic orders was deleted");
});

describe("DEBUG CONSUMERS", () => {
  const buffer = (partition: number, records: number, pausedRecords = 0) =>
    seen(30, {
      type: "buffer.state",
      sessionId: "s1",
      topic: "orders",
      partition,
      records,
      bytes: records * 122,
      batches: 1,
      pausedRecords,
      pausedBytes: 0,
    });
  const corrupt: BatchRejected = {
    type: "fetch.batchRejected",
    sessionId: "s1",
    topic: "orders",
    partition: 4,
    cause: "crc",
    message: "The CRC does not match.",
    baseOffset: 2_000n,
    lastOffset: 2_009n,
    nextSafeOffset: 2_010n,
    boundsTrusted: true,
    boundsReason: "agrees",
    action: "halted",
  };
  const session = [
    profile,
    seen(10, started()),
    seen(11, {
      type: "session.state",
      sessionId: "s1",
      membership: "joining",
      since: 11,
      generationId: 6,
      assignor: "cooperative-sticky",
    }),
    seen(12, { type: "session.pollMode", sessionId: "s1", pollMode: { mode: "hold" } }),
    seen(
      20,
      position(3, {
        paused: true,
        position: 120n,
        fetchPosition: 240n,
        committedOffset: 96n,
        highWatermark: 1_284n,
        highWatermarkAtPause: 240n,
      }),
    ),
    seen(20, position(4, { position: 2_000n, fetchPosition: 2_000n, highWatermark: 2_020n })),
    buffer(3, 120, 120),
    buffer(4, 380),
  ];
  const sessionTarget: NodeTarget = { kind: "session", clusterId: "c1", sessionId: "s1" };
  const stable = { type: "session.state", sessionId: "s1", membership: "stable", since: 11 } as const;

  test("a session says where it stands, how it delivers, and what is buffered", () => {
    const [node] = rows(modelOf(...session), consumers);

    expect(node).toMatchObject({
      label: "A",
      description:
        "waits for JoinGroup 5.0 s · buffered 500 (120 paused) · billing · hold · 61 KB buffered · generation 6 · cooperative-sticky",
      contextValue: "session group member hold partlyPaused waiting",
    });
  });

  test.each<[string, ObservationBody[], string]>([
    [
      "a rebalance that it holds up, and when it is evicted for it",
      [
        { ...stable, generationId: 6 },
        {
          type: "session.gate",
          sessionId: "s1",
          held: true,
          heldSince: 12,
          waitingSince: 1_011,
          evictedAt: 13_011,
        },
      ],
      "holds up a rebalance 4.0 s · evicted in 8.0 s · buffered 500 (120 paused) · billing · hold · 61 KB buffered · generation 6",
    ],
    [
      "a callback that runs",
      [
        stable,
        { type: "session.callback", sessionId: "s1", callback: "revoked", partitions: [], startedAt: 2_011 },
      ],
      "on-revoked callback runs 3.0 s · buffered 500 (120 paused) · billing · hold · 61 KB buffered",
    ],
    [
      "a callback that it holds up",
      [
        stable,
        {
          type: "session.gate",
          sessionId: "s1",
          held: true,
          heldSince: 12,
          callbackWaits: { since: 2_011, callback: "assigned", partitions: [] },
        },
      ],
      "holds up its on-assigned callback 3.0 s · buffered 500 (120 paused) · billing · hold · 61 KB buffered",
    ],
    [
      "that it holds rebalances off, where none waits",
      [stable, { type: "session.gate", sessionId: "s1", held: true, heldSince: 12 }],
      "buffered 500 (120 paused) · billing · hold · rebalances held off · 61 KB buffered",
    ],
    [
      "that nobody polled it in time",
      [{ ...stable, membership: "unjoined", notPolledSince: 2_011 }],
      "not polled in time, out of the group 3.0 s · buffered 500 (120 paused) · billing · hold · 61 KB buffered",
    ],
    [
      "the consumer protocol with its epoch",
      [{ ...stable, groupProtocol: "consumer", memberEpoch: 3 }],
      "buffered 500 (120 paused) · billing · hold · 61 KB buffered · consumer (KIP-848) epoch 3",
    ],
    [
      "that it fell back",
      [{ ...stable, groupProtocol: "classic", generationId: 1, fallbackReason: "the broker lacks it" }],
      "buffered 500 (120 paused) · billing · hold · 61 KB buffered · generation 1 · fell back to classic",
    ],
  ])("a session says %s", (_what, bodies, description) => {
    const model = modelOf(...session, ...bodies.map((body) => seen(30, body)));

    const [node] = rows(model, consumers, undefined, { at: 5_011, findings: [] });

    expect(node?.description).toBe(description);
  });

  test.each([
    ["classic", "joined", "notRejoined"],
    ["consumer", "awaitingRelease", "revoking"],
  ] as const)("a session of a %s group says for whom it waits", (groupType, own, other) => {
    const model = modelOf(
      ...session,
      seen(30, { ...stable, memberId: "groupscope-A-1" }),
      seen(
        31,
        described({
          groupType,
          state: groupType === "classic" ? "PreparingRebalance" : "Reconciling",
          members: [
            member("groupscope-A-1", { phase: own }),
            member("w-1", { clientId: "worker-2", phase: other }),
          ],
        }),
        byBroker,
      ),
    );

    const [node] = rows(model, consumers);

    expect(node?.description).toMatch(/^waits for worker-2 · buffered/);
  });

  test("a session's tooltip has everything it was started with", () => {
    const options = [
      { name: "heartbeat interval", text: "3 s" },
      { name: "bytes of a fetch", text: "1 to 52428800" },
    ];
    const model = modelOf(...session, seen(30, started({ options })));

    const [node] = rows(model, consumers);

    expect(node?.tooltip).toContain("| heartbeat interval | 3 s |");
    expect(node?.tooltip).toContain("| bytes of a fetch | 1 to 52,428,800 |");
  });

  test("a partition says what a reset left behind and which replica it reads", () => {
    const reset: ObservationBody = {
      type: "fetch.positionReset",
      sessionId: "s1",
      topic: "orders",
      partition: 4,
      cause: "outOfRange",
      policy: "nearest",
      fromOffset: 1_880n,
      toOffset: 2_000n,
      lostRecords: 120n,
      lostFromOffset: 1_880n,
      lostToOffset: 2_000n,
    };
    const model = modelOf(
      ...session,
      seen(40, reset),
      seen(41, position(4, { position: 2_000n, readReplicaId: 3, leaderId: 1 })),
    );

    const [, node] = rows(model, consumers, sessionTarget);

    expect(node?.description).toMatch(/^reset to 2,000: 120 gone · buffered 380 .* read from node 3$/);
    expect(node?.icon?.codicon).toBe("warning");
  });

  test("a batch that is asked for again says which attempt is next, and offers nothing to decide", () => {
    const model = modelOf(...session, seen(40, { ...corrupt, action: "retrying", attempt: 2, attempts: 3 }));

    const [, node] = rows(model, consumers, sessionTarget);

    expect(node?.description).toMatch(/^corrupt at 2,000 · asking again \(2 of 3\)/);
    expect(node?.contextValue).toBe("sessionPartition group running retrying");
  });

  test("its partitions say their state first", () => {
    const nodes = rows(modelOf(...session), consumers, sessionTarget);

    expect(lines(nodes)).toEqual([
      "orders-3  paused · buffered 120 · 1,044 arrived since the pause · lag 1,188 · position 120 · fetched to 240 · committed 96 · end 1,284 · 15 KB buffered",
      "orders-4  buffered 380 · lag – · position 2,000 · fetched to 2,000 · committed – · end 2,020 · 46 KB buffered",
    ]);
    expect(nodes.map(({ contextValue }) => contextValue)).toEqual([
      "sessionPartition group paused fetching",
      "sessionPartition group running fetching",
    ]);
  });

  test("a corrupt batch stands on its partition with its bounds and the next safe offset", () => {
    const model = modelOf(...session, seen(40, corrupt));

    const [, node] = rows(model, consumers, sessionTarget);

    expect(node).toMatchObject({
      description:
        "corrupt at 2,000 · fails CRC · next safe 2,010 · buffered 380 · batch 2,000–2,009 · read at 00:00:00.0 UTC",
      contextValue: "sessionPartition group running corrupt skippable",
      icon: { codicon: "error" },
    });
    expect(rows(model, consumers)[0]?.contextValue).toBe(
      "session group member hold partlyPaused corrupt waiting",
    );
  });

  test("trouble of a partition is said on the session's row, before the number", () => {
    const model = modelOf(
      ...session,
      seen(35, { type: "session.state", sessionId: "s1", membership: "stable", since: 35, generationId: 6 }),
      seen(40, corrupt),
    );

    const [node] = rows(model, consumers);

    expect(node?.description).toBe(
      "orders-4: corrupt batch · buffered 500 (120 paused) · billing · hold · 61 KB buffered · generation 6",
    );
    expect(node?.icon).toMatchObject({ codicon: "error" });
  });

  test("a lag that is left where nothing is left to read says what it counts from", () => {
    const model = modelOf(
      ...session.slice(0, 4),
      seen(
        20,
        position(0, { position: 402n, fetchPosition: 402n, committedOffset: 22n, highWatermark: 402n }),
      ),
    );

    const [node] = rows(model, consumers, sessionTarget);

    expect(node?.description).toContain("lag 380 until you commit · at end · position 402");
    expect(node?.tooltip).toContain("lag \\(from the committed offset\\)");
  });

  test("a partition at its end says so after its numbers, which keep their place", () => {
    const model = modelOf(
      ...session.slice(0, 4),
      seen(20, position(0, { position: 22n, fetchPosition: 22n, committedOffset: 22n, highWatermark: 22n })),
      seen(20, position(1, { position: 22n, fetchPosition: 30n, committedOffset: 22n, highWatermark: 30n })),
      buffer(1, 8),
    );

    expect(lines(rows(model, consumers, sessionTarget))).toEqual([
      "orders-0  buffered 0 · lag 0 · at end · position 22 · fetched to 22 · committed 22 · end 22",
      "orders-1  buffered 8 · lag 8 · position 22 · fetched to 30 · committed 22 · end 30 · 976 B buffered",
    ]);
  });

  test("a session that reads several topics shows them first", () => {
    const model = modelOf(...session, seen(20, { ...position(0), topic: "payments" }));

    expect(lines(rows(model, consumers, sessionTarget))).toEqual([
      "orders  buffered 500 (120 paused) · 2 partitions · 61 KB buffered",
      "payments  buffered 0 · 1 partition",
    ]);
    expect(
      lines(
        rows(model, consumers, { kind: "sessionTopic", clusterId: "c1", sessionId: "s1", topic: "payments" }),
      ),
    ).toHaveLength(1);
  });

  test("without a group it says what it reads", () => {
    const model = modelOf(
      profile,
      seen(10, started({ groupId: undefined, name: "B" })),
      seen(11, {
        type: "session.pollMode",
        sessionId: "s1",
        pollMode: { mode: "flow", recordsPerSecond: 100 },
      }),
      seen(20, position(0, { position: 22n, highWatermark: 402n })),
      buffer(0, 380),
    );

    expect(lines(rows(model, consumers))).toEqual([
      "B  starting · buffered 380 · no group · orders-0 · flow 100/s · 46 KB buffered",
    ]);
    expect(lines(rows(model, consumers, sessionTarget))).toEqual([
      "orders-0  buffered 380 · lag 380 · position 22 · fetched to – · end 402 · 46 KB buffered",
    ]);
  });

  test("who stopped a consumer is said once", () => {
    const stopped = { reason: "stopped", message: "stopped by the user", couldNot: [] } as const;
    const model = modelOf(
      seen(1, started()),
      seen(2, { type: "session.ended", sessionId: "s1", ...stopped }),
    );

    expect(lines(rows(model, consumers))).toEqual(["A  ended: stopped by the user"]);
  });

  test("an ended one stays, with why and what it could not do, until it is dismissed", () => {
    const model = modelOf(
      ...session,
      seen(50, {
        type: "session.ended",
        sessionId: "s1",
        reason: "workerDied",
        message: "It ran out of memory.",
        couldNot: ["commit orders-3"],
      }),
    );

    expect(lines(rows(model, consumers))).toEqual([
      "A  ended: the background worker died · It ran out of memory.",
    ]);
    expect(lines(rows(model, consumers, sessionTarget))).toEqual(["Could not  commit orders-3"]);
    expect(rows(model, consumers, undefined, { dismissedSessions: new Set(["s1"]) })).toEqual([]);
  });

  test("scripted members are not debug consumers", () => {
    expect(rows(modelOf(profile, seen(10, started({ scripted: true }))), consumers)).toEqual([]);
  });
});

describe("FINDINGS", () => {
  test("say what happened and why; below stand cause, next step and evidence", () => {
    const model = modelOf(
      profile,
      seen(1, started()),
      seen(1_000, commit({ state: "inFlight", sentAt: 1_000, deadlineAt: 16_000 })),
    );
    const context = contextOf(model, 13_300);

    const [node] = children("groupscope.findings", undefined, context);

    expect(node).toMatchObject({
      label: "A: commit waits",
      description: "12.3 s · the coordinator has not answered",
      contextValue: "finding commitHang error showCommit releaseCommit",
      command: { id: "groupscope.showFinding" },
    });
    expect(lines(node ? children("groupscope.findings", node.target, context) : []).slice(1)).toEqual([
      "What to do  Show what it waits for · Release the waiter",
      "offsets  orders-3 96 → 120",
      "queued  00:00:01.0 UTC: asked for, generation 6",
      "sent  00:00:01.0 UTC: to the coordinator",
      "ends by  00:00:16.0 UTC: the commit's own deadline",
    ]);
  });
});

describe("every tree", () => {
  test("has rows for whatever was observed, with ids that are unique in it", () => {
    fc.assert(
      fc.property(fc.array(anyObservation, { maxLength: 60 }), (observations: readonly Observation[]) => {
        const model = createModel();
        for (const observation of observations) fold(model, observation);
        for (const view of [clusters, consumers, "groupscope.findings"] as const) {
          const all = everything(model, view, contextOf(model, 2_000_000));
          expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
          for (const node of all) JSON.stringify(node);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("keeps what others wrote out of its Markdown", () => {
    const model = modelOf(
      profile,
      seen(1, described({ groupId: "$(error) [x](command:evil) | **b** `c`\n<img>", members: [] }), byBroker),
    );

    const [node] = rows(model, clusters, groupsTarget);

    expect(node?.tooltip?.split("\n")[0]).toBe(
      "**\\$\\(error\\) \\[x\\]\\(command\\:evil\\) \\| \\*\\*b\\*\\* \\`c\\` \\<img\\>**",
    );
  });

  test("gives no rows below what is gone", () => {
    for (const parent of [
      clusterTarget,
      groupsTarget,
      groupTarget,
      { kind: "finding", clusterId: "c1", findingId: "x" },
    ] as const) {
      expect(rows(modelOf(), clusters, parent)).toEqual([]);
    }
  });
});
