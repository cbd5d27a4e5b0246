import { describe, expect, test } from "vitest";
import { lagTrendOf } from "#model/lagTrend.ts";
import {
  bytesText,
  countedText,
  countText,
  durationText,
  listText,
  partitionsText,
  shortId,
} from "#model/words.ts";
import { tp } from "./observed.ts";

describe("words", () => {
  test.each([
    [0, "0 ms"],
    [-5, "0 ms"],
    [999, "999 ms"],
    [12_345, "12.3 s"],
    [59_949, "59.9 s"],
    [59_960, "1 min 0 s"],
    [125_000, "2 min 5 s"],
    [3_600_000, "1 h 0 min"],
    [90_000_000, "1 d 1 h"],
  ])("%d ms is %s", (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  test.each([
    [0n, "0"],
    [1_204n, "1,204"],
    [-1_234_567n, "-1,234,567"],
    [9_223_372_036_854_775_807n, "9,223,372,036,854,775,807"],
  ])("counts group by thousands: %s", (count, text) => {
    expect(countText(count)).toBe(text);
  });

  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_000, "1.0 KB"],
    [61_200, "61 KB"],
    [999_600, "1.0 MB"],
  ])("%d bytes are %s", (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });

  test("lists, partitions and ids are said shortly", () => {
    expect(countedText(1n, "record")).toBe("1 record");
    expect(listText(["a", "b", "c"])).toBe("a, b and c");
    expect(partitionsText(tp("orders", 4, 3))).toBe("orders-3, orders-4");
    expect(partitionsText(tp("orders", 0, 1, 2, 3, 4, 5, 6, 7))).toBe("orders-0 … orders-7 (8 partitions)");
    expect(shortId("worker-1-8f3a2b1c-0000-4c01", 12)).toBe("worker…-4c01");
  });
});

describe("the trend of the lag", () => {
  const samples = (...lags: readonly bigint[]) => lags.map((lag, index) => ({ at: index * 5_000, lag }));

  test.each([
    ["too little is known", samples(1n, 5n), undefined],
    ["rising", samples(100n, 120n, 140n), "rising"],
    ["falling", samples(140n, 120n, 100n), "falling"],
    ["rising after it fell, as the rows show it", samples(2_000n, 1_500n, 570n, 766n, 886n), "rising"],
    ["falling after it rose", samples(10n, 900n, 700n, 300n), "falling"],
    ["of a minute where the last moments say nothing", samples(100n, 300n, 200n, 400n, 300n), "rising"],
    ["steady, as a hundredth is unrest", samples(1_000n, 1_004n, 1_009n), "steady"],
  ])("%s", (_what, given, expected) => {
    expect(lagTrendOf(given)).toBe(expected);
  });
});
