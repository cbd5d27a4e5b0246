import { beforeEach, describe, expect, test } from "vitest";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { getTelemetrySubscriptions } from "#protocol/apis/getTelemetrySubscriptions.ts";
import { type PushTelemetryRequest, pushTelemetry } from "#protocol/apis/pushTelemetry.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { compress } from "#protocol/records/compression/codec.ts";
import { codecId } from "#protocol/records/recordBatch.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

const intervalMs = 300_000;
const nothing = new Uint8Array();
let simulated: SimulatedPlayground;
let client: RawClient;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  client = await simulated.connect();
});

const subscribe = (clientInstanceId = zeroUuid, as = client) =>
  simulated.run(as.call(getTelemetrySubscriptions, { clientInstanceId }));

async function push(request: Partial<PushTelemetryRequest>, as = client) {
  const whole = {
    clientInstanceId: zeroUuid,
    subscriptionId: 0,
    terminating: false,
    compressionType: 0,
    metrics: nothing,
    ...request,
  };
  return errorName((await simulated.run(as.call(pushTelemetry, whole))).errorCode);
}

/** A client that asked, and what it needs to push. */
async function subscribed() {
  const { clientInstanceId, subscriptionId } = await subscribe();
  return { clientInstanceId, subscriptionId };
}

test("a client gets an id of its own, and is asked for no metrics", async () => {
  const answer = await subscribe();

  expect(answer).toMatchObject({
    errorCode: 0,
    acceptedCompressionTypes: ["zstd", "lz4", "gzip", "snappy"].map((name) => codecId(name as "zstd")),
    pushIntervalMs: intervalMs,
    telemetryMaxBytes: 1_048_576,
    deltaTemporality: true,
    requestedMetrics: [],
  });
  expect(answer.clientInstanceId).toMatch(/^(?!A{22}$)[\w-]{22}$/);
});

test("a subscription's number is worked out as Kafka does: CRC32C of the metrics, mixed with the id", async () => {
  const first = await subscribe("AAAAAAAAAAEAAAAAAAAAAg");

  expect(first.clientInstanceId).toBe("AAAAAAAAAAEAAAAAAAAAAg");
  expect(first.subscriptionId ^ 1 ^ 2).toBe(0xd4c75bde | 0);
});

test("whoever asks again before the interval is over is throttled, and not after it", async () => {
  const { clientInstanceId } = await subscribed();

  const early = await subscribe(clientInstanceId);
  await simulated.clock.advance(intervalMs);
  const later = await subscribe(clientInstanceId);

  expect([early, later].map(({ errorCode }) => errorName(errorCode))).toEqual([
    "THROTTLING_QUOTA_EXCEEDED",
    "NONE",
  ]);
});

test("the first push may come at once, the next when the interval is over, the last at any time", async () => {
  const known = await subscribed();

  const told = [await push(known), await push(known), await push({ ...known, terminating: true })];

  expect(told).toEqual(["NONE", "THROTTLING_QUOTA_EXCEEDED", "NONE"]);
});

test("nothing is taken of a client that said it was going", async () => {
  const known = await subscribed();
  await push({ ...known, terminating: true });
  await simulated.clock.advance(intervalMs);

  expect(await push(known)).toBe("INVALID_REQUEST");
});

test("a subscription that is not the client's is refused, and it may ask for its own at once", async () => {
  const { clientInstanceId, subscriptionId } = await subscribed();

  const refused = await push({ clientInstanceId, subscriptionId: subscriptionId + 1 });

  expect(refused).toBe("UNKNOWN_SUBSCRIPTION_ID");
  expect(await subscribe(clientInstanceId)).toMatchObject({ errorCode: 0, subscriptionId });
});

describe("what is pushed", () => {
  const zeros = (bytes: number) => new Uint8Array(bytes);
  const packed = (bytes: number) => ({
    compressionType: codecId("gzip"),
    metrics: compress("gzip", zeros(bytes)),
  });

  test.each<[what: string, pushed: Partial<PushTelemetryRequest>, error: string]>([
    ["packed as nothing known", { compressionType: 9 }, "UNSUPPORTED_COMPRESSION_TYPE"],
    ["as much as may be", { metrics: zeros(1_048_576) }, "NONE"],
    ["one byte more", { metrics: zeros(1_048_577) }, "TELEMETRY_TOO_LARGE"],
    ["packed, as much as may be", packed(1_048_576), "NONE"],
    ["packed, and too much once it is unpacked", packed(1_048_577), "TELEMETRY_TOO_LARGE"],
    ["not what it says it is", { compressionType: codecId("gzip"), metrics: zeros(9) }, "INVALID_RECORD"],
    ["of the id that is none", { clientInstanceId: zeroUuid }, "INVALID_REQUEST"],
    ["of an id that Kafka keeps", { clientInstanceId: "AAAAAAAAAAAAAAAAAAAAAQ" }, "INVALID_REQUEST"],
  ])("%s", async (_what, pushed, error) => {
    const known = await subscribed();

    expect(await push({ ...known, ...pushed })).toBe(error);
  });
});

test("a connection's end forgets its client: another may ask with that id at once", async () => {
  const { clientInstanceId } = await subscribed();
  client.close();
  await simulated.clock.advance(10);

  const other = await simulated.connect();

  expect(await subscribe(clientInstanceId, other)).toMatchObject({ errorCode: 0, clientInstanceId });
});

test.each([
  ["a broker with a receiver", {}, true],
  ["one without", { receivesTelemetry: false }, false],
  ["one that is too old for it", { kafkaVersion: "2.8" }, false],
] as const)("%s advertises telemetry: %o %o", async (_what, settings, isServed) => {
  simulated = await SimulatedPlayground.start({ settings });
  client = await simulated.connect();

  const { apiKeys } = await simulated.run(client.call(apiVersions, {}, { version: 2 }));

  const keys = apiKeys.map(({ apiKey }) => apiKey);
  expect([getTelemetrySubscriptions.key, pushTelemetry.key].map((key) => keys.includes(key))).toEqual([
    isServed,
    isServed,
  ]);
});
