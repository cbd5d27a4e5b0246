import { setTimeout as sleepFor } from "node:timers/promises";
import { parseAddress } from "#network/address.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import { versionsIn } from "#playground/versions/kafkaReleases.ts";
import type { Api, ResponseOf } from "#protocol/api.ts";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { createTopics } from "#protocol/apis/createTopics.ts";
import { findCoordinator } from "#protocol/apis/findCoordinator.ts";
import { initProducerId } from "#protocol/apis/initProducerId.ts";
import { listOffsets } from "#protocol/apis/listOffsets.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { RawClient } from "#test/playground/rawClient.ts";
import type { Place, Sequence, Step } from "./dialogue.ts";
import { Normaliser } from "./normalise.ts";

/** One of the two clusters, as raw requests reach it. */
export class Side {
  readonly #servers: string;

  constructor(servers: string) {
    this.#servers = servers;
  }

  /** Until groups and transactions have a coordinator: real Kafka makes its own topics first. */
  async ready(): Promise<void> {
    const client = await this.#connect();
    for (const keyType of [0, 1]) {
      await until(async () => {
        const body = { keyType, coordinatorKeys: ["warm-up"] };
        const { coordinators } = await client.call(findCoordinator, body, { version: 4 });
        return coordinators.every(({ errorCode }) => errorCode === 0);
      });
    }
    await until(async () => {
      const body = { transactionalId: null, transactionTimeoutMs: 0 };
      return (await client.call(initProducerId, body, { version: 4 })).errorCode === 0;
    });
    client.close();
  }

  /** The keys of the APIs it says it has. */
  async advertised(): Promise<readonly number[]> {
    const client = await this.#connect();
    const { apiKeys } = await client.call(apiVersions, {}, { version: 2 });
    client.close();
    return apiKeys.map(({ apiKey }) => apiKey);
  }

  /** What a sequence was answered, in a form that can be compared. */
  async play({ steps, compares }: Sequence, name: string): Promise<readonly unknown[]> {
    const place = await this.#prepare(name);
    const clients = { first: await this.#connect(), second: await this.#connect() };
    const answers = new Map<object, unknown>();
    const parked = new Map<object, Promise<void>>();
    const answerTo = <A extends Api>(step: Step<A>): ResponseOf<A> => {
      if (!answers.has(step)) throw new Error(`${step.api.name} was not answered yet`);
      return answers.get(step) as ResponseOf<A>;
    };

    const all = steps(place);
    for (const step of all) {
      for (const earlier of step.after) await parked.get(earlier);
      if (step.pauseMs > 0) await sleepFor(step.pauseMs);
      const answered = send(clients[step.connection], step, step.body(answerTo)).then(
        (answer) => void answers.set(step, answer),
      );
      if (step.isParked) {
        parked.set(step, answered);
        // It has no answer to wait for, and what follows is meant to come after it.
        await sleepFor(150);
      } else await answered;
    }
    await Promise.all(parked.values());
    for (const client of Object.values(clients)) client.close();

    const normaliser = new Normaliser();
    // The name comes first, so that its id has the same number everywhere.
    normaliser.of({ topicId: place.topicId });
    return all.map((step) =>
      compares === "fields" ? normaliser.of(answers.get(step)) : normaliser.codesOf(answers.get(step)),
    );
  }

  async #prepare(name: string): Promise<Place> {
    const client = await this.#connect();
    // What is written bears times long gone: Kafka would delete it as soon as it first looks, after half a minute.
    const configs = [{ name: "retention.ms", value: "-1" }];
    const wanted = { name, numPartitions: 2, replicationFactor: 1, assignments: [], configs };
    const made = await client.call(createTopics, { topics: [wanted], timeoutMs: 10_000 }, { version: 7 });
    // A leader that was just elected may not serve yet, whatever the metadata say.
    await until(async () => {
      const { topics } = await client.call(metadata, { topics: [{ name }] }, { version: 12 });
      if (topics[0]?.errorCode !== 0) return false;
      const partitions = [0, 1].map((partitionIndex) => ({ partitionIndex, timestamp: -1n }));
      const asked = { replicaId: -1, topics: [{ name, partitions }] };
      const offsets = await client.call(listOffsets, asked, { version: 7 });
      return offsets.topics.every((each) => each.partitions.every(({ errorCode }) => errorCode === 0));
    });
    client.close();
    return { topic: name, topicId: made.topics[0]?.topicId ?? "", group: `${name}-group` };
  }

  #connect(): Promise<RawClient> {
    const endpoint = parseAddress(this.#servers.split(",")[0] ?? "");
    if (endpoint === undefined) throw new Error(`no address in ${this.#servers}`);
    return RawClient.connect(tcpTransport, endpoint);
  }
}

/** The version a step is sent in. */
export function versionOf({ api, version }: Step): number {
  return version ?? versionsIn("4.3", api.name)?.[1] ?? api.versions[1];
}

const answerLimitMs = 5_000;

function send(client: RawClient, step: Step, body: unknown): Promise<unknown> {
  const version = versionOf(step);
  const noAnswer = sleepFor(answerLimitMs, undefined, { ref: false }).then(() => {
    throw new Error("no answer");
  });
  return Promise.race([client.call(step.api, body, { version, clientId: "side" }), noAnswer]).catch(
    (failure: unknown) => ({ failed: client.isClosed ? "the connection closed" : String(failure) }),
  );
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error("the cluster did not get ready");
    await sleepFor(50);
  }
}
