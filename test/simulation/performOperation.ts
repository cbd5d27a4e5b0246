import { type Disposable, toDisposable } from "#base/lifecycle.ts";
import { seededRandom } from "#base/random.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import { PlaygroundError } from "#playground/playgroundError.ts";
import type { Operation } from "./operations.ts";
import { groupId } from "./profile.ts";
import type { SimulatedMember } from "./simulatedMember.ts";
import type { World } from "./world.ts";

type MemberOperation = Extract<Operation, { readonly member: string }>;

/** Lets an operation happen. Only producing waits for its end; what members are asked settles when it does. */
export async function performOperation(world: World, operation: Operation): Promise<void> {
  if (isOfMember(operation)) {
    const member = world.members.find(({ id }) => id === operation.member);
    if (member?.isAlive) performOnMember(world, member, operation);
  } else {
    await performOnBroker(world, operation);
  }
}

function isOfMember(operation: Operation): operation is MemberOperation {
  return "member" in operation;
}

async function performOnBroker(world: World, operation: Exclude<Operation, MemberOperation>): Promise<void> {
  switch (operation.kind) {
    case "join":
      world.addMember(operation);
      return;
    case "produce": {
      const { key, compression } = operation;
      await world.produce(key, valuesFor(world, key, operation), compression);
      return;
    }
    case "transact":
      await world.transact(
        operation.keys,
        (key) => valuesFor(world, key, { count: operation.count }),
        operation,
      );
      return;
    case "truncate":
      ifPossible(() => world.truncate(operation.key, BigInt(operation.count)));
      return;
    case "recreate":
      world.recreate(operation.topic);
      return;
    case "damageNext":
      world.playground.corruptNextBatch(operation.key, operation.how);
      world.armedDamage.set(operation.key, (world.armedDamage.get(operation.key) ?? 0) + 1);
      return;
    case "cutAll":
      world.network.cut();
      return;
    case "moveCoordinator":
      ifPossible(() => world.playground.moveCoordinator(groupId));
      return;
    case "moveTransactions":
      for (const { transactionalId } of world.playground.transactions()) {
        ifPossible(() => world.playground.moveTransactionCoordinator(transactionalId));
      }
      return;
    case "addNode":
      await world.clock.runUntil(world.playground.addNode(), { what: "a node to join" });
      return;
    case "moveLeader":
      ifPossible(() => world.playground.moveLeader(operation.key));
      return;
    case "growTopic":
      world.growTopic(operation.topic);
      return;
    case "stopNode":
      stopNode(world, operation.node, operation.forMs);
      return;
    case "refuse":
    case "blackHole": {
      const node = world.playground.nodes[operation.node];
      if (!node) return;
      const trouble =
        operation.kind === "refuse" ? world.network.refuse(node) : world.network.blackHole(node);
      if (operation.kind === "refuse") world.network.cut(node);
      endLater(world, trouble, operation.forMs);
      return;
    }
    case "fault":
      world.faultIds.push(world.playground.addFault(operation.fault));
      return;
    case "endFault": {
      const faultId = world.faultIds.shift();
      if (faultId !== undefined) world.playground.removeFault(faultId);
      return;
    }
    case "releaseHeld":
      for (const faultId of world.faultIds) world.playground.releaseHeld(faultId);
  }
}

function performOnMember(world: World, member: SimulatedMember, operation: MemberOperation): void {
  switch (operation.kind) {
    case "leave":
      member.close(operation.deadlineMs, operation.tellGroup, "it was time to go");
      return;
    case "crash":
      for (const each of world.alive) if (each.client === member.client) each.crash();
      return;
    case "cut":
      member.client.network.cut();
      return;
    case "isolate":
      endLater(world, member.client.network.stall(), operation.forMs);
      return;
    case "poll":
      member.poll(operation.max, operation.timeoutMs, abortAfter(world, operation.cancelAfterMs));
      return;
    case "pause":
    case "resume":
      member.setPaused(operation.scope, operation.kind === "pause");
      return;
    case "seek":
      member.seek(operation.key, operation.target);
      return;
    case "skipToEnd":
      member.skip(operation.key, operation.to ?? { kind: "end" }, {
        how: operation.how,
        commit: operation.commit,
        signal: abortAfter(world, operation.cancelAfterMs),
      });
      return;
    case "commit":
      member.commit(
        operation.deadlineMs,
        operation.what === "explicit" ? someOffsets(operation.salt, member) : undefined,
        abortAfter(world, operation.cancelAfterMs),
      );
      return;
    case "releaseCommits":
      member.releaseCommits();
      return;
    case "allow":
      member.allow();
      return;
    case "rejoin":
      if (member.options.groupId !== undefined) member.session.rejoin();
      return;
    case "retryBatch":
      world.sessionWatch.retried(member.id, operation.key);
      member.session.retryBatch(operation.key);
      return;
    case "skipBatch":
      member.skipBatch(operation.key);
  }
}

/** No value is produced twice: what was lost can be told from what came in its place. */
function valuesFor(
  world: World,
  key: TopicPartition,
  { count, valueBytes = 0 }: { readonly count: number; readonly valueBytes?: number },
): readonly string[] {
  return Array.from({ length: count }, () =>
    `${key.topic}-${key.partition} no. ${world.nextValue()}`.padEnd(valueBytes, "."),
  );
}

/** One node is up, always: a cluster without any is no cluster. */
function stopNode(world: World, index: number, forMs: number): void {
  const { playground } = world;
  const up = playground.nodes.filter(({ nodeId }) => playground.isNodeUp(nodeId));
  const node = playground.nodes[index];
  if (!node || up.length < 2) return;
  playground.stopNode(node.nodeId);
  endLater(
    world,
    toDisposable(() => void playground.startNode(node.nodeId)),
    forMs,
  );
}

/** With one node, or one that is up, nobody else could lead or coordinate. */
function ifPossible(change: () => void): void {
  try {
    change();
  } catch (failure) {
    if (!PlaygroundError.is(failure)) throw failure;
  }
}

/** Behind something that was delivered: a commit further on would be the user's own loss. */
function someOffsets(salt: number, member: SimulatedMember) {
  const random = seededRandom(salt);
  return member.session.partitions().flatMap(({ topic, partition, position }) => {
    if (position === undefined || random.next() < 0.5) return [];
    return [{ topic, partition, offset: BigInt(Math.floor(random.next() * (Number(position) + 1))) }];
  });
}

function abortAfter({ clock }: World, afterMs: number | undefined): AbortSignal | undefined {
  if (afterMs === undefined) return undefined;
  const controller = new AbortController();
  clock.schedule(afterMs, () => controller.abort());
  return controller.signal;
}

/** After some time, or when the run has had its troubles. */
function endLater({ clock, troubles }: World, trouble: Disposable, afterMs: number): void {
  const timer = clock.schedule(afterMs, () => trouble.dispose());
  troubles.add(
    toDisposable(() => {
      timer.dispose();
      trouble.dispose();
    }),
  );
}
