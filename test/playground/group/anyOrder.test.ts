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
  if (each.op === "pass") return rig.pass(each.ms);
  if (each.op === "newcomer") {
    rig.join(request, { version: each.version, ...(each.isStatic ? { groupInstanceId: "node-1" } : {}) });
    return;
  }
  const ids = [...rig.memberIds, ...rig.group.pendingMembers.keys()];
  const memberId = ids[each.who % Math.max(1, ids.length)] ?? "nobody";
  const groupInstanceId = rig.group.members.get(memberId)?.groupInstanceId;
  const instance = groupInstanceId === undefined ? {} : { groupInstanceId };
  if (each.op === "join") rig.join(request, { memberId, ...instance, metadata: String(each.who % 2) });
  if (each.op === "sync") {
    rig.sync(memberId, { ...instance, assignments: Object.fromEntries(rig.memberIds.map((id) => [id, id])) });
  }
  if (each.op === "heartbeat") rig.heartbeat(memberId, rig.group.generationId, groupInstanceId);
  if (each.op === "leave") rig.leave({ memberId, groupInstanceId: groupInstanceId ?? "" });
}

test("whatever happens in whatever order, the group stays sound", () => {
  fc.assert(
    fc.property(fc.array(op, { minLength: 1, maxLength: 60 }), (ops) => {
      const rig = new GroupRig();

      ops.forEach((each, index) => {
        const generationBefore = rig.group.generationId;
        carryOut(rig, each, `request-${index}`);
        const { group } = rig;
        const members = Array.from(group.members.values());
        expect(group.generationId).toBeGreaterThanOrEqual(generationBefore);
        expect(members.length === 0).toBe(
          rig.state === "Empty" || (rig.state === "PreparingRebalance" && members.length === 0),
        );
        if (members.length > 0) expect(group.leaderId).toSatisfy((id: string) => group.members.has(id));
        const waits = members.some(({ joinToken, syncToken }) => (joinToken ?? syncToken) !== undefined);
        // Nobody waits without a deadline that ends the wait.
        if (waits) expect(nextDeadline(group)).toBeDefined();
        for (const member of members) {
          if (member.joinToken !== undefined) expect(rig.state).toBe("PreparingRebalance");
          if (member.syncToken !== undefined) expect(rig.state).toBe("CompletingRebalance");
        }
      });

      // Left alone, every member goes, and everybody who waited was answered.
      rig.pass(700_000);
      expect(rig.state).toBe("Empty");
      expect(rig.group.members.size).toBe(0);
    }),
    { numRuns: 60 },
  );
});
