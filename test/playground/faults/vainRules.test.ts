import { expect, test } from "vitest";
import { parseRuleFile } from "#playground/faults/ruleFile.ts";
import { handlerTable } from "#playground/handlers/handlerTable.ts";
import { type KafkaRelease, kafkaReleases } from "#playground/versions/kafkaReleases.ts";

function edit(path: string, value: unknown, api?: string) {
  return { match: api === undefined ? {} : { api }, action: { kind: "edit", path, value } };
}

const drop = { kind: "drop" };

test.each<[rule: unknown, problem: string | undefined, release?: KafkaRelease]>([
  [edit("topics[0].partitions[*].offset", "7", "ListOffsets"), undefined],
  [edit("throttleTimeMs", 7), undefined],
  [edit("topics[0].partitions[*].metadata", null, "OffsetFetch"), undefined],
  [
    edit("topics[0].partition[*].offset", 7, "ListOffsets"),
    "action.path: in the answer to ListOffsets there is no field partition; there are name, partitions",
  ],
  [
    edit("topics.partitions", 7, "ListOffsets"),
    "action.path: in the answer to ListOffsets there is no field partitions",
  ],
  [
    edit("throttleTimeMs[0]", 7, "ListOffsets"),
    "action.path: in the answer to ListOffsets there is no list where [0] is",
  ],
  [
    edit("topics[0].partitions[0].offset", "soon", "ListOffsets"),
    'action.path: in the answer to ListOffsets this is a whole number, not "soon"',
  ],
  [edit("topics", null, "ListOffsets"), "action.path: in the answer to ListOffsets this is no single field"],
  [edit("colour", "red"), "action.path: no API has this in its answer"],
  [
    { match: { api: "Fetch" }, action: { kind: "corrupt", how: "crc" } },
    "action: only Produce brings batches to corrupt",
  ],
  [{ match: {}, action: { kind: "corrupt", how: "crc" } }, undefined],
  [{ match: { api: "ShareFetch" }, action: drop }, "match.api: no broker of Kafka 4.4 serves ShareFetch"],
  [
    { match: { api: "ConsumerGroupHeartbeat" }, action: drop },
    "match.api: no broker of Kafka 2.8 serves ConsumerGroupHeartbeat",
    "2.8",
  ],
  [{ match: { minVersion: 5, maxVersion: 3 }, action: drop }, "match.minVersion: 5 is above maxVersion, 3"],
  [{ match: { afterMs: 5, untilMs: 5 }, action: drop }, "match.afterMs: 5 is not before untilMs, 5"],
  [{ match: { nth: 3, everyNth: 2 }, action: drop }, "match.nth: 3 is none of every 2"],
  [{ match: { api: "Heartbeat", topic: "orders" }, action: drop }, "match.topic: Heartbeat names none"],
  [{ match: { api: ["Heartbeat", "Fetch"], topic: "orders" }, action: drop }, undefined],
  [{ match: { api: "Fetch", groupId: "billing" }, action: drop }, "match.groupId: Fetch names none"],
  [{ match: { api: "OffsetFetch", memberId: "m" }, action: drop }, "match.memberId: OffsetFetch names none"],
  [
    { match: { groupState: "Rebalancing" }, action: drop },
    'match.groupState: "Rebalancing" is no state of a group; there are Empty, PreparingRebalance, CompletingRebalance, Stable, Dead, Assigning, Reconciling',
  ],
  [{ match: { api: "Fetch", groupState: "Stable" }, action: drop }, "match.groupState: Fetch names no group"],
])("the rule %j: %s", (rule, problem, release) => {
  const read = parseRuleFile(JSON.stringify([rule]), release);

  if (problem === undefined) expect(read.ok).toBe(true);
  else expect(read).toEqual({ ok: false, error: [expect.stringContaining(`rules[0].${problem}`)] });
});

test.each(kafkaReleases)("whatever a playground of Kafka %s serves may be named", (release) => {
  const served = Array.from(handlerTable(release).values(), ({ api }) => api.name);

  const rules = served.map((api) => ({ match: { api }, action: drop }));

  expect(parseRuleFile(JSON.stringify(rules), release).ok).toBe(true);
});
