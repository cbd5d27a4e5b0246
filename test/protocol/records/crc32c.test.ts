import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32c } from "#protocol/records/crc32c.ts";
import { crc32cFallback } from "#protocol/records/crc32cFallback.ts";
import { crc32cModuleText, instantiateCrc32c } from "#protocol/records/crc32cWasm.ts";
import { crc32cModule } from "../../../scripts/records/crc32cModule.ts";

function bitByBit(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

const forms = [
  { name: "chosen", checksum: crc32c },
  { name: "WebAssembly", checksum: instantiateCrc32c() ?? bitByBit },
  { name: "JavaScript", checksum: crc32cFallback },
];

describe.each(forms)("CRC-32C, $name", ({ checksum }) => {
  // RFC 3720, appendix B.4.
  test.each([
    ["nothing", new Uint8Array(0), 0],
    ["123456789", new TextEncoder().encode("123456789"), 0xe306_9283],
    ["32 zeros", new Uint8Array(32), 0x8a91_36aa],
    ["32 ones", new Uint8Array(32).fill(0xff), 0x62a8_ab43],
    ["0 to 31", Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd_794e],
  ])("of %s is the published one", (_name, bytes, expected) => {
    expect(checksum(bytes)).toBe(expected);
  });

  test("equals the checksum taken bit by bit, at any length and place", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(20), (bytes, from) => {
        const part = bytes.subarray(from);
        expect(checksum(part)).toBe(bitByBit(part));
      }),
    );
  });

  test("goes on from an earlier one, past the size of one copy", () => {
    const bytes = new Uint8Array(100_001).map((_, index) => index * 13);

    const inTwo = checksum(bytes.subarray(33_333), checksum(bytes.subarray(0, 33_333)));

    expect(inTwo).toBe(checksum(bytes));
    expect(inTwo).toBe(bitByBit(bytes));
  });
});

describe("the WebAssembly module", () => {
  test("is what the script assembles", () => {
    expect(crc32cModuleText).toBe(Buffer.from(crc32cModule()).toString("base64"));
  });

  test("is done without where WebAssembly is missing or refuses to compile", () => {
    const refusing = {
      Module: class {
        constructor() {
          throw new Error("Wasm code generation disallowed by embedder");
        }
      },
      Instance: class {
        readonly exports = {};
      },
    };

    expect(instantiateCrc32c(refusing)).toBeUndefined();
    expect(instantiateCrc32c(null)).toBeUndefined();
  });
});
