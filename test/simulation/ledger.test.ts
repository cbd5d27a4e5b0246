import { describe, expect, test } from "vitest";
import type { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";
import { Ledger } from "./ledger.ts";
import { Verdict } from "./violation.ts";

const key = { topic: "orders", partition: 0 };
const session = { id: "a", group: "billing", isolation: "read_uncommitted" } as const;

/** Six records, of which 2 and 3 are one damaged batch. */
function setUp() {
  const verdict = new Verdict();
  let now = 0;
  const ledger = new Ledger(() => now, verdict);
  ledger.produced(key, { baseOffset: 0n, values: ["v0", "v1"], isCorrupt: false });
  ledger.produced(key, { baseOffset: 2n, values: ["v2", "v3"], isCorrupt: true });
  ledger.produced(key, { baseOffset: 4n, values: ["v4", "v5"], isCorrupt: false });
  const deliver = (...offsets: readonly number[]) => {
    now++;
    ledger.delivered(
      session,
      offsets.map((offset) => record(offset)),
    );
  };
  return { ledger, verdict, deliver };
}

function record(offset: number, value = `v${offset}`): ConsumedRecord {
  const bytes = new TextEncoder().encode(value);
  return { ...key, offset: BigInt(offset), value: bytes } as unknown as ConsumedRecord;
}

describe("the ledger of a simulated run", () => {
  test("is content when everything was delivered once and damage was left out loudly", () => {
    const { ledger, verdict, deliver } = setUp();

    deliver(0, 1);
    ledger.gap(session, key, 2n, 4n);
    deliver(4, 5);

    expect(verdict.first).toBeUndefined();
    expect(ledger.owed("billing")).toEqual([]);
  });

  test.each([
    ["a record left out", [0, 4], "loss"],
    ["damage passed over in silence", [0, 1, 4], "loss"],
    ["a record twice", [0, 1, 1], "twice"],
    ["records out of order", [0, 1, 0], "twice"],
    ["damage delivered as data", [0, 1, 2], "damage"],
    ["a beginning in the middle", [1], "loss"],
  ])("notices %s", (_what, offsets, rule) => {
    const { verdict, deliver } = setUp();

    deliver(...offsets);

    expect(verdict.first?.rule).toBe(rule);
  });

  test("notices a value that nobody produced", () => {
    const { ledger, verdict } = setUp();

    ledger.delivered(session, [record(0, "other")]);

    expect(verdict.first?.rule).toBe("delivery");
  });

  test("notices a gap that hides good records", () => {
    const { ledger, verdict, deliver } = setUp();
    deliver(0);

    ledger.gap(session, key, 1n, 4n);

    expect(verdict.first?.rule).toBe("loss");
  });

  test("notices a commit ahead of what was delivered", () => {
    const { ledger, verdict, deliver } = setUp();
    deliver(0);

    ledger.checkAccountedBelow("billing", key, 2n, "the group committed");

    expect(verdict.first?.rule).toBe("loss");
  });

  test("lets another assignment, or a seek, deliver again", () => {
    const { ledger, verdict, deliver } = setUp();
    deliver(0, 1);

    ledger.moved(session.id, key, undefined);
    deliver(0);
    ledger.moved(session.id, key, 1n);
    deliver(1);

    expect(verdict.first).toBeUndefined();
  });

  test("says what a group is owed", () => {
    const { ledger, deliver } = setUp();

    deliver(0);

    expect(ledger.owed("billing")).toEqual(["orders-0 from 1 of 6"]);
  });
});
