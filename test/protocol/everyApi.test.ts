import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Random, randomInt, seededRandom } from "#base/random.ts";
import { type Api, isFlexible } from "#protocol/api.ts";
import { allApis, apiByKey } from "#protocol/apiRegistry.ts";
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from "#protocol/message.ts";
import { randomMessage } from "./randomMessage.ts";

const messagesPerVersion = 6;
const cutsPerMessage = 20;

/** One direction of one version of an API, with random messages to fit. */
interface Case {
  readonly label: string;
  message(random: Random): unknown;
  encode(body: unknown): Uint8Array;
  decode(frame: Uint8Array): {
    readonly ok: boolean;
    readonly value?: { readonly body: unknown };
    readonly error?: Error;
  };
}

const casesOf = (api: Api): readonly Case[] =>
  Array.from(
    { length: api.versions[1] - api.versions[0] + 1 },
    (_, index) => api.versions[0] + index,
  ).flatMap((version) => {
    const options = { version, flexible: isFlexible(api, version) };
    return [
      {
        label: `request v${version}`,
        message: (random: Random) => randomMessage(api.request, { ...options, random }),
        encode: (body: unknown) =>
          encodeRequest(api, { version, correlationId: 1, clientId: "c" }, body).subarray(4),
        decode: (frame: Uint8Array) => decodeRequest(api, frame),
      },
      {
        label: `response v${version}`,
        message: (random: Random) => randomMessage(api.response, { ...options, random }),
        encode: (body: unknown) => encodeResponse(api, { version, correlationId: 1 }, body).subarray(4),
        decode: (frame: Uint8Array) => decodeResponse(api, version, frame),
      },
    ];
  });

const allCases = allApis.flatMap(casesOf);

describe.each(allApis.map((api) => ({ name: api.name, api })))("$name", ({ api }) => {
  test("reads what it wrote, in every version", () => {
    const random = seededRandom(api.key + 1);

    const failures = casesOf(api).flatMap(({ label, message, encode, decode }) => {
      const bodies = Array.from({ length: messagesPerVersion }, () => message(random));
      return bodies.flatMap((body) => {
        const decoded = decode(encode(body));
        return isDeepStrictEqual(decoded.value?.body, body) ? [] : [{ label, body, decoded }];
      });
    });

    expect(failures).toEqual([]);
  });

  test("refuses a message that was cut short, wherever it was cut", () => {
    const random = seededRandom(api.key + 1);

    const accepted = casesOf(api).flatMap(({ label, message, encode, decode }) => {
      const frame = encode(message(random));
      return Array.from({ length: cutsPerMessage }, () => randomInt(random, frame.byteLength))
        .filter((length) => decode(frame.subarray(0, length)).ok)
        .map((length) => `${label} cut at ${length} of ${frame.byteLength}`);
    });

    expect(accepted).toEqual([]);
  });
});

describe("hostile bytes", () => {
  const damages: Readonly<Record<string, (frame: Uint8Array, random: Random) => void>> = {
    "with one bit flipped": (frame, random) => {
      const at = randomInt(random, frame.byteLength);
      frame[at] = (frame[at] ?? 0) ^ (1 << randomInt(random, 8));
    },
    "with 0xff to its end": (frame, random) => {
      frame.fill(0xff, randomInt(random, frame.byteLength));
    },
    "with one byte 0xff": (frame, random) => {
      frame[randomInt(random, frame.byteLength)] = 0xff;
    },
    "with the largest length in it": (frame, random) => {
      frame.set(
        [0x7f, 0xff, 0xff, 0xff].slice(0, frame.byteLength),
        randomInt(random, Math.max(1, frame.byteLength - 4)),
      );
    },
    "with random bytes behind its header": (frame, random) => {
      frame.set(random.bytes(Math.max(0, frame.byteLength - 8)), Math.min(8, frame.byteLength));
    },
  };

  test.each(Object.entries(damages))("%s end in a message or a CodecError", (_what, damage) => {
    const random = seededRandom(7);
    const failures: string[] = [];

    for (const { label, message, encode, decode } of allCases) {
      for (let count = 0; count < 4; count += 1) {
        const frame = Uint8Array.from(encode(message(random)));
        damage(frame, random);

        const decoded = decode(frame);

        // A cause is something else that was thrown inside: a decoder that ran past its checks.
        if (decoded.error?.cause !== undefined) failures.push(`${label}: ${String(decoded.error.cause)}`);
      }
    }

    expect(failures).toEqual([]);
  });

  test("of any content end in a message or a CodecError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(allCases.length - 1), (bytes, index) => {
        const decoded = allCases[index]?.decode(bytes);

        expect(decoded?.error?.cause).toBeUndefined();
      }),
      { numRuns: 3000, seed: 11 },
    );
  });
});

describe("the registry", () => {
  test("finds each API by its key", () => {
    expect(allApis.map(({ key }) => apiByKey(key))).toEqual(allApis);
    expect(new Set(allApis.map(({ key }) => key)).size).toBe(allApis.length);
  });

  test("knows no API of a key that Kafka has not given out", () => {
    expect(apiByKey(32_000)).toBeUndefined();
  });

  test("has the APIs of clients, brokers and controllers", () => {
    expect(allApis.length).toBeGreaterThanOrEqual(90);
    expect(apiByKey(68)?.name).toBe("ConsumerGroupHeartbeat");
  });
});
