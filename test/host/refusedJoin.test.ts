import { expect, test } from "vitest";
import { startHost } from "./support/testHost.ts";

const clusters = "groupscope.clusters";

/** A group of two members that offer cooperative-sticky and nothing else. */
async function withCooperativeGroup() {
  const host = startHost();
  host.client.notify("tree.visible", { view: clusters, visible: true });
  await host.ask("playground.start", { scene: false });
  await host.ask("cluster.createTopic", {
    clusterId: "playground",
    topic: "orders",
    partitions: 6,
    replicationFactor: 1,
  });
  for (let member = 0; member < 2; member++) {
    await host.ask("playground.addMember", {
      groupId: "billing",
      topics: ["orders"],
      protocol: "cooperative-sticky",
    });
  }
  await host.clock.advance(10_000);
  const refusals = async () =>
    (await host.ask("finding.list", {})).filter(({ title }) => title.includes("cannot join"));
  return { ...host, refusals };
}

test("a scripted member that its group does not take is seen there, with who lacks which assignor", async () => {
  const { ask, clock, tree, refusals } = await withCooperativeGroup();

  await ask("playground.addMember", { groupId: "billing", topics: ["orders"], protocol: "range" });

  // It is started again every few seconds: neither its row nor its finding comes and goes.
  for (let second = 0; second < 15; second++) {
    await clock.advance(1_000);
    const [finding] = await refusals();
    expect(finding).toMatchObject({
      severity: "warning",
      title: "worker-3: cannot join billing",
      detail: "offers range only; worker-1 and worker-2 offer cooperative-sticky",
    });
    expect(finding?.cause).toContain("worker-3 lacks cooperative-sticky, which all others offer");
    expect(finding?.cause).toContain("[range, cooperative-sticky]");
    expect(await tree.find(clusters, "worker-3")).toMatchObject({
      description: expect.stringMatching(/^cannot join · offers range only/),
      contextValue: expect.stringMatching(/^awayMember scripted\b.*\bplayground\b/),
    });
  }
});

test("a finding that a member cannot join does not outlive its first successful join", async () => {
  const { ask, clock, tree, refusals } = await withCooperativeGroup();
  await ask("playground.addMember", { groupId: "billing", topics: ["orders"], protocol: "range" });
  await clock.advance(7_000);

  await ask("playground.changeMember", { name: "worker-3", protocol: "cooperative-sticky, range" });

  // From its restart on, and in every rebalance after it.
  await clock.advance(500);
  const seen: unknown[] = await refusals();
  for (let second = 0; second < 20; second++) {
    if (second === 10) {
      await ask("playground.addMember", {
        groupId: "billing",
        topics: ["orders"],
        protocol: "cooperative-sticky",
      });
    }
    await clock.advance(500);
    seen.push(...(await refusals()));
  }
  expect(seen).toEqual([]);
  expect(await tree.find(clusters, "worker-3")).toMatchObject({
    description: expect.stringContaining("orders-"),
  });
});

test("how long a member cannot join is counted over all its attempts, and it can be changed from there", async () => {
  const { ask, clock, refusals } = await withCooperativeGroup();
  await ask("playground.addMember", { groupId: "billing", topics: ["orders"], protocol: "range" });
  await clock.advance(1_000);
  const [first] = await refusals();

  await clock.advance(300_000);

  expect(await refusals()).toMatchObject([
    {
      since: first?.since,
      remedies: [
        { action: { kind: "changeMember", name: "worker-3" } },
        { action: { kind: "migrateAssignor", groupId: "billing" } },
        { action: { kind: "showRebalances" } },
      ],
    },
  ]);
});

test("it is gone from its group when it is taken away", async () => {
  const { ask, clock, tree, refusals } = await withCooperativeGroup();
  await ask("playground.addMember", { groupId: "billing", topics: ["orders"], protocol: "range" });
  await clock.advance(7_000);

  await ask("playground.removeMember", { name: "worker-3" });
  await clock.advance(7_000);

  expect(await tree.find(clusters, "worker-3")).toBeUndefined();
  expect(await refusals()).toEqual([]);
});

test("a member whose script lets it leave for a while keeps its row", async () => {
  const { ask, clock, tree } = await withCooperativeGroup();
  await ask("playground.addMember", { groupId: "billing", topics: ["orders"], scriptId: "restless" });
  const seen = new Set<string>();

  for (let step = 0; step < 60; step++) {
    await clock.advance(250);
    const { contextValue, description } = (await tree.find(clusters, "worker-3")) ?? {};
    seen.add(
      contextValue?.startsWith("away") ? `away: ${description?.split(" · ")[0]}` : (contextValue ?? "gone"),
    );
  }

  expect([...seen]).not.toContain("gone");
  expect([...seen]).toContain("away: away");
});

test("a debug consumer that a group does not take is a finding of its own", async () => {
  const { ask, clock, refusals } = await withCooperativeGroup();

  await ask("session.start", {
    clusterId: "playground",
    groupId: "billing",
    topics: ["orders"],
    assignors: ["range"],
    startPosition: { kind: "committed", else: "start" },
    isolation: "read_uncommitted",
    pollMode: { mode: "hold" },
  });
  await clock.advance(5_000);

  expect(await refusals()).toMatchObject([
    {
      severity: "error",
      title: "A: cannot join billing",
      detail: expect.stringContaining("offers range only"),
      remedies: [
        { action: { kind: "startConsumer", groupId: "billing" } },
        // Everybody it disagrees with is scripted.
        {
          action: { kind: "migrateAssignor", groupId: "billing" },
          hint: "Moves all scripted members of billing to one assignor, one restart at a time.",
        },
        { action: { kind: "showRebalances" } },
      ],
    },
  ]);
});

test("a member that nobody lets in, and that is started again for ever, stands once in the log", async () => {
  const { ask, clock, client } = await withCooperativeGroup();
  const logged: string[] = [];
  client.on("host.log")(({ message }) => logged.push(message));

  await ask("playground.addMember", { groupId: "billing", topics: ["orders"], protocol: "range" });
  await clock.advance(60_000);

  expect(logged.filter((line) => line.includes("worker-3 ended and is started again"))).toHaveLength(1);
});
