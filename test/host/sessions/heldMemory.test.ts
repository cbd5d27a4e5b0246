import { expect, test } from "vitest";
import { HeldMemory } from "#host/sessions/heldMemory.ts";

test("memory counts once, until the last who holds it lets go", () => {
  const held = new HeldMemory();
  const [shared, own] = [new ArrayBuffer(1_000), new ArrayBuffer(10)];
  for (const memory of [shared, own, shared]) held.hold(memory);
  const all = held.bytes;

  held.release(shared);
  const halfLetGo = held.bytes;
  held.release(shared);

  expect([all, halfLetGo, held.bytes]).toEqual([1_010, 1_010, 10]);
});

test("what nobody holds is not let go twice", () => {
  const held = new HeldMemory();
  const memory = new ArrayBuffer(100);
  held.hold(memory);
  held.clear();

  held.release(memory);

  expect(held.bytes).toBe(0);
});
