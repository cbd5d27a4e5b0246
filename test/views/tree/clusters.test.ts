import { describe, expect, test } from "vitest";
import { modelOf, seen, topics } from "../../model/observed.ts";
import { clusters, clusterTarget, groupsTarget, lines, listed, profile, rows } from "./support/rows.ts";

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
