import { describe, expect, test } from "vitest";
import { type Random, randomInt, seededRandom } from "#base/random.ts";
import { type Api, isFlexible } from "#protocol/api.ts";
import { allApis } from "#protocol/apiRegistry.ts";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { produce } from "#protocol/apis/produce.ts";
import type { Explained, ExplainedField } from "#protocol/explain/explainedField.ts";
import { explainRequest, explainResponse } from "#protocol/explain/explainMessage.ts";
import { encodeRequest, encodeResponse } from "#protocol/message.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import { randomMessage } from "../randomMessage.ts";

const all = { maxFields: 1_000_000 };

/** Every version of both directions of an API: a frame, and how it is explained. */
function framesOf(api: Api, random: Random): readonly { frame: Uint8Array; explained: Explained }[] {
  const versions = Array.from(
    { length: api.versions[1] - api.versions[0] + 1 },
    (_, index) => api.versions[0] + index,
  );
  return versions.flatMap((version) => {
    const options = { version, flexible: isFlexible(api, version), random };
    const request = encodeRequest(
      api,
      { version, correlationId: 1, clientId: "c" },
      randomMessage(api.request, options),
    ).subarray(4);
    const response = encodeResponse(
      api,
      { version, correlationId: 1 },
      randomMessage(api.response, options),
    ).subarray(4);
    return [
      { frame: request, explained: explainRequest(request, all) },
      {
        frame: response,
        explained: explainResponse(response, { apiKey: api.key, version, ...all }),
      },
    ];
  });
}

function isWithin(field: ExplainedField, from: number, to: number): boolean {
  const end = field.offset + field.length;
  return (
    field.offset >= from && end <= to && field.children.every((child) => isWithin(child, field.offset, end))
  );
}

test.each(allApis.map((api) => ({ name: api.name, api })))("$name is read to its last byte", ({ api }) => {
  const random = seededRandom(api.key + 1);

  const frames = framesOf(api, random);

  for (const { frame, explained } of frames) {
    expect(explained.problem).toBeUndefined();
    expect(explained.fields.every((field) => isWithin(field, 0, frame.length))).toBe(true);
  }
});

describe("hostile bytes", () => {
  test.each(allApis.map((api) => ({ name: api.name, api })))(
    "cost $name nothing but a problem",
    ({ api }) => {
      const random = seededRandom(api.key + 1);
      const frames = framesOf(api, random).map(({ frame }) => frame.slice());

      for (const frame of frames) {
        for (let round = 0; round < 20; round += 1) {
          if (frame.length > 8) frame[8 + randomInt(random, frame.length - 8)] = randomInt(random, 256);
          const explained = explainRequest(frame, { maxFields: 500 });
          expect(explained.fields.length).toBeGreaterThan(0);
        }
      }
    },
  );
});

const commit = {
  groupId: "billing",
  generationIdOrMemberEpoch: 7,
  memberId: "m-1",
  topics: [
    { name: "orders", partitions: [{ partitionIndex: 3, committedOffset: 120n, committedMetadata: "" }] },
  ],
};

test("a field says where its bytes are and what an error code means", () => {
  const request = encodeRequest(
    offsetCommit,
    { version: 8, correlationId: 5, clientId: "A" },
    commit,
  ).subarray(4);
  const response = encodeResponse(
    offsetCommit,
    { version: 8, correlationId: 5 },
    { topics: [{ name: "orders", partitions: [{ partitionIndex: 3, errorCode: 22 }] }] },
  ).subarray(4);

  const asked = explainRequest(request, all);
  const answered = explainResponse(response, { apiKey: 8, version: 8, ...all });

  const group = asked.fields.find(({ name }) => name === "groupId");
  expect(group).toMatchObject({ kind: "string", value: "billing", length: 8 });
  expect(Buffer.from(request.subarray(group?.offset, (group?.offset ?? 0) + 8)).toString()).toContain(
    "billing",
  );
  const partition = answered.fields.at(-1)?.children[0]?.children[1]?.children[0];
  expect(partition?.children.map(({ name, value, meaning }) => [name, value, meaning])).toEqual([
    ["partitionIndex", 3, undefined],
    ["errorCode", 22, "ILLEGAL_GENERATION"],
  ]);
});

test("a request that was cut short is explained up to where it ends", () => {
  const frame = encodeRequest(offsetCommit, { version: 8, correlationId: 5, clientId: "A" }, commit).subarray(
    4,
    30,
  );

  const explained = explainRequest(frame, all);

  expect(explained.fields.find(({ name }) => name === "groupId")?.value).toBe("billing");
  expect(explained.problem?.message).toMatch(/are needed where/);
  expect(explained.problem?.offset).toBeGreaterThan(20);
});

test("an API or a version that is not known still has its header explained", () => {
  const frame = new Uint8Array([0x03, 0xe7, 0, 1, 0, 0, 0, 9, 0xff, 0xff, 1, 2, 3]);

  const explained = explainRequest(frame, all);

  expect(explained.fields.map(({ value }) => value)).toEqual([999, 1, 9, null]);
  expect(explained.problem?.message).toBe("API key 999 is not known");
});

test("a refusal of a version of ApiVersions is read as the version 0 it is", () => {
  const frame = encodeResponse(apiVersions, { version: 0, correlationId: 1 }, { errorCode: 35, apiKeys: [] });

  const explained = explainResponse(frame.subarray(4), { apiKey: 18, version: 4, ...all });

  expect(explained.problem).toBeUndefined();
  expect(explained.fields.find(({ name }) => name === "errorCode")?.meaning).toBe("UNSUPPORTED_VERSION");
});

test("more fields than wanted are cut, and that is said", () => {
  const partitions = Array.from({ length: 100 }, (_, partitionIndex) => ({
    partitionIndex,
    committedOffset: 1n,
    committedMetadata: null,
  }));
  const body = { ...commit, topics: [{ name: "orders", partitions }] };
  const frame = encodeRequest(offsetCommit, { version: 8, correlationId: 5, clientId: "A" }, body).subarray(
    4,
  );

  const explained = explainRequest(frame, { maxFields: 50 });

  expect(explained).toMatchObject({ isCut: true, problem: undefined });
});

test("batches within records have their headers explained", () => {
  const records = encodeBatch({
    baseOffset: 0n,
    records: [{ key: null, value: new Uint8Array([1]), timestamp: 5n, headers: [] }],
  });
  const body = {
    acks: 1,
    timeoutMs: 1_000,
    topicData: [{ name: "orders", partitionData: [{ index: 0, records }] }],
  };
  const frame = encodeRequest(produce, { version: 9, correlationId: 5, clientId: "A" }, body).subarray(4);

  const explained = explainRequest(frame, all);

  const text = JSON.stringify(explained.fields);
  expect(text).toContain('"name":"batch 0"');
  expect(text).toContain('"name":"lastOffsetDelta"');
});
