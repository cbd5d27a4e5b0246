import { describe, expect, test } from "vitest";
import { indentJson } from "#views/records/jsonText.ts";
import { recordDetail, recordRow, type ShownRecord } from "#views/records/recordRows.ts";
import { render, wholeText } from "#views/records/rendering.ts";
import type { RenderAs } from "#webview/records/contract.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const line = (bytes: Uint8Array | null, as: RenderAs = "auto", maxBytes = 240) =>
  render(bytes, { as, of: "value", layout: "line", maxBytes });
const block = (bytes: Uint8Array | null, as: RenderAs = "auto") =>
  render(bytes, { as, of: "value", layout: "block", maxBytes: 1_000 });

const record: ShownRecord = {
  recordId: 7,
  topic: "orders",
  partition: 3,
  offset: 9_007_199_254_740_993n,
  timestamp: 1_700_000_000_000n,
  key: null,
  value: utf8('{"a":1}'),
  headers: [
    { key: "trace", value: utf8("abc") },
    { key: "none", value: null },
  ],
};

describe("a key or value", () => {
  test.each([
    ["a null value is a tombstone", null, { kind: "tombstone" }],
    ["zero bytes are empty", new Uint8Array(), { kind: "empty" }],
    [
      "words are text",
      utf8("hello\n  world"),
      { kind: "text", text: "hello world", sizeInBytes: 13, cut: false },
    ],
    [
      "an object is JSON",
      utf8('{"a": [1, 2]}'),
      { kind: "json", text: '{"a": [1, 2]}', sizeInBytes: 13, cut: false },
    ],
    ["a lone number is text", utf8("42"), { kind: "text", text: "42", sizeInBytes: 2, cut: false }],
    [
      "what only begins like JSON is text",
      utf8("{oops"),
      { kind: "text", text: "{oops", sizeInBytes: 5, cut: false },
    ],
    [
      "what is no UTF-8 is hex",
      Uint8Array.of(0xff, 0x00, 0x41),
      { kind: "hex", text: "ff 00 41", sizeInBytes: 3, cut: false },
    ],
    [
      "what has control characters is hex",
      Uint8Array.of(0x41, 0x00, 0x42),
      { kind: "hex", text: "41 00 42", sizeInBytes: 3, cut: false },
    ],
  ])("%s", (_what, bytes, expected) => {
    expect(line(bytes)).toEqual(expected);
  });

  test("a null key is no tombstone", () => {
    expect(render(null, { as: "auto", of: "key", layout: "line", maxBytes: 10 })).toEqual({ kind: "null" });
  });

  test("a long one is cut, never in the middle of a character", () => {
    expect(line(utf8("ä".repeat(10)), "auto", 5)).toEqual({
      kind: "text",
      text: "ää",
      sizeInBytes: 20,
      cut: true,
    });
  });

  test("what was asked for is done where it can be", () => {
    expect(line(utf8('{"a":1}'), "text")).toMatchObject({ kind: "text" });
    expect(line(utf8("hi"), "hex")).toMatchObject({ kind: "hex", text: "68 69" });
    expect(line(Uint8Array.of(0xff), "text")).toMatchObject({ kind: "hex" });
    expect(line(Uint8Array.of(0x41, 0x00), "text")).toMatchObject({ kind: "text" });
  });

  test("JSON is laid out without rounding its numbers", () => {
    expect(
      block(utf8('{"id":12345678901234567890,"list":[],"text":"a,{b}:\\"c\\"","deep":{"x":[1,true]}}')),
    ).toMatchObject({
      kind: "json",
      text: '{\n  "id": 12345678901234567890,\n  "list": [],\n  "text": "a,{b}:\\"c\\"",\n  "deep": {\n    "x": [\n      1,\n      true\n    ]\n  }\n}',
    });
  });

  test("JSON that is cut off is laid out as far as it goes", () => {
    expect(indentJson('{"a":{"b":"unfinis')).toBe('{\n  "a": {\n    "b": "unfinis');
  });

  test("hex has sixteen bytes to a line, with what can be read of them", () => {
    expect(
      block(
        Uint8Array.from({ length: 17 }, (_, index) => 0x40 + index),
        "hex",
      ),
    ).toMatchObject({
      text: "00000000  40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f  @ABCDEFGHIJKLMNO\n00000010  50                                               P",
    });
  });

  test("an editor gets all of it", () => {
    expect(wholeText(utf8(`["${"x".repeat(100_000)}"]`), "auto")).toMatchObject({ languageId: "json" });
    expect(wholeText(null, "auto")).toEqual({ text: "", languageId: "plaintext" });
  });
});

describe("a record", () => {
  test("keeps every digit of its offset", () => {
    expect(recordRow(record, { key: "auto", value: "auto" })).toEqual({
      recordId: 7,
      topic: "orders",
      partition: 3,
      offset: "9007199254740993",
      timestampMs: 1_700_000_000_000,
      timestampBeyond: null,
      key: { kind: "null" },
      value: { kind: "json", text: '{"a":1}', sizeInBytes: 7, cut: false },
      headerCount: 2,
      control: null,
    });
  });

  test("that is a transaction marker says so, and whose", () => {
    const marker = {
      ...record,
      control: { type: "abort", producerId: 4_000n, producerEpoch: 2, coordinatorEpoch: undefined },
    } as const;
    const rendering = { key: "auto", value: "auto" } as const;

    expect(recordRow(marker, rendering).control).toBe("transaction aborted");
    expect(recordDetail(marker, rendering).control).toEqual({
      text: "transaction aborted",
      producerId: "4000",
      producerEpoch: 2,
      coordinatorEpoch: null,
    });
  });

  test("has no time when the producer wrote none", () => {
    const detail = recordDetail({ ...record, timestamp: -1n }, { key: "auto", value: "auto" });

    expect([detail.timestampMs, detail.timestampType]).toEqual([null, "none"]);
  });

  test("shows its headers, and a null one is not a tombstone", () => {
    expect(recordDetail(record, { key: "auto", value: "auto" }).headers).toEqual([
      { key: "trace", value: { kind: "text", text: "abc", sizeInBytes: 3, cut: false } },
      { key: "none", value: { kind: "null" } },
    ]);
  });
});

test("a timestamp that no calendar reaches is shown as its number, and is not none", () => {
  const rendering = { key: "auto", value: "auto" } as const;
  const inNanoseconds = { ...record, timestamp: 1_785_000_000_000_000_000n };

  const [row, detail] = [recordRow(inNanoseconds, rendering), recordDetail(inNanoseconds, rendering)];

  expect([row.timestampMs, row.timestampBeyond]).toEqual([null, "1785000000000000000"]);
  expect([detail.timestampBeyond, detail.timestampType]).toEqual(["1785000000000000000", "createTime"]);
  expect(recordRow({ ...record, timestamp: -1n }, rendering).timestampBeyond).toBeNull();
});
