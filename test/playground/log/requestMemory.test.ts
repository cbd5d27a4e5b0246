import { expect, test } from "vitest";
import { RequestMemory } from "#playground/log/requestMemory.ts";
import { collectGarbage } from "#test/support/garbage.ts";

const requestBytes = 100_000;

function memoryOutsideTheHeap() {
  const { external, arrayBuffers } = process.memoryUsage();
  return { external, arrayBuffers };
}

test("requests that stay give V8 no reason to collect, however many they are", () => {
  const memory = new RequestMemory(1_000_000_000);
  collectGarbage();
  const before = memoryOutsideTheHeap();

  const held = Array.from({ length: 2_000 }, () => {
    const bytes = memory.allocate(requestBytes);
    memory.frame(bytes.buffer).take();
    return bytes;
  });

  expect(memoryOutsideTheHeap().external - before.external).toBeLessThan(20_000_000);
  expect(held.reduce((sum, each) => sum + each.length, 0)).toBe(2_000 * requestBytes);
});

test.each([
  ["that no batch stays in", (memory: RequestMemory) => void memory.allocate(requestBytes)],
  [
    "whose batches are all gone",
    (memory: RequestMemory) => {
      const frame = memory.frame(memory.allocate(requestBytes).buffer);
      frame.take();
      frame.release();
    },
  ],
])("requests %s are collected before they fill the memory", async (_which, serve) => {
  const memory = new RequestMemory(1_000_000);
  collectGarbage();
  const before = memoryOutsideTheHeap();

  for (let count = 0; count < 8_000; count++) serve(memory);

  // What was let go of is freed beside the program.
  await expect
    .poll(() => memoryOutsideTheHeap().arrayBuffers - before.arrayBuffers)
    .toBeLessThan(300_000_000);
});

test("a short request lies in ordinary memory", () => {
  const memory = new RequestMemory(1_000_000);

  expect(memory.allocate(1_000).buffer).toBeInstanceOf(ArrayBuffer);
  expect(memory.allocate(requestBytes).buffer).toBeInstanceOf(SharedArrayBuffer);
});
