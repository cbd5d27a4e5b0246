import { expect, test } from "vitest";
import { settingReader } from "#vscode/configuration/settingReader.ts";

function reading(value: unknown, fallback: unknown) {
  return settingReader({ writtenFor: () => value, defaultOf: () => fallback });
}

test.each([5, true, {}, [], ["a"]])("%j for a text counts as the default, and is noted", (value) => {
  const { text, wrong } = reading(value, "data");

  expect(text("dataDirectory")).toBe("data");
  expect(wrong).toEqual(["dataDirectory"]);
});

test.each(["a", 1, {}, ["a", 1]])("%j for a list of texts counts as the default, and is noted", (value) => {
  const { texts, wrong } = reading(value, ["b"]);

  expect(texts("racks")).toEqual(["b"]);
  expect(wrong).toEqual(["racks"]);
});

test.each(["9092", true, {}, [9_092], Number.NaN])(
  "%j for a number counts as the default, and is noted",
  (value) => {
    const { number, wrong } = reading(value, 9_092);

    expect(number("port", 1_024, 65_000)).toBe(9_092);
    expect(wrong).toEqual(["port"]);
  },
);

test.each(["true", 1, {}, []])("%j for a yes or no counts as the default, and is noted", (value) => {
  const { flag, wrong } = reading(value, false);

  expect(flag("autoCreateTopics")).toBe(false);
  expect(wrong).toEqual(["autoCreateTopics"]);
});

test("a value of the right type holds, within its limits", () => {
  expect(reading("here", "").text("dataDirectory")).toBe("here");
  expect(reading(["a", "b"], []).texts("racks")).toEqual(["a", "b"]);
  expect(reading(7, 1).number("nodes", 1, 9)).toBe(7);
  expect(reading(70, 1).number("nodes", 1, 9)).toBe(9);
});

test.each([undefined, null])("%j is not set, and nothing is wrong with that", (value) => {
  const { number, text, wrong } = reading(value, undefined);

  expect([number("nodes", 1, 9), text("dataDirectory"), wrong]).toEqual([1, undefined, []]);
});
