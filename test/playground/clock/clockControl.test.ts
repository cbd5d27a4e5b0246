import { beforeEach, describe, expect, test } from "vitest";
import { seededRandom } from "#base/random.ts";
import { ClockControl } from "#playground/clock/clockControl.ts";
import { PlaygroundClock } from "#playground/clock/playgroundClock.ts";
import { quietTurns } from "#playground/clock/quietTurns.ts";
import { Playground } from "#playground/playground.ts";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { MemoryNetwork } from "#test/support/memoryNetwork.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";
import type { ObservationBody } from "#trace/observation.ts";
import { RawClient } from "../rawClient.ts";

const behind = new VirtualClock();
let clock: PlaygroundClock;
let control: ClockControl;
let network: MemoryNetwork;
let observed: ObservationBody[];

beforeEach(async () => {
  network = new MemoryNetwork({ clock: behind, minDelayMs: 1, maxDelayMs: 1 });
  clock = new PlaygroundClock(behind, { settle: () => quietTurns(behind, () => playground.requests) });
  observed = [];
  const observe = (body: ObservationBody) => void observed.push(body);
  const playground: Playground = new Playground({
    clock,
    random: seededRandom(1),
    server: network,
    observe,
    basePort: 9092,
  });
  await behind.runUntil(playground.start());
  control = new ClockControl({ clock, playground, observe, isOwn: ({ clientId }) => clientId === "ours" });
});

async function connect(clientId: string): Promise<RawClient> {
  const client = await behind.runUntil(RawClient.connect(network, { host: "127.0.0.1", port: 9092 }));
  await behind.runUntil(
    client.call(
      apiVersions,
      { clientSoftwareName: "test", clientSoftwareVersion: "1" },
      { version: 3, clientId },
    ),
  );
  return client;
}

function clockReports() {
  return observed.filter((body) => body.type === "broker.clock");
}

describe("a playground's clock while a foreign client is connected", () => {
  test.each(["paused", "fast"] as const)("is not %s, and says who is in the way", async (mode) => {
    await connect("kafkajs");

    expect(() => control.set(mode)).toThrow(/while kafkajs \(.*\) is connected/);

    expect(control.mode).toBe("real");
  });

  test("takes no step", async () => {
    await connect("kafkajs");
    await connect("");

    const step = control.step(100);

    await expect(step).rejects.toMatchObject({
      code: "FOREIGN_CLIENTS",
      message: expect.stringContaining("kafkajs (client:50000) and 1 more is connected"),
    });
  });

  test("moves again when that one is gone", async () => {
    const client = await connect("kafkajs");
    client.close();
    await behind.advance(10);

    control.set("paused");

    expect(control.mode).toBe("paused");
  });

  test("is moved all the same when only our own clients are there", async () => {
    await connect("ours");

    control.set("paused");
    await behind.runUntil(control.step(5_000));

    expect(clockReports()).toEqual([
      { type: "broker.clock", mode: "paused", now: expect.any(Number), aheadMs: 0, foreign: undefined },
      {
        type: "broker.clock",
        mode: "paused",
        now: expect.any(Number),
        aheadMs: expect.any(Number),
        foreign: undefined,
      },
    ]);
    const [paused, stepped] = clockReports();
    expect((stepped?.now ?? 0) - (paused?.now ?? 0)).toBe(5_000);
  });

  test.each(["paused", "fast"] as const)(
    "is real again as soon as one comes that found it %s, and says why",
    async (mode) => {
      control.set(mode);

      await connect("kafkajs");

      expect(control.mode).toBe("real");
      expect(clockReports().at(-1)).toMatchObject({ mode: "real", foreign: "kafkajs" });
    },
  );

  test("says who keeps it real as long as they are there, though it was real before, each once", async () => {
    const first = await connect("kafkajs");
    const second = await connect("kafkajs");
    const other = await connect("kcat");
    await connect("ours");
    for (const client of [first, second, other]) {
      client.close();
      await behind.advance(10);
    }

    expect(clockReports().map((report) => report.foreign)).toEqual([
      "kafkajs",
      "kafkajs and 1 more",
      "kcat",
      undefined,
    ]);
  });

  test("does not catch up with the real time, and says who is in the way", async () => {
    control.set("paused");
    await behind.advance(60_000);
    await connect("kafkajs");

    const caughtUp = control.catchUp();

    await expect(caughtUp).rejects.toThrow(/cannot catch up while kafkajs/);
    expect(clock.aheadMs).toBeLessThan(-59_000);
  });
});

describe("a step of a playground's clock", () => {
  test.each([0, -1, Number.NaN, 1e12])("of %s ms is refused", async (ms) => {
    const step = control.step(ms);

    await expect(step).rejects.toMatchObject({ code: "INVALID_STEP" });
  });
});

test("a clock that is ahead of the real time says that it cannot go back", async () => {
  await behind.runUntil(control.step(5_000));

  await expect(control.catchUp()).rejects.toMatchObject({ code: "CLOCK_AHEAD" });

  expect(control.mode).toBe("paused");
});

test("a playground's clock is real when its control is given up", () => {
  control.set("paused");

  control.dispose();

  expect(clock.mode).toBe("real");
});
