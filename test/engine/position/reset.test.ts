import { describe, expect, test } from "vitest";
import type { ResetSource } from "#engine/position/positionSource.ts";
import { chooseReset, resetPolicyText } from "#engine/position/reset.ts";

/** A log of offsets 10 to 19; its records of the policy's duration begin at 15. */
const log = { start: 10n, end: 20n, byTime: 15n };
const last = { backMs: 3_600_000 } as const;

describe("resets", () => {
  const retention = { from: 4n, to: 10n };
  const truncation = { from: 20n, to: 30n };
  const rows: readonly [
    policy: ResetSource["policy"],
    from: bigint | undefined,
    to: bigint,
    lost?: { readonly from: bigint; readonly to: bigint },
    skipped?: bigint,
  ][] = [
    ["start", 4n, 10n, retention],
    ["end", 4n, 20n, retention, 10n],
    ["nearest", 4n, 10n, retention],
    [last, 4n, 10n, retention],
    ["start", 30n, 10n, truncation],
    ["end", 30n, 20n, truncation],
    ["nearest", 30n, 20n, truncation],
    [last, 30n, 15n, truncation],
    ["start", undefined, 10n],
    ["end", undefined, 20n],
    ["nearest", undefined, 10n],
    [last, undefined, 15n],
  ];

  test.each(rows)("%o from %s goes to %s", (policy, from, to, lost, skipped) => {
    const cause = from === undefined ? "noCommittedOffset" : "outOfRange";

    const target = chooseReset({ kind: "reset", policy, cause, from }, log);

    expect(target).toEqual({ kind: "move", to, lost, skipped });
  });

  test("a duration without any record goes to the end", () => {
    const source: ResetSource = { kind: "reset", policy: last, cause: "noCommittedOffset", from: undefined };

    const target = chooseReset(source, { ...log, byTime: undefined });

    expect(target).toMatchObject({ kind: "move", to: 20n });
  });

  test.each(["none", "start", "end", "nearest", last] as const)(
    "%o: a position that the log has is not reset, unless that does not help",
    (policy) => {
      const source: ResetSource = { kind: "reset", policy, cause: "outOfRange", from: 12n };

      const target = chooseReset(source, log);
      const insisting = chooseReset(source, log, { mayBeInRange: false });

      expect(target).toEqual({ kind: "inRange" });
      expect(insisting.kind).toBe(policy === "none" ? "none" : "move");
    },
  );

  test("a position of a topic that was deleted says nothing about the new one", () => {
    const lost = { from: 12n, to: 18n };
    const source: ResetSource = {
      kind: "reset",
      policy: "nearest",
      cause: "topicRecreated",
      from: 12n,
      lost,
    };

    const target = chooseReset(source, log);

    expect(target).toEqual({ kind: "move", to: 10n, lost, skipped: undefined });
  });

  test("the policy is told in the user's words", () => {
    expect([resetPolicyText("nearest"), resetPolicyText(last)]).toEqual(["nearest", "the last 3600 s"]);
  });
});
