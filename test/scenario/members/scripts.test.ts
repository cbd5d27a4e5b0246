import { describe, expect, test } from "vitest";
import type { MemberProtocol, MemberScriptId } from "#host/channel/playgroundRequests.ts";
import { memberScripts } from "#scenario/members/memberScript.ts";
import { startHost } from "../../host/support/testHost.ts";

const view = "groupscope.clusters";
const groupId = "audit";

/** A group with a steady static member and one that follows the script, both working. */
async function groupWith(scriptId: MemberScriptId, protocol: MemberProtocol) {
  const host = startHost();
  host.client.notify("tree.visible", { view, visible: true });
  await host.ask("playground.start", { scene: true });
  await host.ask("playground.addMember", { groupId, topics: ["orders"], protocol, isStatic: true });
  await host.clock.advance(3_000);
  const { name } = await host.ask("playground.addMember", { groupId, topics: [], scriptId });
  await host.clock.advance(6_000);

  const pass = (seconds: number) => host.clock.advance(seconds * 1_000);
  const row = async (label = name) => (await host.tree.find(view, label))?.description ?? "not in the group";
  const findings = async () =>
    (await host.ask("finding.list", {})).map(({ title, detail }) => `${title}: ${detail}`).join("\n");
  const join = async () => {
    await host.ask("playground.addMember", { groupId, topics: [] });
    await pass(3);
  };
  const member = async () => {
    const { members } = await host.ask("playground.status", {});
    return members.find((each) => each.name === name);
  };
  const lag = async () => Number(/lag ([\d,]+)/.exec(await row())?.[1]?.replaceAll(",", ""));
  /** The group's generation or epoch. */
  const generation = async () => Number(/(?:generation|epoch) (\d+)/.exec(await row(groupId))?.[1]);
  return { ...host, name, pass, row, findings, join, member, lag, generation };
}

test("the row of a member says its script in words", async () => {
  const { ask, pass, row, name } = await groupWith("steady", "range");
  const said = new Map<string, string>();

  for (const { scriptId, inWords } of await ask("playground.scripts", {})) {
    await ask("playground.changeMember", { name, scriptId });
    await pass(3);
    said.set(inWords, await row());
  }

  expect([...said.keys()]).toEqual(Object.values(memberScripts).map(({ inWords }) => inWords));
  for (const [inWords, text] of said) expect(text).toContain(inWords);
});

describe.each(["range", "consumer"] as const)("in a group that speaks %s", (protocol) => {
  test("a steady member keeps up, and nothing is found", async () => {
    const { pass, lag, findings, join } = await groupWith("steady", protocol);

    await join();
    await pass(40);

    expect(await lag()).toBeLessThan(50);
    expect(await findings()).toBe("");
  });

  test("a slow member falls behind", async () => {
    const { pass, lag, row } = await groupWith("slow", protocol);

    await pass(40);

    expect(await lag()).toBeGreaterThan(100);
    expect(await row()).toContain("takes seconds for each poll");
  });

  test("a member that commits late keeps its lag while it reads", async () => {
    const { pass, lag, ask, member } = await groupWith("lateCommits", protocol);
    await pass(60);

    const sessionId = (await member())?.sessionId ?? "";
    const partitions = await ask("session.partitions", { sessionId });

    const unread = partitions.reduce(
      (sum, { position = 0n, highWatermark = 0n }) => sum + Number(highWatermark - position),
      0,
    );
    expect(partitions).not.toEqual([]);
    expect(unread).toBeLessThan(60);
    expect(await lag()).toBeGreaterThan(150);
  });

  test("a member that commits backwards is found out", async () => {
    const { pass, findings } = await groupWith("backwardCommits", protocol);
    const seen = new Set<string>();

    for (let second = 0; second < 10; second++) {
      await pass(1);
      seen.add(await findings());
    }

    expect([...seen].join("\n")).toMatch(/orders-\d was committed backwards: from \d+ to \d+ by /);
  });

  test("a restless member makes the generations count up, and is found out", async () => {
    const { pass, generation, findings, name } = await groupWith("restless", protocol);
    const before = await generation();

    await pass(30);

    expect((await generation()) - before).toBeGreaterThanOrEqual(5);
    expect(await findings()).toMatch(
      new RegExp(
        `audit: rebalances again and again: ${name} left and came back \\d× · \\d+ (generations|epochs)`,
      ),
    );
  });

  test("a member beyond its max.poll.interval.ms leaves, and is back when it polls", async () => {
    const { pass, row } = await groupWith("overdue", protocol);
    const seen: string[] = [];

    for (let second = 0; second < 60; second++) {
      await pass(1);
      seen.push((await row()).startsWith("not polled in time, out of the group") ? "out" : "in");
    }

    const changes = seen.filter((each, index) => each !== seen[index - 1]);
    expect(changes.slice(0, 3)).toEqual(["in", "out", "in"]);
  });
});

describe.each(["range", "cooperative-sticky"] as const)("in a classic group with %s", (protocol) => {
  test.each(["stuck", "deaf"] as const)(
    "the next rebalance waits for a %s member that has not rejoined, until the group evicts it",
    async (scriptId) => {
      const { pass, join, row, findings, generation, name } = await groupWith(scriptId, protocol);
      await pass(14);

      await join();
      const waiting = await row();
      await pass(32);
      const found = await findings();
      const before = await generation();
      await pass(30);

      expect(waiting).toMatch(/^has not rejoined · evicted in/);
      expect(found).toMatch(new RegExp(`audit: PreparingRebalance: 3\\d.\\d s · waits for ${name}`));
      expect(await generation()).toBeGreaterThan(before);
    },
  );
});

describe("in a classic group", () => {
  const protocol = "range";

  test("a deaf member stays out after its eviction", async () => {
    const { pass, join, row } = await groupWith("deaf", protocol);
    await pass(14);
    await join();

    await pass(120);

    expect(await row()).toMatch(/^waits for JoinGroup/);
    expect(await row(groupId)).not.toContain("PreparingRebalance");
  });

  test("a crash-looping member leaves a dead one behind that the group waits for", async () => {
    const { pass, findings, member } = await groupWith("crashing", protocol);
    const seen = new Set<string>();
    const lives = new Set<string>();

    for (let second = 0; second < 40; second++) {
      await pass(1);
      lives.add((await member())?.sessionId ?? "");
      for (const line of (await findings()).split("\n")) seen.add(line.replace(/^.*: /, ""));
    }

    expect(lives.size).toBeGreaterThan(1);
    expect([...seen].join("\n")).toMatch(/the group rebalances; audit-work…\w+ has not rejoined/);
  });

  test("a twin and a restarted static member fence each other in turn", async () => {
    const { pass, ask, row, name } = await groupWith("twin", protocol);
    const owners: string[] = [];

    for (let second = 0; second < 40; second++) {
      await pass(1);
      owners.push((await row(name)).includes("static audit-worker-3") ? "twin" : "first");
    }

    const changes = owners.filter((each, index) => each !== owners[index - 1]);
    expect(changes.length).toBeGreaterThan(3);
    expect((await ask("playground.status", {})).members.map((each) => each.groupInstanceId)).toContain(
      "audit-worker-3",
    );
  });
});

describe("in a group that speaks KIP-848", () => {
  test.each(["stuck", "deaf"] as const)(
    "the group cannot reconcile while a %s member keeps its own",
    async (id) => {
      const { pass, join, row, findings, name } = await groupWith(id, "consumer");
      await pass(14);

      await join();
      const waiting = await row();
      await pass(32);

      expect(waiting).toMatch(/^gives partitions up/);
      expect(await findings()).toMatch(
        new RegExp(`audit: Reconciling: 3\\d.\\d s · waits for ${name} to give partitions up`),
      );
    },
  );

  test("a twin is not let in while the static member with its id is alive", async () => {
    const { pass, row, ask, name } = await groupWith("twin", "consumer");

    await pass(20);

    expect(await row()).not.toContain("lag");
    expect((await ask("playground.status", {})).members.map((each) => each.name)).toContain(name);
  });
});

describe("a scripted member", () => {
  test("can be changed while it runs: it comes back under its name", async () => {
    const { ask, pass, row, name, lag } = await groupWith("slow", "range");
    await pass(20);
    const behind = await lag();

    const changed = await ask("playground.changeMember", { name, scriptId: "steady" });
    await pass(20);

    expect(changed).toMatchObject({ name, scriptId: "steady", isAlive: true });
    expect(await row()).toContain("polls and commits steadily");
    expect(await lag()).toBeLessThan(behind);
  });

  test("that is removed between two lives does not come back", async () => {
    const { ask, pass, member, name } = await groupWith("crashing", "range");
    for (let tries = 0; tries < 60 && (await member())?.isAlive !== false; tries++) await pass(0.5);
    const away = await member();

    await ask("playground.removeMember", { name });
    await pass(30);

    expect(away?.isAlive).toBe(false);
    expect(await member()).toBeUndefined();
    const sessions = await ask("session.list", {});
    expect(sessions.filter((each) => each.name === name && each.endedBecause === undefined)).toEqual([]);
  });

  test("looks like an application on a machine of its own", async () => {
    const { row, tree } = await groupWith("steady", "range");

    const node = await tree.find(view, "worker-4");

    expect(await row()).toContain("/10.20.0.4");
    expect(node?.tooltip).toContain("audit\\-worker\\-4");
    expect(node?.contextValue).toMatch(/^member scripted/);
  });

  test("does not outlive the playground", async () => {
    const { ask, pass } = await groupWith("restless", "range");

    await ask("playground.stop", {});
    await pass(30);

    expect((await ask("playground.status", {})).members).toEqual([]);
    expect((await ask("session.list", {})).filter((each) => each.endedBecause === undefined)).toEqual([]);
  });

  test("that shall take the id of a static member is refused where there is none", async () => {
    const { ask } = await groupWith("steady", "range");

    const refusal = await ask("playground.addMember", {
      groupId: "billing",
      topics: [],
      scriptId: "twin",
    }).catch((error: Error) => error);

    expect(refusal).toMatchObject({
      code: "REFUSED",
      message: expect.stringContaining("Add a static member first"),
    });
  });

  test("does the same at the same times in every run", async () => {
    const run = async () => {
      const { pass, tree } = await groupWith("crashing", "range");
      await pass(40);
      return tree.text(view);
    };

    const [first, second] = [await run(), await run()];

    expect(second).toBe(first);
  });
});
