import { expect, test } from "vitest";
import { MemoryGuard } from "#host/memoryGuard.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";

function guarded(usedShares: readonly number[]) {
  const clock = new VirtualClock();
  const said: string[] = [];
  let kept = 4;
  let look = 0;
  const guard = new MemoryGuard({
    clock,
    heap: () => ({ usedBytes: (usedShares[look++] ?? 0) * 104_857_600, limitBytes: 104_857_600 }),
    shedders: [{ shed: () => (kept > 0 ? `${kept--} left` : undefined) }, { shed: () => undefined }],
    say: (message) => said.push(message),
  });
  return { clock, guard, said };
}

test("nothing is let go while there is memory", async () => {
  const { clock, said } = guarded([0.2, 0.5, 0.69]);

  await clock.advance(3_000);

  expect(said).toEqual([]);
});

test("load is shed well before the limit, and what was let go is said", async () => {
  const { clock, guard, said } = guarded([0.2, 0.75, 0.9, 0.3]);

  await clock.advance(4_000);

  expect(said).toEqual(["Memory is short (75 MB used): 4 left.", "Memory is short (90 MB used): 3 left."]);
  expect(guard.shed).toEqual(said);
});

test("with nothing left to let go there is nothing to say", async () => {
  const { clock, said } = guarded([0.9, 0.9, 0.9, 0.9, 0.9, 0.9]);

  await clock.advance(6_000);

  expect(said).toHaveLength(4);
});
