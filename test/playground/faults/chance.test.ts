import { expect, test } from "vitest";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { joinAs } from "../groupDialogue.ts";
import { fetchFrom } from "../produceAndFetch.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

/** Which of so many heartbeats a rule of chance struck, while another client does something between them. */
async function struck(between: (simulated: SimulatedPlayground) => Promise<unknown>) {
  const simulated = await SimulatedPlayground.start();
  const client = await simulated.connect();
  simulated.playground.createTopic("orders", { partitions: 1 });
  simulated.playground.addFault({
    match: { api: ["Metadata", "JoinGroup"], probability: 0.5 },
    action: { kind: "delay", delayMs: 1 },
  });
  simulated.playground.addFault({
    match: { api: "Heartbeat", probability: 0.5 },
    action: { kind: "error", code: "NOT_CONTROLLER" },
  });
  const seen: number[] = [];
  for (let index = 0; index < 20; index++) {
    await between(simulated);
    const body = { groupId: "billing", generationId: 1, memberId: "m" };
    seen.push((await simulated.run(client.call(heartbeat, body))).errorCode);
  }
  return seen;
}

test("what a rule leaves to chance depends on the seed and not on what else clients ask", async () => {
  const alone = await struck(async () => {});

  const amongOthers = await struck(async (simulated) => {
    const other = await simulated.connect();
    await simulated.run(joinAs(other));
    await simulated.run(fetchFrom(other, { 0: 0n }, { sessionId: 0, sessionEpoch: 0, maxWaitMs: 1 }));
    await simulated.run(other.call(metadata, { topics: [] }));
  });

  expect(new Set(alone).size).toBe(2);
  expect(amongOthers).toEqual(alone);
});
