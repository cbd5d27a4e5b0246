import { expect, test } from "vitest";
import { detect } from "#model/detectors/detect.ts";
import type { Observation } from "#trace/observation.ts";
import { byBroker, described, member, modelOf, seen, tp } from "../observed.ts";

const broken = {
  type: "broker.delivery",
  topic: "orders",
  partition: 3,
  nodeId: 2,
  clientId: "worker-1",
  isolation: "read_committed",
  fetchOffset: 40n,
  problem: "abortedNotTold",
  offset: 44n,
} as const;

const found = (...observed: readonly Observation[]) =>
  detect(modelOf(...observed), 61_000).filter(({ kind }) => kind === "brokenInvariant");

test("an answer that is not what the log holds is a defect of the playground, at an offset", () => {
  const [finding] = found(seen(2_000, broken, byBroker));

  expect(finding).toMatchObject({
    severity: "error",
    title: "The playground handed out something else of orders-3 than it holds",
    detail: "an aborted transaction was not named at offset 44, to worker-1",
    since: 2_000,
    subjects: [{ kind: "cluster" }],
  });
});

test("it marks the partition in the groups where that client has it", () => {
  const assigned = { clientId: "worker-1", assigned: tp("orders", 3) };
  const group = described({ members: [member("worker-1-0a", assigned), member("worker-2-0b")] });

  const [finding] = found(seen(1_000, group, byBroker), seen(2_000, broken, byBroker));

  expect(finding?.subjects.slice(1)).toEqual([
    { kind: "groupPartition", groupId: "billing", topic: "orders", partition: 3 },
  ]);
});

test("a playground that starts anew has broken nothing yet", () => {
  const started = { type: "broker.started", kafkaClusterId: "k", nodes: [] } as const;

  expect(found(seen(2_000, broken, byBroker), seen(3_000, started, byBroker))).toEqual([]);
});
