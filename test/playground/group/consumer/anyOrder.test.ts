import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "#base/random.ts";
import type { At } from "#playground/group/consumer/at.ts";
import { type ConsumerGroup, stateOf } from "#playground/group/consumer/consumerGroup.ts";
import { timePassed } from "#playground/group/consumer/expiry.ts";
import type { TopicPartitions } from "#playground/group/consumer/partitions.ts";
import { consumerHeartbeatTo } from "#playground/group/consumer/routing.ts";
import { SubscriptionReader } from "#playground/group/subscriptionReader.ts";
import { TopicStore } from "#playground/log/topicStore.ts";
import { playgroundSettings } from "#playground/settings.ts";

type Op =
  | { readonly op: "heartbeat"; readonly who: number; readonly givesUp: boolean; readonly hears: boolean }
  | { readonly op: "leave" | "forget" | "resubscribe"; readonly who: number }
  | { readonly op: "grow" | "recreate" }
  | { readonly op: "pass"; readonly ms: number };

const who = fc.nat(3);
const anyOp: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      op: fc.constant("heartbeat" as const),
      who,
      givesUp: fc.boolean(),
      hears: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom("leave", "forget", "resubscribe"), who }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom("grow", "recreate") }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("pass" as const), ms: fc.nat(4_000) }) },
);

/** A client that consumes what it is told, as `topicId/partition`, and may be slow to give anything up. */
interface Client {
  readonly memberId: string;
  epoch: number;
  /** What it was told to consume, and what it does consume. */
  assigned: ReadonlySet<string>;
  owned: ReadonlySet<string>;
  topics: readonly string[];
  /** It had no answer to its last heartbeat: the next one says everything, and is answered with everything. */
  saysAll: boolean;
}

const nothing = { assigned: new Set<string>(), owned: new Set<string>() };

/** Four clients and the group they are in. */
class Simulation {
  readonly topics = new TopicStore(seededRandom(3));
  readonly settings = playgroundSettings({
    consumerGroups: { sessionTimeoutMs: 6_000, assignmentIntervalMs: 500 },
  });
  readonly clients: readonly Client[];
  group: ConsumerGroup | undefined;
  now = 0;

  constructor() {
    for (const name of ["t", "u"]) this.topics.create(name, { partitions: 3, replicationFactor: 1 });
    this.clients = ["a", "b", "c", "d"].map((memberId) => ({
      memberId,
      epoch: 0,
      assigned: new Set(),
      owned: new Set(),
      topics: ["t", "u"],
      saysAll: true,
    }));
  }

  carryOut(each: Op): void {
    switch (each.op) {
      case "heartbeat":
        this.heartbeat(this.client(each.who), each);
        break;
      case "leave":
        this.leave(this.client(each.who));
        break;
      case "forget":
        // The process is gone without a word, and another with the same id starts.
        Object.assign(this.client(each.who), { epoch: 0, ...nothing });
        break;
      case "resubscribe":
        this.resubscribe(this.client(each.who));
        break;
      case "grow":
        this.grow();
        break;
      case "recreate":
        this.recreate();
        break;
      case "pass":
        this.pass(each.ms);
        break;
    }
  }

  heartbeat(client: Client, how: { readonly givesUp: boolean; readonly hears: boolean }): void {
    if (client.epoch === 0) Object.assign(client, { ...nothing, saysAll: true });
    const outcome = this.#send(client, {
      memberEpoch: client.epoch,
      rebalanceTimeoutMs: client.saysAll ? 3_000 : undefined,
      topicNames: client.topics,
      owned: toTopics(client.owned),
    });
    if (outcome === undefined) {
      Object.assign(client, { epoch: 0, ...nothing });
      return;
    }
    client.saysAll = !how.hears;
    if (!how.hears) return;
    client.epoch = outcome.memberEpoch;
    if (outcome.assignment) client.assigned = toSet(outcome.assignment);
    client.owned = how.givesUp ? client.assigned : new Set([...client.owned, ...client.assigned]);
  }

  leave(client: Client): void {
    if (client.epoch > 0) this.#send(client, { memberEpoch: -1 });
    Object.assign(client, { epoch: 0, ...nothing });
  }

  resubscribe(client: Client): void {
    client.topics = client.topics.length === 2 ? ["t"] : ["t", "u"];
  }

  grow(): void {
    const topic = this.topics.byName("t");
    if (topic && topic.partitions.length < 8) this.topics.addPartitions(topic, topic.partitions.length + 1);
  }

  recreate(): void {
    const topic = this.topics.byName("u");
    if (topic) this.topics.delete(topic);
    this.topics.create("u", { partitions: 2, replicationFactor: 1 });
  }

  pass(ms: number): void {
    this.now += ms;
    if (!this.group) return;
    const passed = timePassed(this.group, this.#at());
    if (passed.group.type === "consumer") this.group = passed.group;
  }

  client(index: number): Client {
    const client = this.clients[index];
    if (!client) throw new RangeError(`client ${index}`);
    return client;
  }

  #send(
    client: Client,
    said: Omit<Partial<Parameters<typeof consumerHeartbeatTo>[1]>, "memberId"> & {
      readonly memberEpoch: number;
    },
  ) {
    const request = {
      groupId: "billing",
      memberId: client.memberId,
      instanceId: undefined,
      rackId: undefined,
      rebalanceTimeoutMs: undefined,
      topicNames: undefined,
      topicRegex: undefined,
      serverAssignor: undefined,
      owned: undefined,
      clientId: "client",
      clientHost: "/127.0.0.1",
      ...said,
    };
    const outcome = consumerHeartbeatTo(this.group, request, this.settings.consumerGroups, this.#at());
    if (!outcome.ok) return undefined;
    if (outcome.value.group.type === "consumer") this.group = outcome.value.group;
    return outcome.value.answer;
  }

  #at(): At {
    return {
      now: this.now,
      topics: this.topics,
      classicSettings: this.settings.groups,
      reader: new SubscriptionReader(),
    };
  }
}

function toSet(assignment: readonly TopicPartitions[]): ReadonlySet<string> {
  return new Set(
    assignment.flatMap(({ topicId, partitions }) => partitions.map((each) => `${topicId}/${each}`)),
  );
}

function toTopics(owned: ReadonlySet<string>): readonly TopicPartitions[] {
  return Array.from(owned, (each) => {
    const [topicId = "", partition] = each.split("/");
    return { topicId, partitions: [Number(partition)] };
  });
}

/** What members of the group consume at this moment; who is out of it will learn that and is not counted. */
function consumedBy({ clients, group }: Simulation): readonly string[] {
  return clients
    .filter(({ memberId, epoch }) => epoch > 0 && group?.members.has(memberId))
    .flatMap(({ owned }) => Array.from(owned));
}

test("whatever happens in whatever order, no partition has two consumers, and in the end each has one", () => {
  fc.assert(
    fc.property(fc.array(anyOp, { minLength: 1, maxLength: 60 }), (ops) => {
      const simulation = new Simulation();

      for (const each of ops) {
        simulation.carryOut(each);
        const consumed = consumedBy(simulation);
        expect(new Set(consumed).size).toBe(consumed.length);
      }
      for (let round = 0; round < 8; round++) {
        for (const client of simulation.clients) simulation.heartbeat(client, { givesUp: true, hears: true });
        simulation.pass(600);
      }

      const { group, topics } = simulation;
      expect(group && stateOf(group)).toBe("Stable");
      const wanted = new Set(simulation.clients.flatMap((client) => client.topics));
      const existing = Array.from(topics.all).flatMap(({ name, topicId, partitions }) =>
        wanted.has(name) ? partitions.map((_, index) => `${topicId}/${index}`) : [],
      );
      expect(consumedBy(simulation).toSorted()).toEqual(existing.toSorted());
    }),
    { numRuns: 300 },
  );
});
