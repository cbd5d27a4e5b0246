import { beforeEach, expect, test } from "vitest";
import type { FaultRule } from "#playground/faults/faultRule.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import { errorName } from "#protocol/errorCodes.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

let simulated: SimulatedPlayground;
let client: RawClient;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  client = await simulated.connect();
});

const refuse = (code: KnownErrorName, times?: number): FaultRule => ({
  match: { api: "Heartbeat" },
  action: { kind: "error", code },
  ...(times !== undefined && { times }),
});

async function beat(): Promise<string> {
  const body = { groupId: "billing", generationId: 1, memberId: "m" };
  return errorName((await simulated.run(client.call(heartbeat, body))).errorCode);
}

const standing = () => simulated.playground.faults().map(({ faultId, hits }) => `${faultId} ${hits}×`);

test("rules that are there already stay, with what they counted, in their new order", async () => {
  const { playground } = simulated;
  const before = playground.replaceFaults([], [refuse("NOT_CONTROLLER", 1), refuse("INVALID_REQUEST")]);
  const first = [await beat(), await beat()];

  const after = playground.replaceFaults(before, [
    refuse("UNKNOWN_SERVER_ERROR"),
    refuse("INVALID_REQUEST"),
    refuse("NOT_CONTROLLER", 1),
  ]);

  expect(first).toEqual(["NOT_CONTROLLER", "INVALID_REQUEST"]);
  expect(after).toEqual(["fault-3", "fault-2", "fault-1"]);
  expect(standing()).toEqual(["fault-3 0×", "fault-2 1×", "fault-1 1×"]);
  expect(await beat()).toBe("UNKNOWN_SERVER_ERROR");
});

test("of two that are the same, one goes when one is left", async () => {
  const { playground } = simulated;
  const twice = playground.replaceFaults([], [refuse("NOT_CONTROLLER", 1), refuse("NOT_CONTROLLER", 1)]);
  await beat();

  const after = playground.replaceFaults(twice, [refuse("NOT_CONTROLLER", 1)]);

  expect(after).toEqual(["fault-1"]);
  expect(standing()).toEqual(["fault-1 1×"]);
});

test("rules of others, and those that somebody took away meanwhile, are left alone", () => {
  const { playground } = simulated;
  const other = playground.addFault(refuse("INVALID_REQUEST"));
  const before = playground.replaceFaults([], [refuse("NOT_CONTROLLER")]);
  playground.removeFault(before[0] ?? "");

  const after = playground.replaceFaults(before, [refuse("NOT_CONTROLLER")]);

  expect(playground.faults().map(({ faultId }) => faultId)).toEqual([other, ...after]);
  expect(after).not.toEqual(before);
});
