import { describe, expect, test } from "vitest";
import { CodecError } from "#protocol/wire/codecError.ts";
import { Reader } from "#protocol/wire/reader.ts";

const readerOf = (...bytes: readonly number[]) => new Reader(Uint8Array.from(bytes));

/** As an array of six would be read whose elements are arrays themselves. */
function readNested(reader: Reader): void {
  reader.expectElements(6, 1);
  reader.expectElements(5, 1);
}

describe("Reader", () => {
  test.each([
    ["bool", readerOf(2).bool(), true],
    ["int8", readerOf(0xff).int8(), -1],
    ["int16", readerOf(0x80, 0x00).int16(), -32_768],
    ["uint16", readerOf(0xff, 0xfe).uint16(), 65_534],
    ["int32", readerOf(0x7f, 0xff, 0xff, 0xff).int32(), 2_147_483_647],
    ["uint32", readerOf(0xff, 0xff, 0xff, 0xff).uint32(), 4_294_967_295],
    ["int64", readerOf(0, 0x20, 0, 0, 0, 0, 0, 1).int64(), 9_007_199_254_740_993n],
    ["float64", readerOf(0x3f, 0xf8, 0, 0, 0, 0, 0, 0).float64(), 1.5],
    ["uvarint of one byte", readerOf(0x7f).uvarint(), 127],
    ["uvarint of two bytes", readerOf(0xac, 0x02).uvarint(), 300],
    ["the largest uvarint", readerOf(0xff, 0xff, 0xff, 0xff, 0x0f).uvarint(), 4_294_967_295],
    ["text", readerOf(0x67, 0xc3, 0xb6).text(3), "gö"],
  ])("reads %s", (_type, value, expected) => {
    expect(value).toBe(expected);
  });

  test("sees only its own slice of a larger memory", () => {
    const memory = Uint8Array.from([9, 9, 0, 7, 9, 9]);

    const reader = new Reader(memory.subarray(2, 4));

    expect(reader.int16()).toBe(7);
    expect(() => reader.int8()).toThrow("1 bytes are needed where 0 are left");
  });

  test("gives bytes as a view, not as a copy", () => {
    const memory = Uint8Array.from([1, 2, 3]);

    const view = new Reader(memory).slice(3);
    memory[1] = 42;

    expect([...view]).toEqual([1, 42, 3]);
  });

  test.each([
    ["a number past the end", () => readerOf(1, 2).int32()],
    ["text past the end", () => readerOf(0x61).text(2)],
    ["bytes past the end", () => readerOf(1).slice(2)],
    ["a negative length", () => readerOf(1).slice(-1)],
    ["a string longer than Kafka allows", () => new Reader(new Uint8Array(40_000)).text(32_768)],
    ["a uvarint that does not end", () => readerOf(0xff, 0xff, 0xff, 0xff, 0xff, 0xff).uvarint()],
    ["an array that cannot fit", () => readerOf(0, 0, 0).expectElements(2, 2)],
    ["an array of two thousand million", () => readerOf(0, 0, 0).expectElements(0x7fff_ffff, 1)],
    ["arrays that each fit and together are too many", () => readNested(new Reader(new Uint8Array(100), 10))],
    ["a part that is not used up", () => readerOf(1, 2, 3).within(2, (part) => part.int8())],
    ["a part that wants more than it has", () => readerOf(1, 2, 3).within(1, (part) => part.int16())],
    ["a part larger than the whole", () => readerOf(1).within(2, (part) => part.int16())],
  ])("refuses %s", (_what, read) => {
    expect(read).toThrow(CodecError);
  });

  test("goes on behind a part that was read on its own", () => {
    const reader = readerOf(0, 5, 0, 6);

    const part = reader.within(2, (inner) => inner.int16());

    expect([part, reader.int16()]).toEqual([5, 6]);
    reader.expectEnd();
  });
});
