import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import type { Api, RequestInput, ResponseInput } from "#protocol/api.ts";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { consumerGroupHeartbeat } from "#protocol/apis/consumerGroupHeartbeat.ts";
import { fetch } from "#protocol/apis/fetch.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { joinGroup } from "#protocol/apis/joinGroup.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { offsetFetch } from "#protocol/apis/offsetFetch.ts";
import {
  decodeCorrelationId,
  decodeRequest,
  decodeRequestHeader,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from "#protocol/message.ts";
import { CodecError } from "#protocol/wire/codecError.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const fromHex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));
const sized = (frame: string) => (frame.length / 2).toString(16).padStart(8, "0") + frame;

/** A request, and the frame the Java client of Kafka 4.4 writes for it. */
function request<A extends Api>(api: A, version: number, body: RequestInput<A>, frame: string) {
  return { name: `${api.name} v${version}`, api: api as Api, version, body: body as unknown, frame };
}

/** A response, and the frame the Java client of Kafka 4.4 writes for it. */
function response<A extends Api>(api: A, version: number, body: ResponseInput<A>, frame: string) {
  return { name: `${api.name} v${version}`, api: api as Api, version, body: body as unknown, frame };
}

const member = { groupId: "orders", generationId: 3, memberId: "m-1" };

const requests = [
  request(heartbeat, 0, member, "000c000000000007000a67726f757073636f706500066f72646572730000000300036d2d31"),
  request(
    heartbeat,
    3,
    { ...member, groupInstanceId: "i" },
    "000c000300000007000a67726f757073636f706500066f72646572730000000300036d2d31000169",
  ),
  request(
    heartbeat,
    4,
    member,
    "000c000400000007000a67726f757073636f706500076f726465727300000003046d2d310000",
  ),
  request(
    joinGroup,
    9,
    {
      groupId: "orders",
      sessionTimeoutMs: 45_000,
      rebalanceTimeoutMs: 300_000,
      memberId: "",
      protocolType: "consumer",
      protocols: [{ name: "range", metadata: Uint8Array.of(0, 1) }],
    },
    "000b000900000007000a67726f757073636f706500076f72646572730000afc8000493e0010009636f6e73756d6572020672616e6765030001000000",
  ),
  request(
    metadata,
    12,
    { topics: null, allowAutoTopicCreation: false },
    "0003000c00000007000a67726f757073636f70650000000000",
  ),
  request(
    fetch,
    12,
    {
      maxWaitMs: 500,
      minBytes: 1,
      topics: [
        { topic: "orders", partitions: [{ partition: 3, fetchOffset: 42n, partitionMaxBytes: 1_048_576 }] },
      ],
    },
    "0001000c00000007000a67726f757073636f706500ffffffff000001f4000000017fffffff0000000000ffffffff02076f72646572730200000003ffffffff000000000000002affffffffffffffffffffffff001000000000010100",
  ),
];

const responses = [
  response(heartbeat, 4, { throttleTimeMs: 1, errorCode: 27 }, "000000070000000001001b00"),
  response(
    fetch,
    12,
    {
      sessionId: 5,
      responses: [
        {
          topic: "orders",
          partitions: [
            {
              partitionIndex: 3,
              errorCode: 0,
              highWatermark: 50n,
              lastStableOffset: 49n,
              abortedTransactions: null,
              divergingEpoch: { epoch: 2, endOffset: 40n },
              records: Uint8Array.of(1, 2, 3),
            },
          ],
        },
      ],
    },
    "00000007000000000000000000000502076f72646572730200000003000000000000000000320000000000000031ffffffffffffffff00ffffffff0401020301000d000000020000000000000028000000",
  ),
  response(
    offsetFetch,
    9,
    {
      groups: [
        {
          groupId: "orders",
          topics: [
            {
              name: "orders",
              partitions: [{ partitionIndex: 0, committedOffset: 41n, metadata: "", errorCode: 0 }],
            },
          ],
        },
      ],
    },
    "00000007000000000002076f726465727302076f726465727302000000000000000000000029ffffffff010000000000000000",
  ),
  response(
    apiVersions,
    3,
    { errorCode: 0, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }], finalizedFeaturesEpoch: 9n },
    "0000000700000200120000000400000000000101080000000000000009",
  ),
  response(
    consumerGroupHeartbeat,
    1,
    {
      throttleTimeMs: 0,
      errorCode: 0,
      memberId: "m-1",
      memberEpoch: 4,
      heartbeatIntervalMs: 5000,
      assignment: { topicPartitions: [{ topicId: "vRtZ-5YgQ2Ghr5Ebh_aZ1Q", partitions: [0, 2] }] },
    },
    "000000070000000000000000046d2d3100000004000013880102bd1b59fb96204361a1af911b87f699d5030000000000000002000000",
  ),
  response(
    consumerGroupHeartbeat,
    1,
    { throttleTimeMs: 0, errorCode: 25, memberEpoch: -1, heartbeatIntervalMs: 5000, assignment: null },
    "00000007000000000000190000ffffffff00001388ff00",
  ),
];

describe("a request", () => {
  test.each(requests)("$name has the bytes of the Java client", ({ api, version, body, frame }) => {
    const encoded = encodeRequest(api, { version, correlationId: 7, clientId: "groupscope" }, body);

    expect(hex(encoded)).toBe(sized(frame));
  });

  test.each(requests)("$name is read from the bytes of the Java client", ({ api, version, body, frame }) => {
    const decoded = decodeRequest(api, fromHex(frame));

    expect(decoded).toMatchObject({
      ok: true,
      value: {
        header: { apiKey: api.key, apiVersion: version, correlationId: 7, clientId: "groupscope" },
        body,
      },
    });
  });

  test("may come without a clientId", () => {
    const frame = encodeRequest(heartbeat, { version: 4, correlationId: 1, clientId: null }, member).subarray(
      4,
    );

    expect(decodeRequest(heartbeat, frame)).toMatchObject({
      ok: true,
      value: { header: { clientId: null } },
    });
  });

  test("shows its header even when nobody knows its API", () => {
    const frame = fromHex("7fff00090000002a0003616263ffffffff");

    expect(decodeRequestHeader(frame)).toEqual({
      ok: true,
      value: { apiKey: 32_767, apiVersion: 9, correlationId: 42, clientId: "abc" },
    });
  });

  test("of another API is an error", () => {
    const frame = encodeRequest(heartbeat, { version: 4, correlationId: 1, clientId: null }, member).subarray(
      4,
    );

    expect(decodeRequest(fetch, frame)).toEqual({
      ok: false,
      error: new CodecError("API key 12 is not Fetch"),
    });
  });

  test("of a version that is not known is an error, and its header can still be read", () => {
    const frame = fromHex("001200630000000700016100");

    expect(decodeRequest(apiVersions, frame)).toEqual({
      ok: false,
      error: new CodecError("ApiVersions v99 is not known; known are v0 to v5"),
    });
    expect(decodeRequestHeader(frame)).toMatchObject({
      ok: true,
      value: { apiVersion: 99, correlationId: 7 },
    });
  });

  test("keeps the tagged fields of a header that it does not know", () => {
    const frame = fromHex("000c00040000000700016101640155" + "076f726465727300000003046d2d310000");

    const decoded = decodeRequest(heartbeat, frame);

    expect(decoded).toMatchObject({
      value: { header: { unknownTags: [{ tag: 100, bytes: Uint8Array.of(0x55) }] }, body: member },
    });
  });

  test("may have bytes behind it, which a broker ignores as well", () => {
    const frame = fromHex(`${requests[0]?.frame}ffff`);

    expect(decodeRequest(heartbeat, frame)).toMatchObject({ ok: true, value: { body: member } });
  });

  test("cannot be encoded in a version that is not known", () => {
    expect(() => encodeRequest(heartbeat, { version: 5, correlationId: 1, clientId: null }, member)).toThrow(
      new CodecError("Heartbeat v5 is not known; known are v0 to v4"),
    );
  });
});

describe("a response", () => {
  test.each(responses)("$name has the bytes of the Java client", ({ api, version, body, frame }) => {
    const encoded = encodeResponse(api, { version, correlationId: 7 }, body);

    expect(hex(encoded)).toBe(sized(frame));
  });

  test.each(responses)("$name is read from the bytes of the Java client", ({ api, version, body, frame }) => {
    const decoded = decodeResponse(api, version, fromHex(frame));

    expect(decoded).toMatchObject({ ok: true, value: { correlationId: 7, body } });
  });

  test("shows its correlation id before anyone knows what it answers", () => {
    expect(decodeCorrelationId(fromHex("0000002aff"))).toEqual({ ok: true, value: 42 });
    expect(decodeCorrelationId(fromHex("0000"))).toMatchObject({ ok: false });
  });

  test("decoded in a version that is not known is an error", () => {
    expect(decodeResponse(heartbeat, 9, fromHex("0000000700000000"))).toEqual({
      ok: false,
      error: new CodecError("Heartbeat v9 is not known; known are v0 to v4"),
    });
  });

  test("with bytes behind it is an error: it is of another version, or not a response", () => {
    expect(decodeResponse(heartbeat, 0, fromHex("0000000700000000"))).toEqual({
      ok: false,
      error: new CodecError("2 bytes are left over"),
    });
  });

  test("to ApiVersions has the old header in every version", () => {
    for (let version = 0; version <= 5; version += 1) {
      const frame = encodeResponse(apiVersions, { version, correlationId: 7 }, { errorCode: 0, apiKeys: [] });

      expect(hex(frame.subarray(4, 10))).toBe("000000070000");
      expect(decodeResponse(apiVersions, version, frame.subarray(4))).toMatchObject({ ok: true });
    }
  });

  test("that refuses the version of ApiVersions comes in v0 and is read as such", () => {
    const frame = fromHex("00000007002300000001001200000002");

    const decoded = decodeResponse(apiVersions, 5, frame);

    expect(decoded).toMatchObject({
      ok: true,
      value: {
        correlationId: 7,
        body: { errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 2 }] },
      },
    });
  });

  test("that refuses the version of ApiVersions, but in the version that was asked, is read as well", () => {
    const frame = encodeResponse(
      apiVersions,
      { version: 4, correlationId: 7 },
      { errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 3 }] },
    );

    expect(decodeResponse(apiVersions, 4, frame.subarray(4))).toMatchObject({
      ok: true,
      value: { body: { errorCode: 35, apiKeys: [{ maxVersion: 3 }] } },
    });
  });

  test("shows records as a view into the frame", () => {
    const frame = fromHex(responses[1]?.frame ?? "");
    const decoded = decodeResponse(fetch, 12, frame);
    const records = decoded.ok ? decoded.value.body.responses[0]?.partitions[0]?.records : undefined;

    expect(records).toEqual(Uint8Array.of(1, 2, 3));
    expect(records?.buffer).toBe(frame.buffer);
  });
});
