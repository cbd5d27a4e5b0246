import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { differences } from "#test/conformance/differences.ts";
import { type LivePlayground, startLivePlayground } from "#test/playground/livePlayground.ts";
import { type RealKafka, startRealKafka } from "#test/support/realKafka.ts";
import type { Sequence, Step } from "./support/sideBySide/dialogue.ts";
import { administrationSequences } from "./support/sideBySide/sequences/administration.ts";
import { classicGroupSequences } from "./support/sideBySide/sequences/classicGroups.ts";
import { clusterSequences } from "./support/sideBySide/sequences/cluster.ts";
import { consumerGroupSequences } from "./support/sideBySide/sequences/consumerGroups.ts";
import { logSequences } from "./support/sideBySide/sequences/logs.ts";
import { saslSequences } from "./support/sideBySide/sequences/sasl.ts";
import { telemetrySequences } from "./support/sideBySide/sequences/telemetry.ts";
import { transactionSequences } from "./support/sideBySide/sequences/transactions.ts";
import { Side, versionOf } from "./support/sideBySide/sides.ts";

const sequences: readonly Sequence[] = [
  ...clusterSequences,
  ...saslSequences,
  ...telemetrySequences,
  ...logSequences,
  ...classicGroupSequences,
  ...consumerGroupSequences,
  ...transactionSequences,
  ...administrationSequences,
];

/** Where the playground may answer differently, and why. */
const allowed: readonly { readonly where: RegExp; readonly why: string }[] = [
  {
    where: /^Produce of nothing/,
    why: "Kafka fails on a partition without records and never answers; the playground refuses it",
  },
  {
    where: /^a transaction of .* Fetch v12: responses\[\]\.partitions\[\]\.records: 2 ≠ 1 elements$/,
    why: "Kafka reads the batches before a marker that was just written, and the marker with the next Fetch",
  },
  {
    where: /^configurations, 14\./,
    why: "Kafka fails on an operation that does not exist; the playground says what is wrong with it",
  },
];

describe("the playground beside Apache Kafka 4.3", () => {
  let kafka: RealKafka;
  let live: LivePlayground;
  let real: Side;
  let ours: Side;
  const used = new Set<RegExp>();

  beforeAll(async () => {
    const settings = {
      kafkaVersion: "4.3",
      groups: { initialRebalanceDelayMs: 0 },
      consumerGroups: { heartbeatIntervalMs: 5_000 },
    } as const;
    [kafka, live] = await Promise.all([
      startRealKafka({ receivesTelemetry: true }),
      startLivePlayground({ settings }),
    ]);
    real = new Side(kafka.bootstrapServers);
    ours = new Side(live.bootstrapServers);
    await Promise.all([real.ready(), ours.ready()]);
  });

  afterAll(async () => {
    await live?.playground.stop();
    await kafka?.stop();
  });

  test.each(sequences.map((each, index) => ({ ...each, index })))("$name", async (played) => {
    const name = `topic-${played.index}`;

    const [mine, theirs] = await Promise.all([ours.play(played, name), real.play(played, name)]);

    const steps = played.steps({ topic: "", topicId: "", group: "" });
    const found = steps.flatMap((step, index) =>
      differences(mine[index], theirs[index], () => false).map(
        (difference) => `${played.name}, ${labelOf(step, index)}: ${difference}`,
      ),
    );
    const unexpected = found.filter((each) => {
      const rule = allowed.find(({ where }) => where.test(each));
      if (rule) used.add(rule.where);
      return rule === undefined;
    });
    expect(mine).toHaveLength(steps.length);
    expect(unexpected).toEqual([]);
  });

  test("nothing is served that Kafka does not serve", async () => {
    const [mine, theirs] = await Promise.all([ours.advertised(), real.advertised()]);

    expect(mine.length).toBeGreaterThan(0);
    expect(mine.filter((key) => !theirs.includes(key))).toEqual([]);
  });

  test("every difference that is allowed is still there", () => {
    expect(allowed.filter(({ where }) => !used.has(where))).toEqual([]);
  });
});

function labelOf(step: Step, index: number): string {
  return `${index + 1}. ${step.api.name} v${versionOf(step)}`;
}
