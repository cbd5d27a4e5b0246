import { expect, test } from "vitest";
import { OpenedTraces } from "#host/trace/openedTraces.ts";
import { Defects } from "#host/views/defects.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";
import { headerLine, observationLine } from "#trace/traceFormat.ts";
import { memoryFiles } from "../support/memoryFiles.ts";

const file = "/tmp/large.jsonl";

/** A trace of many groups, and a heap that says what share of it is taken, look by look. */
function large(options: { readonly groups: number; readonly shares?: readonly number[] }) {
  const clock = new VirtualClock();
  const files = memoryFiles();
  const lines = Array.from({ length: options.groups }, (_, seq) =>
    observationLine({
      seq,
      at: seq,
      sourceId: "o",
      clusterId: "c",
      vantage: "sampled",
      type: "group.described",
      groupId: `group ${seq}`,
      groupType: "classic",
      state: "Stable",
      members: [],
    }),
  );
  files.contents.set(file, [headerLine("test"), ...lines].join(""));
  let look = 0;
  const shares = options.shares ?? [0];
  const heap = () => ({ usedBytes: shares[Math.min(look++, shares.length - 1)] ?? 0, limitBytes: 1 });
  const traces = new OpenedTraces({ files, clock, heap }, new Defects(() => {}));
  const groups = () => [...(traces.presented[0]?.model.clusters.values() ?? [])][0]?.groups.byId.size ?? 0;
  return { clock, traces, groups };
}

const unheeded = { signal: new AbortController().signal, progress: () => undefined };

test("a file of many pieces is read to its end", async () => {
  const { clock, traces, groups } = large({ groups: 5_000 });

  const opened = await clock.runUntil(traces.open(file, unheeded));

  expect(opened).toMatchObject({ observations: 5_000, notices: [] });
  expect(groups()).toBe(5_000);
});

test("reading stops before memory runs out, and what was opened is shown and said", async () => {
  const { clock, traces, groups } = large({ groups: 5_000, shares: [0.1, 0.2, 0.6] });

  const { observations, notices } = await clock.runUntil(traces.open(file, unheeded));

  expect(observations).toBeGreaterThan(500);
  expect(observations).toBeLessThan(2_000);
  expect(groups()).toBe(observations);
  expect(notices).toEqual([
    expect.stringMatching(
      /^Only its first 0\.2 MB of 0\.8 MB were opened \([\d,]+ observations\): there is no memory for more\.$/,
    ),
  ]);
});

test("a trace is refused when there is no memory for any of it", async () => {
  const { clock, traces } = large({ groups: 2, shares: [0.9] });
  const header = new OpenedTraces(
    {
      files: { ...memoryFiles(), size: async () => 1e9, pieces: headerOnly },
      clock,
      heap: () => ({ usedBytes: 9, limitBytes: 10 }),
    },
    new Defects(() => {}),
  );

  await expect(clock.runUntil(header.open(file, unheeded))).rejects.toMatchObject({
    code: "REFUSED",
    message: expect.stringContaining("too little memory"),
  });
  expect(traces.list).toEqual([]);

  async function* headerOnly() {
    yield new TextEncoder().encode(headerLine("test"));
  }
});

test("whoever no longer waits for a file ends its reading", async () => {
  const { clock, traces } = large({ groups: 5_000 });
  const controller = new AbortController();
  controller.abort();

  await expect(
    clock.runUntil(traces.open(file, { ...unheeded, signal: controller.signal })),
  ).rejects.toMatchObject({ name: "CancelledError" });
  expect(traces.list).toEqual([]);
});
