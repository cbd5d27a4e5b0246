import { describe, expect, test } from "vitest";
import { array, arrayOf } from "#protocol/schema/array.ts";
import { bytes, string } from "#protocol/schema/blobs.ts";
import { between, since, tagged, until, withDefault } from "#protocol/schema/fields.ts";
import {
  bool,
  float64,
  int8,
  int16,
  int32,
  int64,
  uint16,
  uint32,
  uuid,
} from "#protocol/schema/primitives.ts";
import { struct } from "#protocol/schema/struct.ts";
import { type Input, nullable, type Type } from "#protocol/schema/type.ts";
import { CodecError } from "#protocol/wire/codecError.ts";
import { Reader } from "#protocol/wire/reader.ts";
import { Writer } from "#protocol/wire/writer.ts";

interface Wire {
  readonly version?: number;
  readonly flexible?: boolean;
}

function encode<T extends Type>(
  type: T,
  value: Input<T>,
  { version = 0, flexible = false }: Wire = {},
): number[] {
  const writer = new Writer();
  type.codec({ version, flexible }).write(writer, value);
  return [...writer.finish()];
}

function decode<Out, In>(
  type: Type<Out, In>,
  encoded: readonly number[],
  { version = 0, flexible = false }: Wire = {},
): Out {
  const reader = new Reader(Uint8Array.from(encoded));
  const value = type.codec({ version, flexible }).read(reader);
  reader.expectEnd();
  return value;
}

describe("the versions of a field", () => {
  const type = struct({
    always: int8,
    late: since(2, int8, -1),
    early: until(1, int8, -2),
    middle: between(1, 2, int8),
  });

  test.each([
    [0, [1, 3], { always: 1, late: -1, early: 3, middle: 0 }],
    [1, [1, 3, 4], { always: 1, late: -1, early: 3, middle: 4 }],
    [2, [1, 2, 4], { always: 1, late: 2, early: -2, middle: 4 }],
    [3, [1, 2], { always: 1, late: 2, early: -2, middle: 0 }],
  ])("decide what is read and written in v%i", (version, wire, decoded) => {
    expect(decode(type, wire, { version })).toEqual(decoded);
    expect(encode(type, { always: 1, late: 2, early: 3, middle: 4 }, { version })).toEqual(wire);
  });

  test("do not change the order of the decoded fields", () => {
    expect(Object.keys(decode(type, [1, 2], { version: 3 }))).toEqual(["always", "late", "early", "middle"]);
  });
});

describe("a field left out when encoding", () => {
  const type = struct({ required: int8, optional: withDefault(int16, -1) });

  test("is written with its default", () => {
    expect(encode(type, { required: 1 })).toEqual([1, 0xff, 0xff]);
    expect(encode(type, { required: 1, optional: undefined })).toEqual([1, 0xff, 0xff]);
  });

  test("is an error that names it, when it has none", () => {
    const incomplete = { optional: 1 } as unknown as Input<typeof type>;

    expect(() => encode(type, incomplete)).toThrow(new CodecError("missing", "required"));
  });
});

describe("strings, bytes and arrays", () => {
  const type = struct({ name: nullable(string), data: nullable(bytes), list: nullable(array(int8)) });
  const full = { name: "a", data: Uint8Array.of(7), list: [1, 2] };
  const empty = { name: null, data: null, list: null };

  test("have long lengths in old versions", () => {
    const wire = [0, 1, 0x61, 0, 0, 0, 1, 7, 0, 0, 0, 2, 1, 2];

    expect(encode(type, full)).toEqual(wire);
    expect(decode(type, wire)).toEqual(full);
  });

  test("have compact lengths, and a tagged section behind them, in flexible versions", () => {
    const wire = [2, 0x61, 2, 7, 3, 1, 2, 0];

    expect(encode(type, full, { flexible: true })).toEqual(wire);
    expect(decode(type, wire, { flexible: true })).toEqual(full);
  });

  test("tell null from empty", () => {
    const long = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    const compact = [0, 0, 0, 0];

    expect(encode(type, empty)).toEqual(long);
    expect(decode(type, long)).toEqual(empty);
    expect(encode(type, empty, { flexible: true })).toEqual(compact);
    expect(decode(type, compact, { flexible: true })).toEqual(empty);
    expect(encode(type, { name: "", data: new Uint8Array(0), list: [] }, { flexible: true })).toEqual([
      1, 1, 1, 0,
    ]);
  });

  test("are null only in the versions that allow it", () => {
    const limited = struct({ name: nullable(string, 1, 1) });

    expect(encode(limited, { name: null }, { version: 1 })).toEqual([0xff, 0xff]);
    expect(() => encode(limited, { name: null }, { version: 0 })).toThrow(CodecError);
    expect(() => decode(limited, [0xff, 0xff], { version: 2 })).toThrow(
      "name: null where the protocol allows none",
    );
  });

  test.each([
    ["a length below null", [0xff, 0xfe]],
    ["text past the end", [0, 3, 0x61]],
  ])("refuse %s", (_what, wire) => {
    expect(() => decode(string, wire)).toThrow(CodecError);
  });
});

test.each([
  ["bool", bool, true],
  ["int8", int8, -128],
  ["int16", int16, -32_768],
  ["uint16", uint16, 65_535],
  ["int32", int32, -2_147_483_648],
  ["uint32", uint32, 4_294_967_295],
  ["int64", int64, 9_223_372_036_854_775_807n],
  ["float64", float64, -0.1],
  ["uuid", uuid, "vRtZ-5YgQ2Ghr5Ebh_aZ1Q"],
] as const)("%s comes back as it was", (_name, type, value) => {
  expect(decode<unknown, never>(type, encode<Type<unknown, unknown>>(type, value))).toBe(value);
});

describe("a nullable struct", () => {
  const type = struct({ inner: nullable(struct({ value: int8 })) });

  test.each([
    [{ inner: null }, [0xff]],
    [{ inner: { value: 5 } }, [1, 5]],
  ])("has a byte that says whether it follows: %j", (value, wire) => {
    expect(encode(type, value)).toEqual(wire);
    expect(decode(type, wire)).toEqual(value);
  });
});

describe("tagged fields", () => {
  const type = struct({
    plain: int8,
    offset: tagged(1, 0, int64, -1n),
    node: tagged(0, 1, struct({ id: withDefault(int32, -1), name: string })),
    list: tagged(4, 0, arrayOf({ id: int8 }), []),
  });
  const flexible = { version: 1, flexible: true };

  test("are absent from the wire while they have their default", () => {
    const wire = [5, 0];

    expect(encode(type, { plain: 5, offset: -1n, node: { id: -1, name: "" }, list: [] }, flexible)).toEqual(
      wire,
    );
    expect(decode(type, wire, flexible)).toEqual({
      plain: 5,
      offset: -1n,
      node: { id: -1, name: "" },
      list: [],
    });
  });

  test("are written in the order of their tags, each with its size", () => {
    const value = { plain: 5, offset: 1n, node: { id: 2, name: "x" }, list: [{ id: 3 }] };
    const node = [0, 7, 0, 0, 0, 2, 2, 0x78, 0];
    const offset = [1, 8, 0, 0, 0, 0, 0, 0, 0, 1];
    const list = [4, 3, 2, 3, 0];

    expect(encode(type, value, flexible)).toEqual([5, 3, ...node, ...offset, ...list]);
    expect(decode(type, [5, 3, ...node, ...offset, ...list], flexible)).toEqual(value);
  });

  test("that the schema does not know are kept and written again", () => {
    const wire = [5, 2, 1, 8, 0, 0, 0, 0, 0, 0, 0, 9, 0x64, 2, 0xab, 0xcd];

    const decoded = decode(type, wire, flexible);

    expect(decoded.unknownTags).toEqual([{ tag: 100, bytes: Uint8Array.of(0xab, 0xcd) }]);
    expect(encode(type, decoded, flexible)).toEqual(wire);
  });

  test("of a later version are unknown to an earlier one", () => {
    const decoded = decode(type, [5, 1, 0, 1, 7], { version: 0, flexible: true });

    expect(decoded.unknownTags).toEqual([{ tag: 0, bytes: Uint8Array.of(7) }]);
    expect(decoded.node).toEqual({ id: -1, name: "" });
  });

  test.each([
    ["larger than what is left", [5, 1, 1, 8, 0, 0]],
    ["longer than its value", [5, 1, 1, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0]],
    ["shorter than its value", [5, 1, 1, 7, 0, 0, 0, 0, 0, 0, 0, 1]],
    ["missing though counted", [5, 9]],
  ])("are refused when one is %s", (_what, wire) => {
    expect(() => decode(type, wire, flexible)).toThrow(CodecError);
  });
});

describe("a failure", () => {
  const type = struct({ topics: arrayOf({ name: string, partitions: array(int32) }) });

  test("names the field when decoding", () => {
    const wire = [0, 0, 0, 1, 0, 1, 0x61, 0, 0, 0, 2, 0, 0, 0, 1];

    expect(() => decode(type, wire)).toThrow(
      "topics[0].partitions: an array of 2 elements cannot fit in the 4 bytes left",
    );
  });

  test("names the field when encoding", () => {
    const value = {
      topics: [
        { name: "a", partitions: [] },
        { name: "b", partitions: [1, 2 ** 40] },
      ],
    };

    expect(() => encode(type, value)).toThrow("topics[1].partitions[1]: 1099511627776 does not fit int32");
  });
});

test("defaults that messages share cannot be changed through one of them", () => {
  const type = struct({ list: since(1, array(int8), []), node: since(1, struct({ id: int8 })) });

  const decoded = decode(type, []);

  expect(() => (decoded.list as number[]).push(1)).toThrow(TypeError);
  expect(() => Object.assign(decoded.node, { id: 1 })).toThrow(TypeError);
});
