import { describe, expect, test } from "vitest";
import { CodecError } from "#protocol/wire/codecError.ts";
import { Reader } from "#protocol/wire/reader.ts";
import { uuidBytesOf, uuidText, zeroUuid } from "#protocol/wire/uuid.ts";
import { textBytes, Writer } from "#protocol/wire/writer.ts";

const written = (write: (writer: Writer) => void) => {
  const writer = new Writer();
  write(writer);
  return [...writer.finish()];
};

describe("Writer", () => {
  test.each([
    ["bool", (writer: Writer) => writer.bool(true), [1]],
    ["int8", (writer: Writer) => writer.int8(-1), [0xff]],
    ["int16", (writer: Writer) => writer.int16(-2), [0xff, 0xfe]],
    ["uint16", (writer: Writer) => writer.uint16(65_535), [0xff, 0xff]],
    ["int32", (writer: Writer) => writer.int32(1), [0, 0, 0, 1]],
    ["uint32", (writer: Writer) => writer.uint32(4_294_967_295), [0xff, 0xff, 0xff, 0xff]],
    ["int64", (writer: Writer) => writer.int64(-1n), Array<number>(8).fill(0xff)],
    ["float64", (writer: Writer) => writer.float64(1.5), [0x3f, 0xf8, 0, 0, 0, 0, 0, 0]],
    ["uvarint", (writer: Writer) => writer.uvarint(300), [0xac, 0x02]],
    [
      "the largest uvarint",
      (writer: Writer) => writer.uvarint(4_294_967_295),
      [0xff, 0xff, 0xff, 0xff, 0x0f],
    ],
    ["uuid", (writer: Writer) => writer.uuid(zeroUuid), Array<number>(16).fill(0)],
  ])("writes %s", (_type, write, expected) => {
    expect(written(write)).toEqual(expected);
  });

  test.each([
    ["int8", (writer: Writer) => writer.int8(128)],
    ["int16", (writer: Writer) => writer.int16(32_768)],
    ["uint16", (writer: Writer) => writer.uint16(-1)],
    ["int32", (writer: Writer) => writer.int32(2_147_483_648)],
    ["int32 from a fraction", (writer: Writer) => writer.int32(0.5)],
    ["int32 from no number", (writer: Writer) => writer.int32(Number.NaN)],
    ["uint32", (writer: Writer) => writer.uint32(-1)],
    ["int64", (writer: Writer) => writer.int64(2n ** 63n)],
    ["uvarint", (writer: Writer) => writer.uvarint(-1)],
    ["uuid of another form", (writer: Writer) => writer.uuid("00000000-0000-0000-0000-000000000000")],
    ["uuid with a stray character", (writer: Writer) => writer.uuid("AAAAAAAAAAAAAAAAAAAA!A")],
    ["text longer than Kafka allows", () => textBytes("x".repeat(32_768))],
  ])("refuses a value that does not fit: %s", (_type, write) => {
    expect(() => write(new Writer())).toThrow(CodecError);
  });

  test("keeps what was written before and after its memory grew", () => {
    const writer = new Writer(1);
    const values = Array.from({ length: 2000 }, (_, index) => index);

    for (const value of values) writer.int32(value);

    const reader = new Reader(writer.finish());
    expect(values.map(() => reader.int32())).toEqual(values);
    expect(reader.remaining).toBe(0);
  });

  test("leaves long bytes where they are, between what is written before and after", () => {
    const writer = new Writer();
    const long = new Uint8Array(10_000).fill(7);
    const nextLong = new Uint8Array(5_000).fill(8);
    writer.int32(0);
    writer.raw(long);
    writer.int8(1);
    writer.raw(nextLong);
    writer.raw(nextLong);
    writer.int8(2);
    writer.patchInt32(0, writer.length);

    const { pieces } = writer.finishInParts();

    expect(pieces.map(({ length }) => length)).toEqual([4, 10_000, 1, 5_000, 5_000, 1]);
    expect(pieces[1]).toBe(long);
    const expected = [0, 0, 0x4e, 0x26, ...long, 1, ...nextLong, ...nextLong, 2];
    expect(Array.from(writer.finish())).toEqual(expected);
  });

  test("refuses a message that long bytes make too long", () => {
    const writer = new Writer();
    const gigabyte = { byteLength: 2 ** 30 } as Uint8Array;
    writer.raw(gigabyte);

    expect(() => writer.raw(gigabyte)).toThrow(CodecError);
  });

  test("puts a size over the place kept for it", () => {
    const bytes = written((writer) => {
      writer.int32(0);
      writer.int8(9);
      writer.patchInt32(0, 1);
    });

    expect(bytes).toEqual([0, 0, 0, 1, 9]);
  });
});

describe("uuid", () => {
  test("is the same after going through its bytes", () => {
    const text = "vRtZ-5YgQ2Ghr5Ebh_aZ1Q";

    expect(uuidText(uuidBytesOf(text))).toBe(text);
  });
});
