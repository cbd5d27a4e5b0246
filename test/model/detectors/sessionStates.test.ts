import { expect, test } from "vitest";
import { detect } from "#model/detectors/detect.ts";
import type { FindingKind } from "#model/finding.ts";
import type { ModelState } from "#model/model.ts";
import type { SessionState } from "#trace/observations/session.ts";
import { modelOf, seen, started } from "../observed.ts";

const inState = (rest: Partial<SessionState>): ModelState =>
  modelOf(
    seen(500, started({ groupInstanceId: "till-1" })),
    seen(2_000, { type: "session.state", sessionId: "s1", membership: "stable", since: 2_000, ...rest }),
  );

const only = (model: ModelState, kind: FindingKind, dismissed: readonly string[] = []) =>
  detect(model, 10_000, { dismissedSessions: new Set(dismissed) }).filter((each) => each.kind === kind);

test("a consumer that nobody polled in time says for how long it is out, and that a poll brings it back", () => {
  const [finding] = only(inState({ membership: "unjoined", notPolledSince: 2_000 }), "pollOverdue");

  expect(finding).toMatchObject({
    title: "A left its group: nobody polled it in time",
    detail: "out of billing for 8.0 s; joins again at its next poll",
  });
  expect(finding?.remedies.map(({ action }) => action.kind)).toEqual(["poll"]);
});

test("falling back to the classic protocol is said with its reason, as information", () => {
  const fallbackReason = "the broker does not know ConsumerGroupHeartbeat";
  const [finding] = only(inState({ groupProtocol: "classic", fallbackReason }), "fellBack");

  expect(finding).toMatchObject({ severity: "info", detail: fallbackReason });
});

test("a fenced static member is an error until it is taken off the list", () => {
  const model = inState({ membership: "fatal", error: "FENCED_INSTANCE_ID", reason: "another one joined" });

  expect(only(model, "fencedMember")).toMatchObject([
    { severity: "error", title: "A ended: another member is till-1", detail: "another one joined" },
  ]);
  expect(only(model, "fencedMember", ["s1"])).toEqual([]);
});

test.each<FindingKind>(["pollOverdue", "fellBack", "fencedMember"])("a stable member has no %s", (kind) => {
  expect(only(inState({ groupProtocol: "consumer", memberEpoch: 3 }), kind)).toEqual([]);
});
