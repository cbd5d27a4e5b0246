import { describe, expect, test } from "vitest";
import { detect } from "#model/detectors/detect.ts";
import { commit, modelOf, phase, position, seen, started } from "../observed.ts";

describe("all findings", () => {
  test("errors come first, then the oldest; in a trace the present is its end", () => {
    const hang = seen(1_000, commit({ state: "inFlight", sentAt: 1_000 }));
    const live = modelOf(seen(500, started()), hang);
    const trace = modelOf(
      seen(400, { type: "cluster.profile", name: "t", kind: "trace", bootstrapServers: [] }),
      seen(500, started()),
      hang,
      seen(15_000, phase()),
    );

    expect(detect(live, 100_000)[0]?.lastedMs).toBe(99_000);
    expect(detect(trace, 100_000)[0]?.lastedMs).toBe(14_000);
  });
});

test("a detector that fails costs its own findings, and the others are there", () => {
  const model = modelOf(
    seen(500, started()),
    seen(1_000, position(3, { state: "errored", error: { code: "NO_ANSWER", message: "nobody answers" } })),
    seen(1_000, { type: "session.gate", sessionId: "s1", held: true, heldSince: 900, waitingSince: 1_000 }),
  );
  const session = model.clusters.get("c1")?.sessions.get("s1");
  if (!session) throw new Error("no session");
  Object.defineProperty(session, "gate", {
    get: () => {
      throw new RangeError("not a gate");
    },
  });
  const failed: string[] = [];

  const findings = detect(model, 60_000, {}, (about, find) => {
    try {
      return find();
    } catch {
      failed.push(about);
      return undefined;
    }
  });

  expect(() => detect(model, 60_000)).toThrow("not a gate");
  expect(failed).toContain("held gates");
  expect(findings.map(({ kind }) => kind)).toContain("partitionError");
});
