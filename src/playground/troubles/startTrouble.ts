import type { ClusterControl } from "../cluster/clusterControl.ts";
import type { FaultTable } from "../faults/faultTable.ts";
import type { GroupCoordinator } from "../group/groupCoordinator.ts";
import { PlaygroundError } from "../playgroundError.ts";
import { refuseConsumerGroup } from "./classicOnly.ts";
import type { StartedTrouble, TroubleNeed, TroubleTarget } from "./trouble.ts";
import { type FullTarget, type TroubleDefinition, troubleTable } from "./troubleTable.ts";

/** Starts a ready-made trouble; throws PlaygroundError with what is missing or cannot be. */
export async function startTrouble(
  world: {
    readonly faults: FaultTable;
    readonly control: ClusterControl;
    readonly groups: Pick<GroupCoordinator, "group">;
  },
  id: string,
  target: TroubleTarget,
): Promise<StartedTrouble> {
  const trouble = troubleOf(id);
  const missing = lacking(trouble, target);
  if (missing.length > 0) {
    throw new PlaygroundError("NOT_POSSIBLE", `"${trouble.title}" needs a ${missing.join(" and a ")}.`);
  }
  const full = fullTarget(target);
  if (trouble.classicApi) refuseConsumerGroup(world.groups, full.groupId, trouble.classicApi);
  await trouble.act?.(full, world.control);
  const rule = trouble.rule?.(full);
  return { faultId: rule && world.faults.ensure(rule) };
}

/** What a trouble must still be told; throws PlaygroundError when there is none of this id. */
export function troubleLacks(id: string, target: TroubleTarget): readonly TroubleNeed[] {
  return lacking(troubleOf(id), target);
}

function troubleOf(id: string): TroubleDefinition {
  const trouble = troubleTable.find((each) => each.id === id);
  if (trouble) return trouble;
  const known = troubleTable.map((each) => each.id).join(", ");
  throw new PlaygroundError("NOT_POSSIBLE", `There is no trouble "${id}"; there are ${known}.`);
}

function lacking({ needs }: TroubleDefinition, target: TroubleTarget): readonly TroubleNeed[] {
  return needs.filter((need) => !isSaid(need, target));
}

function isSaid(need: TroubleNeed, target: TroubleTarget): boolean {
  switch (need) {
    case "group":
      return target.groupId !== undefined;
    case "member":
      return target.memberId !== undefined;
    case "topic":
      return target.topic !== undefined;
    case "partition":
      return target.topic !== undefined && target.partition !== undefined;
    case "node":
      return target.nodeId !== undefined;
    case "transactional id":
      return target.transactionalId !== undefined;
  }
}

function fullTarget(target: TroubleTarget): FullTarget {
  const { groupId = "", memberId = "", topic = "", partition = 0, nodeId = 0, transactionalId = "" } = target;
  if (target.offset !== undefined && !/^\d{1,18}$/.test(target.offset)) {
    throw new PlaygroundError("NOT_POSSIBLE", `"${target.offset}" is no offset.`);
  }
  return {
    groupId,
    memberId,
    topic,
    partition: { topic, partition },
    nodeId,
    transactionalId,
    given: {
      nodeId: target.nodeId,
      clientId: target.clientId,
      ms: target.ms,
      offset: target.offset === undefined ? undefined : BigInt(target.offset),
      topic: target.topic,
      partition: target.partition,
    },
  };
}
