import { expect, test } from "vitest";
import { detect } from "#model/detectors/detect.ts";
import type { Finding } from "#model/finding.ts";
import type { Observation } from "#trace/observation.ts";
import { byBroker, described, member, modelOf, phase, seen, started } from "../observed.ts";

interface Present {
  readonly memberId: string;
  readonly clientId: string;
  readonly host: string;
}

const worker = (clientId: string, memberId: string, host = "/10.0.0.7"): Present => ({
  memberId,
  clientId,
  host,
});

/** A group of the playground that goes from one membership to the next, as its broker tells it. */
class Group {
  readonly observations: Observation[] = [];
  #generation = 0;
  #members: readonly Present[] = [];

  /** The members rebalance at `at`, and have their assignment `tookMs` later. */
  becomes(at: number, members: readonly Present[], tookMs = 1_000): this {
    this.#members = members;
    this.#tell(at, "PreparingRebalance");
    this.#generation += 1;
    this.#tell(at + tookMs, "Stable");
    return this;
  }

  leaves(at: number, { memberId }: Present, how: "left" | "evicted" = "left"): this {
    const gone = {
      type: "group.memberGone",
      groupId: "billing",
      memberId,
      how,
      reason: `it ${how}`,
    } as const;
    const others = this.#members.filter((each) => each.memberId !== memberId);
    // As the playground tells it: first who went, then what becomes of the group.
    this.observations.push(seen(at, gone, byBroker));
    return this.becomes(at, others);
  }

  losesAll(at: number): this {
    for (const { memberId } of this.#members) {
      const gone = {
        type: "group.memberGone",
        groupId: "billing",
        memberId,
        how: "evicted",
        reason: "",
      } as const;
      this.observations.push(seen(at, gone, byBroker));
    }
    this.#members = [];
    this.#tell(at, "Empty");
    return this;
  }

  joins(at: number, newcomer: Present): this {
    return this.becomes(at, [...this.#members, newcomer]);
  }

  #tell(at: number, state: string): void {
    const members = this.#members.map((each) => member(each.memberId, { ...each, assigned: [] }));
    const group = described({ state, stateSince: at, generationId: this.#generation, members });
    this.observations.push(seen(at, group, byBroker));
  }
}

const steady = [worker("w1", "w1-a"), worker("w2", "w2-a", "/10.0.0.8")];

/** As a member does that works for six seconds, leaves, and comes back two seconds later. */
function restless(rounds: number, how: "left" | "evicted" = "left"): Group {
  const group = new Group().becomes(0, steady);
  for (let round = 0; round < rounds; round++) {
    const newcomer = worker("w3", `w3-${round}`, "/10.0.0.9");
    group.joins(10_000 + round * 8_000, newcomer).leaves(16_000 + round * 8_000, newcomer, how);
  }
  return group;
}

const storms = (observations: readonly Observation[], now: number): readonly Finding[] =>
  detect(modelOf(...observations), now).filter(({ kind }) => kind === "rebalanceStorm");

test("a member that leaves and joins all the time is found, with how often and what it said", () => {
  const [finding, ...others] = storms(restless(9).observations, 82_000);

  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    severity: "warning",
    title: "billing: rebalances again and again",
    detail: "w3 left and came back 9× · 19 generations in 1 min 21 s",
    since: 1_000,
  });
  expect(finding?.cause).toContain("w3 (w3) joined 9 times and left, the last time with “it left”.");
  expect(finding?.cause).toContain("max.poll.interval.ms");
  expect(finding?.evidence).toContainEqual({ label: "w3", at: 80_000, value: "left: It left." });
  expect(finding?.subjects).toContainEqual({ kind: "member", groupId: "billing", memberId: "w3-8" });
  expect(finding?.remedies.map(({ action }) => action.kind)).toEqual(["showRebalances"]);
});

test("one that is evicted each time was silent", () => {
  const [finding] = storms(restless(5, "evicted").observations, 50_000);

  expect(finding?.detail).toContain("w3 was evicted and came back 5×");
  expect(finding?.cause).toContain("silent for its session timeout");
});

test("it is over soon after the group has come to rest", () => {
  const { observations } = restless(9);

  expect(storms(observations, 88_000)).toHaveLength(1);
  expect(storms(observations, 95_000)).toEqual([]);
});

test("what came before a long rest is not counted", () => {
  const late = new Group().becomes(0, steady);
  for (const { at, ...body } of restless(5).observations)
    late.observations.push(seen(at + 100_000, body, byBroker));

  expect(storms(late.observations, 150_000)).toMatchObject([{ since: 111_000 }]);
});

test("two arrivals are a restart, not a storm", () => {
  expect(storms(restless(2).observations, 26_000)).toEqual([]);
});

test("members that are replaced one by one are none, whether or not they share a client id", () => {
  const pods = (generation: string) =>
    Array.from({ length: 8 }, (_, index) =>
      worker("app", `${generation}-${index}`, `/10.0.${generation}.${index}`),
    );
  const processes = (generation: string) =>
    Array.from({ length: 8 }, (_, index) => worker("app", `app-${generation}-${index}`, "/10.0.0.1"));
  const rolled = (of: (generation: string) => readonly Present[]) => {
    const group = new Group().becomes(0, of("1"));
    const [before, after] = [of("1"), of("2")];
    for (const [index, old] of before.entries()) {
      const replacement = after[index];
      group.leaves(10_000 + index * 12_000, old);
      if (replacement) group.joins(15_000 + index * 12_000, replacement);
    }
    return group.observations;
  };

  for (const now of [40_000, 80_000, 105_000]) {
    expect(
      storms(
        rolled(pods).filter(({ at }) => at <= now),
        now,
      ),
    ).toEqual([]);
    expect(
      storms(
        rolled(processes).filter(({ at }) => at <= now),
        now,
      ),
    ).toEqual([]);
  }
});

test("who was there before observation began did not arrive", () => {
  const crowd = Array.from({ length: 5 }, (_, index) => worker("app", `app-${index}`));
  const group = new Group()
    .becomes(0, crowd)
    .becomes(5_000, [])
    .becomes(10_000, [worker("app", "app-9")]);

  expect(storms(group.observations, 12_000)).toEqual([]);
});

test("rebalances that nobody's coming or going explains are found as well", () => {
  const group = new Group();
  for (let round = 0; round < 7; round++) group.becomes(round * 6_000, steady);

  const [finding] = storms(group.observations, 38_000);

  expect(finding?.detail).toBe("7 generations in 37.0 s");
  expect(finding?.cause).toContain("do not explain so many");
});

/** Every thirty seconds all members are evicted while their SyncGroup is held, and join again two seconds after they gave up. */
function heldSyncs(rounds: number): readonly Observation[] {
  const group = new Group();
  const fault = {
    type: "broker.fault",
    faultId: "f1",
    kind: "holdSyncGroup",
    title: "hold SyncGroup of billing",
    enabled: true,
    removed: false,
    since: 0,
    groupId: "billing",
  } as const;
  const observations: Observation[] = [
    seen(0, started({ sessionId: "s1", clientId: "w1" })),
    seen(0, started({ sessionId: "s2", name: "worker-2", clientId: "w2", scripted: true })),
  ];
  for (let round = 0; round < rounds; round++) {
    const at = 1_000 + round * 30_000;
    const members = [worker("w1", `w1-${round}`), worker("w2", `w2-${round}`, "/10.0.0.8")];
    const of = (what: "joining" | "syncing" | "unjoined") =>
      members.map(({ memberId, clientId }, index) =>
        phase({ sessionId: `s${index + 1}`, memberId, clientId, phase: what, generationId: round + 1 }),
      );
    observations.push(...of("joining").map((body) => seen(at, body)));
    group.becomes(at, members, 3_000);
    observations.push(...of("syncing").map((body) => seen(at + 3_000, body)));
    observations.push(seen(at + 3_000, { ...fault, hits: 2, holding: 2, heldSince: at + 3_000 }, byBroker));
    group.losesAll(at + 13_000);
    observations.push(seen(at + 28_000, { ...fault, hits: 2, holding: 0 }, byBroker));
    observations.push(...of("unjoined").map((body) => seen(at + 28_000, body)));
  }
  return [...observations, ...group.observations].sort((a, b) => a.at - b.at);
}

test("a fault that holds every SyncGroup is found at once, and what it does to the group after two rounds", () => {
  const found = (now: number) =>
    detect(modelOf(...heldSyncs(4).filter(({ at }) => at <= now)), now).map(({ kind, title, lastedMs }) => ({
      kind,
      title,
      lastedMs,
    }));

  expect(found(15_000)).toEqual([
    { kind: "heldByFault", title: "Fault holds 2 answers: hold SyncGroup of billing", lastedMs: undefined },
  ]);
  expect(found(50_000)).toEqual([
    { kind: "groupNotStable", title: "A: has no assignment", lastedMs: 49_000 },
    { kind: "heldByFault", title: "Fault holds 2 answers: hold SyncGroup of billing", lastedMs: undefined },
  ]);
  expect(found(100_000).map(({ kind }) => kind)).toEqual(["heldByFault", "rebalanceStorm"]);
});

test("what holds the answers is named, and can be turned off", () => {
  const [finding] = storms(heldSyncs(4), 100_000);

  expect(finding?.detail).toContain("A and worker-2 come and go");
  expect(finding?.detail).toContain("the fault “hold SyncGroup of billing” holds answers");
  expect(finding?.remedies.map(({ action }) => action.kind)).toEqual(["disableFault", "showRebalances"]);
});
