import { expect, test } from "vitest";
import { modelOf, seen } from "../../model/observed.ts";
import { clusters, clusterTarget, lines, rows } from "./support/rows.ts";

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
