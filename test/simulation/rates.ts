import { apiByKey } from "#protocol/apiRegistry.ts";
import type { SimulatedMember } from "./simulatedMember.ts";
import type { World } from "./world.ts";

/** More than this in a second is a loop that does not wait: back-off begins at tens of milliseconds. */
const limits: Readonly<Record<string, number>> = {
  connect: 30,
  Fetch: 1_000,
};
const usualLimit = 40;

/** No client asks the same thing all the time, whatever happens to it. */
export function checkRates({ members, verdict, trace }: World): void {
  for (const member of members) {
    for (const { what, perSecond } of busiest(member)) {
      if (perSecond <= (limits[what] ?? usualLimit) * member.client.everUsed) continue;
      verdict.fail("hot loop", `${member.id} sent ${perSecond} ${what} in a second`);
    }
  }
  checkFruitlessFetches(trace.observations, (sessionId, count) =>
    verdict.fail("hot loop", `${sessionId} fetched nothing ${count} times in a second`),
  );
  verdict.check();
}

/** The busiest second of every API, by name. */
function busiest(member: SimulatedMember) {
  return member.client.network.highest.map(({ what, perSecond }) => ({
    what: what === "connect" ? what : (apiByKey(Number(what))?.name ?? what),
    perSecond,
  }));
}

const fruitlessLimit = 40;

/** Fetches that bring nothing are to be held back by the broker, or slowed down by the consumer. */
function checkFruitlessFetches(
  observations: World["trace"]["observations"],
  tooMany: (sessionId: string, count: number) => void,
): void {
  const counts = new Map<string, number>();
  for (const observation of observations) {
    if (observation.type !== "fetch.completed" || observation.bytes > 0) continue;
    const key = `${observation.sessionId} ${Math.floor(observation.at / 1_000)}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count === fruitlessLimit + 1) tooMany(observation.sessionId, count);
  }
}
