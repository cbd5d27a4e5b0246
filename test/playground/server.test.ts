import { beforeEach, describe, expect, test } from "vitest";
import { handlerTable } from "#playground/handlers/handlerTable.ts";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { produce } from "#protocol/apis/produce.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { encodeRequest } from "#protocol/message.ts";
import { joinAs } from "./groupDialogue.ts";
import { batchOf } from "./produceAndFetch.ts";
import type { RawClient } from "./rawClient.ts";
import { SimulatedPlayground } from "./simulatedPlayground.ts";

let simulated: SimulatedPlayground;
let client: RawClient;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  simulated.playground.createTopic("orders");
  client = await simulated.connect();
});

const software = { clientSoftwareName: "raw", clientSoftwareVersion: "1" };

function requestBytes(apiKey: number, version: number, body: readonly number[] = []): Uint8Array {
  const bytes = new Uint8Array(4 + 10 + body.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 10 + body.length);
  view.setInt16(4, apiKey);
  view.setInt16(6, version);
  view.setInt32(8, 77);
  view.setInt16(12, -1);
  bytes.set(body, 14);
  return bytes;
}

describe("ApiVersions", () => {
  test("advertises exactly what is served", async () => {
    const { apiKeys, errorCode } = await simulated.run(client.call(apiVersions, software, { version: 4 }));

    expect(errorCode).toBe(0);
    const served = Array.from(handlerTable("4.4").values(), ({ api, versions }) => [api.key, ...versions]);
    served.sort(([a = 0], [b = 0]) => a - b);
    // Of Produce, Kafka 4 advertises old versions that it does not serve (KAFKA-18659).
    expect(served[0]).toEqual([0, 3, 13]);
    expect(apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, minVersion, maxVersion])).toEqual([
      [0, 0, 13],
      ...served.slice(1),
    ]);
  });

  test("answers a version from the future in version 0, with what it could speak (KIP-511)", async () => {
    client.write(requestBytes(18, 99));

    const frame = await simulated.run(client.nextFrame());
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);

    expect(view.getInt32(0)).toBe(77);
    expect(errorName(view.getInt16(4))).toBe("UNSUPPORTED_VERSION");
    expect(view.getInt32(6)).toBe(handlerTable("4.4").size);
    expect(frame.byteLength).toBe(10 + 6 * handlerTable("4.4").size);
  });

  test.each([
    [{ ...software, clientSoftwareName: "no spaces please" }, "INVALID_REQUEST"],
    [{ ...software, nodeId: 9 }, "REBOOTSTRAP_REQUIRED"],
    [{ ...software, clusterId: "another" }, "REBOOTSTRAP_REQUIRED"],
    [{ ...software, nodeId: 1 }, "NONE"],
  ])("answers %o with %s", async (body, error) => {
    const answer = await simulated.run(client.call(apiVersions, body, { version: 5 }));

    expect(errorName(answer.errorCode)).toBe(error);
  });
});

describe("a connection is closed with a reason", () => {
  const huge = new Uint8Array([0x7f, 0xff, 0xff, 0xff]);
  const negative = new Uint8Array([0xff, 0xff, 0xff, 0xff]);
  const http = new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n");
  const tooShort = new Uint8Array([0, 0, 0, 4, 0, 3, 0, 1]);
  const halfBody = encodeRequest(
    heartbeat,
    { version: 0, correlationId: 1, clientId: null },
    {
      groupId: "billing",
      generationId: 1,
      memberId: "m",
    },
  ).slice(0, -3);
  new DataView(halfBody.buffer).setInt32(0, halfBody.length - 4);

  test.each<[what: string, bytes: Uint8Array, reason: RegExp]>([
    ["a frame of 2 GB", huge, /more bytes than the playground accepts/],
    ["a negative size", negative, /no Kafka request/],
    ["HTTP", http, /no Kafka request|more bytes/],
    ["half a header", tooShort, /request header is garbage/],
    ["an API that is not served", requestBytes(76, 0), /API key 76 is not served/],
    ["an API that does not exist", requestBytes(999, 0), /API key 999 is not served/],
    ["a version that is not served", requestBytes(12, 99), /Heartbeat version 99 is not served, only 0 to 4/],
    ["half a body", halfBody, /a Heartbeat request is garbage/],
  ])("after %s", async (_what, bytes, reason) => {
    client.write(bytes);

    await simulated.run(client.closed);

    expect(simulated.ended).toMatchObject([{ nodeId: 1, reason: expect.stringMatching(reason) }]);
  });

  test("when there are too many", async () => {
    const crowded = await SimulatedPlayground.start({ settings: { maxConnections: 2 } });
    const clients = [await crowded.connect(), await crowded.connect(), await crowded.connect()];

    await crowded.run(clients[2]?.closed ?? Promise.resolve());

    expect(crowded.ended.map(({ reason }) => reason)).toEqual(["there are 2 connections already"]);
    expect(clients[0]?.isClosed).toBe(false);
  });

  test("and others do not notice", async () => {
    const other = await simulated.connect();
    client.write(new Uint8Array([0xff, 0xff, 0xff, 0xff]));
    await simulated.run(client.closed);

    expect((await simulated.run(other.call(metadata, { topics: null }))).topics.length).toBe(1);
  });
});

test("answers come in the order of the requests, also behind one that waits", async () => {
  const order: string[] = [];
  const joined = joinAs(client).then(() => order.push("JoinGroup"));
  const asked = client.call(metadata, { topics: [] }).then(() => order.push("Metadata"));
  await simulated.clock.advance(50);
  const early = order.slice();

  await simulated.run(Promise.all([joined, asked]));

  expect(early).toEqual([]);
  expect(order).toEqual(["JoinGroup", "Metadata"]);
});

test("a thousand requests at once are all answered, in order", async () => {
  const answers = Array.from({ length: 1_000 }, () => client.call(metadata, { topics: [] }));

  await simulated.run(Promise.all(answers));

  expect(client.isClosed).toBe(false);
});

describe("Produce with acks=0", () => {
  const produceSilently = (topic: string) =>
    client.write(
      encodeRequest(
        produce,
        { version: 9, correlationId: 1_000, clientId: "raw" },
        {
          acks: 0,
          timeoutMs: 100,
          topicData: [{ name: topic, partitionData: [{ index: 0, records: batchOf("a") }] }],
        },
      ),
    );

  test("is not answered, and the next request is", async () => {
    produceSilently("orders");

    const answer = await simulated.run(client.call(metadata, { topics: [] }));

    expect(answer.brokers.length).toBe(1);
    expect(simulated.playground.topics()[0]?.partitions[0]?.highWatermark).toBe(1n);
  });

  test("closes the connection when the batch is refused, so that the client notices", async () => {
    produceSilently("nothing");

    await simulated.run(client.closed);

    expect(simulated.ended.map(({ reason }) => reason)).toEqual([
      "a batch sent with acks=0 was refused: UNKNOWN_TOPIC_OR_PARTITION",
    ]);
  });
});
