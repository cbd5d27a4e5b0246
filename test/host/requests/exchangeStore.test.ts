import { expect, test } from "vitest";
import { ByteParts } from "#base/byteParts.ts";
import type { Clock } from "#base/clock.ts";
import { ExchangeStore } from "#host/requests/exchangeStore.ts";
import type { PlaygroundSettingsInput } from "#playground/settings.ts";
import { alterUserScramCredentials } from "#protocol/apis/alterUserScramCredentials.ts";
import { incrementalAlterConfigs } from "#protocol/apis/incrementalAlterConfigs.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { saslAuthenticate } from "#protocol/apis/saslAuthenticate.ts";
import { saslHandshake } from "#protocol/apis/saslHandshake.ts";
import { encodeRequest } from "#protocol/message.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";
import { Summaries } from "#views/requests/summaries.ts";
import { SimulatedPlayground } from "../../playground/simulatedPlayground.ts";

const password = "correct-horse-battery";

async function tapped(settings?: PlaygroundSettingsInput) {
  let store: ExchangeStore | undefined;
  const simulated = await SimulatedPlayground.start({
    ...(settings && { settings }),
    requestTap: (clock: Clock) => (store = new ExchangeStore(clock, 1_000_000)),
  });
  if (!store) throw new Error("no tap was made");
  return { simulated, store, client: await simulated.connect() };
}

/** A store by itself, and a frame of so many bytes. */
function alone(maxBytes: number) {
  const store = new ExchangeStore(new VirtualClock(), maxBytes);
  const ask = (bytes: number) =>
    store.came({ frame: new Uint8Array(bytes), nodeId: 1, remote: "127.0.0.1:1", phase: "signedIn" });
  return { store, ask };
}

function everything(store: ExchangeStore): string {
  return store
    .list()
    .flatMap(({ request, end }) => [request, end?.type === "answered" ? end.response : undefined])
    .map((frame) => Buffer.from(frame?.bytes ?? []).toString("latin1"))
    .join("\n");
}

test("a request is kept with its answer and the time it took", async () => {
  const { simulated, store, client } = await tapped();

  await simulated.run(client.call(metadata, { topics: [] }));

  const [exchange] = store.list();
  if (!exchange) throw new Error("nothing was kept");
  expect(exchange).toMatchObject({ nodeId: 1, faultIds: [], end: { type: "answered" } });
  expect(new Summaries().read(exchange)).toMatchObject({
    summary: { api: "Metadata", clientId: "raw" },
    errors: [],
  });
});

test("a request that a fault holds is kept while it waits, with the fault", async () => {
  const { simulated, store, client } = await tapped();
  const faultId = simulated.playground.addFault({ match: { api: "Metadata" }, action: { kind: "hold" } });

  const asked = client.call(metadata, { topics: [] });
  await simulated.clock.advance(3_000);

  expect(store.list()[0]).toMatchObject({ faultIds: [faultId], end: undefined });
  simulated.playground.releaseHeld(faultId);
  await simulated.run(asked);
  const [exchange] = store.list();
  expect((exchange?.end?.at ?? 0) - (exchange?.at ?? 0)).toBeGreaterThan(2_900);
});

test("bytes that are no request are kept as the reason why the connection ended", async () => {
  const { simulated, store, client } = await tapped();

  client.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  await simulated.run(client.closed);

  expect(store.list()).toMatchObject([{ request: undefined, end: { type: "closed" } }]);
});

test("a request of an API that is not served is kept with its bytes and the reason", async () => {
  const { simulated, store, client } = await tapped();

  client.write(new Uint8Array([0, 0, 0, 10, 0x03, 0xe7, 0, 1, 0, 0, 0, 9, 0xff, 0xff]));
  await simulated.run(client.closed);

  expect(store.list()).toMatchObject([
    { request: { sizeInBytes: 10 }, end: { type: "closed", reason: "API key 999 is not served" } },
  ]);
});

const sasl: NonNullable<PlaygroundSettingsInput["sasl"]> = {
  mechanisms: ["PLAIN"],
  users: [{ username: "ann", password }],
};
const token = new TextEncoder().encode(`\0ann\0${password}`);

test.each([
  { how: "as requests", version: 1 },
  { how: "as bare tokens", version: 0 },
])("passwords sent $how when signing in are never kept", async ({ version }) => {
  const { simulated, store, client } = await tapped({ sasl });

  await simulated.run(client.call(saslHandshake, { mechanism: "PLAIN" }, { version }));
  if (version === 1) await simulated.run(client.call(saslAuthenticate, { authBytes: token }));
  else {
    client.write(new Uint8Array([0, 0, 0, token.length, ...token]));
    await simulated.run(client.nextFrame());
  }

  expect(store.list()).toHaveLength(2);
  expect(store.list()[1]).toMatchObject({ request: { cut: "secret" }, end: { type: "answered" } });
  expect(everything(store)).not.toContain(password);
  expect(everything(store)).not.toContain("ann");
});

test.each([
  {
    what: "a token sent before the handshake",
    frame: encodeRequest(
      saslAuthenticate,
      { version: 2, correlationId: 1, clientId: "c" },
      { authBytes: token },
    ),
  },
  {
    what: "a bare token sent before the handshake",
    frame: new Uint8Array([0, 0, 0, token.length, ...token]),
  },
])("$what is not kept either", async ({ frame }) => {
  const { simulated, store, client } = await tapped({ sasl });

  client.write(frame);
  await simulated.run(client.closed);

  expect(store.list()).toHaveLength(1);
  expect(everything(store)).not.toContain(password);
});

const scramFrame = encodeRequest(
  alterUserScramCredentials,
  { version: 0, correlationId: 1, clientId: "c" },
  {
    deletions: [],
    upsertions: [
      {
        name: "ann",
        mechanism: 1,
        iterations: 4096,
        salt: new Uint8Array([1]),
        saltedPassword: new TextEncoder().encode(password),
      },
    ],
  },
);
const configFrame = encodeRequest(
  incrementalAlterConfigs,
  { version: 1, correlationId: 1, clientId: "c" },
  {
    resources: [
      {
        resourceType: 4,
        resourceName: "1",
        configs: [{ name: "ssl.keystore.password", configOperation: 0, value: password }],
      },
    ],
    validateOnly: false,
  },
);

test.each([
  { api: "AlterUserScramCredentials", frame: scramFrame },
  { api: "IncrementalAlterConfigs", frame: configFrame },
])("$api keeps its header, and neither its password nor its answer", ({ api, frame }) => {
  const { store } = alone(1_000_000);

  store
    .came({ frame: frame.subarray(4), nodeId: 1, remote: "127.0.0.1:1", phase: "signedIn" })
    .ended({ type: "answered", frame: ByteParts.of(new TextEncoder().encode(`0000${password}`)) });

  const [exchange] = store.list();
  expect(exchange && new Summaries().read(exchange).summary).toMatchObject({ api, clientId: "c" });
  expect(everything(store)).not.toContain(password);
});

test("no more bytes are kept than may be; the oldest go first, and are counted", () => {
  const { store, ask } = alone(17_000);

  for (let count = 0; count < 100; count++) ask(700).ended({ type: "unanswered" });

  expect(store.totals.bytes).toBeLessThanOrEqual(17_000);
  expect(store.totals).toMatchObject({ exchanges: 10, dropped: 90 });
  expect(store.list().map(({ exchangeId }) => exchangeId)[0]).toBe(91);
  expect(store.find(90)).toBeUndefined();
  expect(store.find(91)?.exchangeId).toBe(91);
});

test("small ones are kept for as long as there is memory, with what is around them", () => {
  const { store, ask } = alone(16_777_216);

  for (let count = 0; count < 20_000; count++) ask(74);

  const { exchanges, bytes, dropped } = store.totals;
  expect(exchanges).toBeGreaterThan(15_000);
  expect(exchanges + dropped).toBe(20_000);
  expect(bytes).toBeLessThanOrEqual(16_777_216);
});

test("an answer that comes after its request was let go adds nothing", () => {
  const { store, ask } = alone(10_000);
  const late = ask(700);
  for (let count = 0; count < 100; count++) ask(700).ended({ type: "unanswered" });
  const before = store.totals.bytes;

  late.ended({ type: "answered", frame: ByteParts.of(new Uint8Array(5_000)) });

  expect(store.totals.bytes).toBe(before);
});

test("of a large frame its beginning is kept, and how large it was", () => {
  const { store, ask } = alone(1_000_000);

  ask(500_000);

  expect(store.list()[0]?.request).toMatchObject({ sizeInBytes: 500_000, cut: "long" });
  expect(store.totals.bytes).toBeLessThan(70_000);
});

test("what was cleared is not counted as let go", () => {
  const { store, ask } = alone(10_000);
  ask(100);

  store.clear();

  expect(store.totals).toMatchObject({ exchanges: 0, bytes: 0, dropped: 0 });
});
