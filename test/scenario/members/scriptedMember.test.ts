import { expect, test } from "vitest";
import { seededRandom } from "#base/random.ts";
import { type MemberLife, ScriptedMember } from "#scenario/members/scriptedMember.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";

test("a life that begins while its script is stopped is ended at once", async () => {
  const clock = new VirtualClock();
  const said: string[] = [];
  const life: MemberLife = {
    session: {
      poll: () => Promise.resolve([]),
      commit: () => Promise.resolve(),
      allowRebalance: () => {},
    },
    swallowJoins: () => {},
    crash: async () => void said.push("crash"),
    leave: async () => void said.push("leave"),
  };
  const opening = [Promise.resolve(life)];
  const second = Promise.withResolvers<MemberLife>();
  opening.push(second.promise);
  const member = new ScriptedMember({
    pace: { maxRecords: 1, workMs: 100, commit: { how: "steady", everyMs: 1_000 } },
    steps: [{ do: "crash" }, { do: "rest", for: 1_000 }, { do: "hang", for: "ever" }],
    clock,
    random: seededRandom(1),
    open: () => opening.shift() ?? Promise.reject(new Error("no third life")),
    onFailure: (error) => said.push(String(error)),
  });
  await member.start();
  await clock.advance(2_000);

  member.dispose();
  second.resolve(life);
  await clock.advance(1_000);

  expect(said).toEqual(["crash", "leave"]);
});
