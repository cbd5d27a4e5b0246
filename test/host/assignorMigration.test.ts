import { expect, test } from "vitest";
import type { MigrationStep } from "#host/channel/playgroundRequests.ts";
import { startHost } from "./support/testHost.ts";

const topics = ["orders"];

async function withRangeGroup() {
  const host = startHost();
  await host.ask("playground.start", { scene: true });
  for (let member = 0; member < 2; member++) {
    await host.ask("playground.addMember", { groupId: "shipping", topics, protocol: "range" });
  }
  await host.clock.advance(6_000);
  return host;
}

async function membersOf(ask: Awaited<ReturnType<typeof withRangeGroup>>["ask"]) {
  const { members } = await ask("playground.status", {});
  return members.filter(({ groupId }) => groupId === "shipping");
}

test("a group of range goes to cooperative-sticky in two rounds, one member at a time", async () => {
  const { ask } = await withRangeGroup();
  const steps: MigrationStep[] = [];

  const done = await ask(
    "playground.migrateAssignor",
    { groupId: "shipping", to: "cooperative-sticky" },
    { onProgress: (step) => steps.push(step) },
  );

  expect(done).toEqual({ restarted: 4 });
  expect(steps.map(({ name, protocol }) => `${name}: ${protocol}`)).toEqual([
    "worker-3: cooperative-sticky, range",
    "worker-4: cooperative-sticky, range",
    "worker-3: cooperative-sticky",
    "worker-4: cooperative-sticky",
  ]);
  const members = await membersOf(ask);
  expect(members).toMatchObject([
    { protocol: "cooperative-sticky", isAlive: true },
    { protocol: "cooperative-sticky", isAlive: true },
  ]);
  const groups = await ask("cluster.groups", { clusterId: "playground" });
  expect(groups.find(({ groupId }) => groupId === "shipping")).toMatchObject({ state: "Stable" });
});

test("a migration that was stopped half way goes on from there", async () => {
  const { ask } = await withRangeGroup();
  const controller = new AbortController();

  const stopped = await ask(
    "playground.migrateAssignor",
    { groupId: "shipping", to: "cooperative-sticky" },
    {
      signal: controller.signal,
      onProgress: ({ round }) => round === 2 && controller.abort(),
    },
  ).catch((error: Error) => error);
  const goesOn = await ask("playground.migrateAssignor", { groupId: "shipping", to: "cooperative-sticky" });

  expect(stopped).toMatchObject({ code: "CANCELLED" });
  expect(goesOn.restarted).toBeGreaterThan(0);
  const members = await membersOf(ask);
  expect(members.map(({ protocol }) => protocol)).toEqual(["cooperative-sticky", "cooperative-sticky"]);
});

test("a migration that hangs because the clock is paused says so, and that it goes on", async () => {
  const { ask, clock } = await withRangeGroup();
  await ask("playground.clock.set", { mode: "paused" });
  const steps: MigrationStep[] = [];

  const migrated = ask(
    "playground.migrateAssignor",
    { groupId: "shipping", to: "cooperative-sticky" },
    { onProgress: (step) => steps.push(step) },
  );
  await clock.advance(5_000);
  const whilePaused = [...steps];
  await ask("playground.clock.set", { mode: "real" });
  await migrated;

  expect(whilePaused).toMatchObject([{ name: "worker-3", round: 1, waitsForClock: true }]);
  expect(steps[1]).toMatchObject({ name: "worker-3", round: 1, waitsForClock: false });
  expect(steps.slice(1).some(({ waitsForClock }) => waitsForClock)).toBe(false);
});

test("a member that does not offer the new assignor stops the second round, with what to do", async () => {
  const { ask, clock } = await withRangeGroup();
  await ask("session.start", {
    clusterId: "playground",
    groupId: "shipping",
    topics,
    assignors: ["range"],
    startPosition: { kind: "committed", else: "start" },
    isolation: "read_uncommitted",
    pollMode: { mode: "hold" },
  });
  await clock.advance(6_000);

  const refusal = await ask("playground.migrateAssignor", {
    groupId: "shipping",
    to: "cooperative-sticky",
  }).catch((error: Error) => error);

  expect(refusal).toMatchObject({
    code: "REFUSED",
    message: expect.stringContaining("another member does not offer cooperative-sticky"),
  });
});

test("a member that changes only what it offers keeps its script", async () => {
  const { ask } = await withRangeGroup();
  await ask("playground.changeMember", { name: "worker-3", scriptId: "slow" });

  const changed = await ask("playground.changeMember", {
    name: "worker-3",
    protocol: "cooperative-sticky, range",
  });

  expect(changed).toMatchObject({ scriptId: "slow", protocol: "cooperative-sticky, range" });
});

test.each([
  ["whose partitions the broker divides", "consumer", /no assignor to change/],
  ["without a scripted member", undefined, /no scripted member/],
] as const)("a group %s is refused with the reason", async (_what, protocol, says) => {
  const { ask } = await withRangeGroup();
  if (protocol) await ask("playground.addMember", { groupId: "audit", topics, protocol });

  const refusal = await ask("playground.migrateAssignor", { groupId: "audit", to: "range" }).catch(
    (error: Error) => error,
  );

  expect(refusal).toMatchObject({ code: "REFUSED", message: expect.stringMatching(says) });
});
