import fc from "fast-check";
import { expect, test } from "vitest";
import { nextDeadline } from "#playground/group/expiry.ts";
import { GroupRig } from "./groupRig.ts";

type Op =
  | { readonly op: "join" | "sync" | "heartbeat" | "leave"; readonly who: number }
  | { readonly op: "newcomer"; readonly isStatic: boolean; readonly version: number }
  | { readonly op: "pass"; readonly ms: number };

const who = fc.nat(7);
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({
    op: fc.constantFrom("join" as const, "sync" as const, "heartbeat" as const, "leave" as const),
    who,
  }),
  fc.record({
    op: fc.constant("newcomer" as const),
    isStatic: fc.boolean(),
    version: fc.constantFrom(3, 5, 9),
  }),
  fc.record({ op: fc.constant("pass" as const), ms: fc.nat(6_000) }),
);

function carryOut(rig: GroupRig, each: Op, request: string): void {
  if (each.op === "pass") rig.pass(each.ms);
  else if (each.op === "newcomer") {
    rig.join(request, { version: each.version, ...(each.isStatic ? { groupInstanceId: "node-1" } : {}) });
  } else {
    const ids = [...rig.memberIds, ...rig.group.pendingMembers.keys()];
    act(rig, each, { request, memberId: ids[each.who % Math.max(1, ids.length)] ?? "nobody" });
  }
}

function act(
  rig: GroupRig,
  each: Extract<Op, { readonly who: number }>,
  { request, memberId }: { readonly request: string; readonly memberId: string },
): void {
  const groupInstanceId = rig.group.members.get(memberId)?.groupInstanceId;
  const instance = groupInstanceId === undefined ? {} : { groupInstanceId };
  switch (each.op) {
    case "join":
      rig.join(request, { memberId, ...instance, metadata: String(each.who % 2) });
      break;
    case "sync": {
      const assignments = Object.fromEntries(rig.memberIds.map((id) => [id, id]));
      rig.sync(memberId, { ...instance, assignments });
      break;
    }
    case "heartbeat":
      rig.heartbeat(memberId, rig.group.generationId, groupInstanceId);
      break;
    case "leave":
      rig.leave(groupInstanceId === undefined ? memberId : { memberId, groupInstanceId });
      break;
  }
}

/** What must hold at every moment. */
function expectSound({ group, state }: GroupRig): void {
  const members = Array.from(group.members.values());
  if (members.length === 0) expect(["Empty", "PreparingRebalance"]).toContain(state);
  else {
    expect(state).not.toBe("Empty");
    expect(members.map(({ memberId }) => memberId)).toContain(group.leaderId);
  }
  for (const { joinToken, syncToken } of members) {
    if (joinToken !== undefined) expect(state).toBe("PreparingRebalance");
    if (syncToken !== undefined) expect(state).toBe("CompletingRebalance");
    // Nobody waits without a deadline that ends the wait.
    if ((joinToken ?? syncToken) !== undefined) expect(nextDeadline(group)).toBeDefined();
  }
}

test("whatever happens in whatever order, the group stays sound", () => {
  fc.assert(
    fc.property(fc.array(op, { minLength: 1, maxLength: 60 }), (ops) => {
      const rig = new GroupRig();

      ops.forEach((each, index) => {
        const generationBefore = rig.group.generationId;
        carryOut(rig, each, `request-${index}`);
        expect(rig.group.generationId).toBeGreaterThanOrEqual(generationBefore);
        expectSound(rig);
      });

      // Left alone, every member goes.
      rig.pass(700_000);
      expect(rig.state).toBe("Empty");
      expect(rig.group.members.size).toBe(0);
      expect(rig.unanswered).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
