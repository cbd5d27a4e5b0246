import { stringifyWithBigints } from "#base/json.ts";
import { type TopicPartition, TopicPartitionMap, topicPartitionText } from "#base/topicPartition.ts";
import type { GroupDescribed } from "#trace/observations/group.ts";
import { checkModel } from "./checkModel.ts";
import { groupId } from "./profile.ts";
import type { SimulatedMember } from "./simulatedMember.ts";
import { Violation } from "./violation.ts";
import type { World } from "./world.ts";

/** Longer than anything may take to recover: session and rebalance timeouts, request timeouts, back-off. */
const settleLimitMs = 180_000;
const pollMs = 200;
/** Of a session or a rebalance that nobody answers, and a report that is held back. */
const longestSessionMs = 12_000;
/** So long a request may take, its tries included. */
const requestMs = 30_000;
/** After the last change: heartbeats, reports that are held back. */
const calmMs = 2_000;

/** Ends all troubles, lets everybody read to the end, and checks that nothing is owed, stuck or left over. */
export async function settle(world: World): Promise<void> {
  endTroubles(world);
  const group = world.groupWatch.described(groupId);
  // What an operator does about it.
  if (group?.state === "Stable" && world.groupWatch.isUntold(group)) {
    await world.playground.trouble("forceRebalance", { groupId });
  }
  const until = world.clock.now() + settleLimitMs;
  let calmSince: number | undefined;
  for (;;) {
    for (const member of world.alive) help(world, member);
    if (world.groupMembers.length === 0) world.addMember({ isDirect: false, index: world.nextMember });
    await world.clock.advance(pollMs);
    checkAll(world);
    const unfinished = whatIsUnfinished(world);
    const now = world.clock.now();
    if (unfinished.length > 0) calmSince = undefined;
    else if (calmSince === undefined) calmSince = now;
    else if (now - calmSince >= calmMs) break;
    if (now > until)
      throw new Violation("quiet", `after ${settleLimitMs} ms without trouble:\n${unfinished.join("\n")}`);
  }
  await commitEverything(world);
  checkModel(world);
}

/** Everybody leaves, the broker stops, and after a while nothing is left that could still happen. */
export async function closeDown(world: World): Promise<void> {
  const { clock, playground, verdict } = world;
  const closing = world.alive.map(({ options }) => options.clientId);
  for (const member of world.alive) member.close(5_000, true, "the run is over");
  await clock.advance(6_000);
  checkAll(world);
  const present = presentIn(world);
  const stayed = present.filter((clientId) => closing.includes(clientId));
  if (stayed.length > 0) verdict.fail("leave", `${stayed.join(", ")} left, and the group still has them`);
  // Who went without a word stays for its session, which may have begun anew as the group changed its kind.
  if (present.length > 0) await clock.advance(longestSessionMs);
  const forgotten = presentIn(world);
  if (forgotten.length > 0) verdict.fail("leave", `${forgotten.join(", ")} is gone, and nobody evicts it`);
  await clock.runUntil(playground.stop(), { what: "the playground's stop" });
  await clock.advance(120_000);
  if (world.orders.count > 0) verdict.fail("hang", world.orders.describe().join("\n"));
  if (clock.pending > 0) verdict.fail("leak", `${clock.pending} timers are left when everything is closed`);
  if (world.network.connections.length > 0) {
    verdict.fail(
      "leak",
      `${world.network.connections.length} connections are left when everything is closed`,
    );
  }
  verdict.check();
}

/** Client ids of the group's members, as the broker last told of them. */
function presentIn({ groupWatch }: World): readonly string[] {
  return groupWatch.described(groupId)?.members.map(({ clientId }) => clientId) ?? [];
}

/** To be called after every step. */
export function checkAll(world: World): void {
  world.noteEnds();
  for (const member of world.alive) {
    world.sessionWatch.check(member);
    checkAgainstBroker(world, member);
  }
  checkOwners(world);
  world.orders.check();
  world.verdict.check();
}

function endTroubles(world: World): void {
  world.troubles.dispose();
  for (const { faultId } of world.playground.faults()) world.playground.removeFault(faultId);
  world.armedDamage.clear();
  for (const member of world.alive) {
    member.setPaused({ all: true }, false);
    // Behind a request that a broker dropped its connection is silent, until it is given up after half a minute.
    member.client.network.cut();
  }
}

/** What a user does who wants the rest: polls, and goes on where something stands in the way. */
function help(world: World, member: SimulatedMember): void {
  member.allow();
  member.poll(1_000, pollMs - 1);
  for (const partition of member.session.partitions()) {
    const { progress, halted } = partition;
    const key = { topic: partition.topic, partition: partition.partition };
    if (halted) {
      if (!member.skipBatch(key)) {
        member.seek(key, { kind: "offset", offset: world.ledger.endOfDamage(key, halted.baseOffset) });
      }
    } else if (progress.state === "errored" && progress.retry === undefined) {
      member.seek(key, { kind: "start" });
    }
  }
}

function whatIsUnfinished(world: World): readonly string[] {
  const { alive, ledger, groupWatch } = world;
  const groups = Array.from(new Set(alive.map(({ group }) => group)));
  const group = groupWatch.described(groupId);
  return [
    ...groups.flatMap((each) => ledger.owed(each).map((what) => `${each} was not delivered ${what}`)),
    ...(group?.state === "Stable" ? [] : [`the group is ${group?.state}`]),
    ...strandedIn(world),
    ...alive.flatMap((member) => unfinishedOf(world, member)),
  ];
}

function unfinishedOf({ ledger }: World, { id, session }: SimulatedMember): readonly string[] {
  const lines: string[] = [];
  const membership = session.membership();
  if (membership && membership.state !== "stable") {
    lines.push(`${id} is ${membership.state}: ${membership.reason}`);
  }
  const { records, bytes, batches } = session.buffered();
  if (records + bytes + batches > 0) lines.push(`${id} has ${records} records (${bytes} bytes) buffered`);
  for (const partition of session.partitions()) {
    const { progress, position } = partition;
    const end = ledger.endOf(partition);
    if (progress.state === "fetching" && position === end) continue;
    const what = `${id} ${topicPartitionText(partition)}`;
    lines.push(`${what} stands at ${position} of ${end}: ${stringifyWithBigints(progress)}`);
  }
  return lines;
}

/** Partitions that do not belong to exactly one member, or whose member does not know. */
function strandedIn({ groupWatch, partitions, groupMembers }: World): readonly string[] {
  const group = groupWatch.described(groupId);
  const assignments = groupMembers.map(({ session }) => session.assignment());
  return partitions.flatMap(({ topic, partition }) => {
    const isIt = (each: { topic: string; partition: number }) =>
      each.topic === topic && each.partition === partition;
    const owners = group?.members.filter(({ assigned = [] }) => assigned.some(isIt)) ?? [];
    const readers = assignments.filter((assignment) => assignment.some(isIt));
    if (owners.length === 1 && readers.length === 1) return [];
    return [`${topic}-${partition} is assigned to ${owners.length} members and read by ${readers.length}`];
  });
}

/** A commit in peace succeeds, and the broker then has every position. */
async function commitEverything(world: World): Promise<void> {
  const { clock, groupWatch, groupMembers, verdict, ledger } = world;
  for (const member of groupMembers) {
    const failure = await commitInPeace(world, member);
    if (failure !== undefined) verdict.fail("commit", failure);
  }
  await clock.advance(500);
  for (const key of world.partitions) {
    const committed = groupWatch.committed(groupId, key);
    const end = ledger.endOf(key);
    if (committed !== end)
      verdict.fail("commit", `${topicPartitionText(key)} is committed up to ${committed} of ${end}`);
  }
  verdict.check();
}

/** What went wrong, in words. An earlier commit may still be looking for its coordinator, for as long as a request may. */
async function commitInPeace({ clock }: World, member: SimulatedMember): Promise<string | undefined> {
  const until = clock.now() + requestMs;
  for (;;) {
    const committed = member.session.commit({ deadlineMs: 5_000 });
    const { outcome, error, message } = await clock.runUntil(committed, {
      what: "a commit in peace",
      limitMs: 6_000,
    });
    if (outcome === "committed" || member.session.partitions().length === 0) return undefined;
    if (outcome !== "deadlinePassed" || clock.now() > until) {
      return `${member.id} could not commit: ${error}, ${message}`;
    }
  }
}

/** While both speak of the same generation, the member has what the coordinator thinks it has. */
function checkAgainstBroker({ groupWatch, verdict }: World, member: SimulatedMember): void {
  const membership = member.session.membership();
  const group = groupWatch.described(groupId);
  if (membership?.state !== "stable" || group?.state !== "Stable" || groupWatch.isUntold(group)) return;
  const { memberId, generationId } = membership.generation;
  const described = group.members.find((each) => each.memberId === memberId);
  const theirs = described?.assigned;
  // With KIP-848 the coordinator says what it wants, and the member gets there in its own time.
  if (!theirs || group.groupType !== "classic" || group.generationId !== generationId) return;
  const ours = member.session.assignment();
  if (isSameSet(ours, theirs)) return;
  const text = (keys: readonly TopicPartition[]) => keys.map(topicPartitionText).sort().join(" ");
  verdict.fail(
    "owner",
    `${member.id} has ${text(ours)}, and the coordinator gave it ${text(theirs)} in generation ${generationId}`,
  );
}

/** The same partitions in whatever order; `one` names none of them twice. */
function isSameSet(one: readonly TopicPartition[], other: readonly TopicPartition[]): boolean {
  const isInOther = (key: TopicPartition) =>
    other.some(({ topic, partition }) => topic === key.topic && partition === key.partition);
  return one.length === other.length && one.every(isInOther);
}

/** Members of one generation never read the same partition, but for a static member and its fenced former self. */
function checkOwners({ groupMembers, groupWatch, verdict }: World): void {
  const generations = new Map<number, TopicPartitionMap<string>>();
  const group = groupWatch.described(groupId);
  for (const { id, options, session } of groupMembers) {
    const owner = options.groupInstanceId ?? id;
    const reading = readInGeneration(session, group);
    if (!reading) continue;
    const { generationId, keys } = reading;
    const owners = generations.get(generationId) ?? new TopicPartitionMap<string>();
    generations.set(generationId, owners);
    for (const key of keys) {
      const other = owners.get(key);
      if (other !== undefined && other !== owner) {
        const what = `${topicPartitionText(key)} in generation ${generationId}`;
        verdict.fail("owner", `${other} and ${id} both read ${what}`);
      }
      owners.set(key, owner);
    }
  }
}

/** The partitions that nobody else in the member's generation may read. */
function readInGeneration(
  session: SimulatedMember["session"],
  group: GroupDescribed | undefined,
): { readonly generationId: number; readonly keys: readonly TopicPartition[] } | undefined {
  const membership = session.membership();
  if (membership?.state !== "stable" && membership?.state !== "revoking") return undefined;
  // Who is giving partitions up reads on until then. A consumer group takes back whom it had put out, under the old id and
  // with others in its place, and knows topics by their ids: there what is given up may be another's already.
  if (membership.state === "revoking" && group?.groupType !== "classic") return undefined;
  const { memberId, generationId } = membership.generation;
  // Whom the coordinator does not know any more may be of an earlier group that counted up to the same number.
  if (!group?.members.some((member) => member.memberId === memberId)) return undefined;
  return { generationId, keys: session.assignment() };
}
