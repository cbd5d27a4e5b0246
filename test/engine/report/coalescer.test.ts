import { expect, test } from "vitest";
import { Coalescer } from "#engine/report/coalescer.ts";
import { VirtualClock } from "../../support/virtualClock.ts";

const p0 = { topic: "orders", partition: 0 };
const p1 = { topic: "orders", partition: 1 };

function benchCoalescer() {
  const clock = new VirtualClock();
  const startedAt = clock.now();
  const reports: [number, number][] = [];
  const coalescer = new Coalescer(clock, 100, ({ partition }) =>
    reports.push([partition, clock.now() - startedAt]),
  );
  return { clock, coalescer, reports };
}

test("the first change is reported at once, the rest every interval, the last always", async () => {
  const { clock, coalescer, reports } = benchCoalescer();

  for (let ms = 0; ms < 250; ms += 10) {
    coalescer.mark(p0);
    await clock.advance(10);
  }
  await clock.advance(1_000);

  expect(reports).toEqual([
    [0, 0],
    [0, 100],
    [0, 200],
    [0, 300],
  ]);
});

test("partitions do not wait for each other, and a flush calls off what was to come", async () => {
  const { clock, coalescer, reports } = benchCoalescer();
  coalescer.mark(p0);
  coalescer.mark(p1);
  coalescer.mark(p0);
  await clock.advance(50);

  coalescer.flush(p0);
  await clock.advance(1_000);

  expect(reports).toEqual([
    [0, 0],
    [1, 0],
    [0, 50],
  ]);
});

test("what was dropped is not reported any more", async () => {
  const { clock, coalescer, reports } = benchCoalescer();
  coalescer.mark(p0);
  await clock.advance(0);
  coalescer.mark(p0);

  coalescer.drop(p0);
  await clock.advance(1_000);

  expect(reports).toEqual([[0, 0]]);
  expect(clock.pending).toBe(0);
});

test("the first change is reported when whoever makes it is done, as a part of it is no fact", async () => {
  const { clock, coalescer, reports } = benchCoalescer();

  coalescer.mark(p0);
  const inTheMiddle = [...reports];
  await clock.advance(0);

  expect(inTheMiddle).toEqual([]);
  expect(reports).toEqual([[0, 0]]);
});
