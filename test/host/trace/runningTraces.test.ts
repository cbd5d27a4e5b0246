import { expect, test } from "vitest";
import { seededRandom } from "#base/random.ts";
import { RunningTraces } from "#host/trace/runningTraces.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";
import { memoryFiles } from "../support/memoryFiles.ts";

const directory = "/storage";

function storage() {
  const clock = new VirtualClock();
  const files = memoryFiles(clock);
  let seed = 1;
  const worker = () => new RunningTraces(files, { clock, random: seededRandom(seed++) });
  /** A worker that wrote so many bytes and ended. */
  const left = async (bytes: number) => {
    const file = await worker().begin({ directory, maxBytes: Number.POSITIVE_INFINITY }, "x".repeat(bytes));
    await clock.advance(1_000);
    return file;
  };
  return { clock, files, worker, left };
}

test("the oldest go until the others fill at most half of the cap", async () => {
  const { files, worker, left } = storage();
  const [, second, third] = [await left(30), await left(30), await left(20)];

  const begun = await worker().begin({ directory, maxBytes: 100 }, "new");

  expect([...files.contents.keys()]).toEqual([second, third, begun]);
});

test("a worker's own earlier file goes before that of a worker after it", async () => {
  const { files, clock, worker } = storage();
  const [one, other] = [worker(), worker()];
  const target = { directory, maxBytes: 100 };
  await one.begin(target, "x".repeat(30));
  await clock.advance(1_000);
  const kept = await other.begin(target, "x".repeat(30));
  await clock.advance(1_000);

  const begun = await one.begin(target, "new");

  expect([...files.contents.keys()]).toEqual([kept, begun]);
});

test("a worker that dies again and again does not fill the directory with small files", async () => {
  const { files, worker, left } = storage();
  for (let deaths = 0; deaths < 40; deaths++) await left(1);

  await worker().begin({ directory, maxBytes: 1_000 }, "new");

  expect(files.contents.size).toBe(16);
});

test("what others left is listed, newest first, and nothing else", async () => {
  const { clock, files, worker, left } = storage();
  const [first, second] = [await left(10), await left(20)];
  files.contents.set("/storage/notes.jsonl", "not ours");
  const own = worker();
  await own.begin({ directory, maxBytes: 1_000 }, "new");

  const kept = await own.kept(directory);

  expect(kept).toEqual([
    { file: second, bytes: 20, endedAt: clock.now() - 1_000 },
    { file: first, bytes: 10, endedAt: clock.now() - 2_000 },
  ]);
});

test("there is nothing to list before anything was recorded", async () => {
  const { worker } = storage();

  expect(await worker().kept(directory)).toEqual([]);
});
