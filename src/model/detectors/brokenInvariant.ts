import { topicPartitionText } from "#base/topicPartition.ts";
import type { BrokerInvariant } from "#trace/observations/broker.ts";
import type { DeepReadonly } from "../deepReadonly.ts";
import { type Evidence, type Finding, findingId, type Severity } from "../finding.ts";
import type { ClusterModel } from "../model.ts";
import type { Seen } from "../seen.ts";

type Broken = DeepReadonly<Seen<BrokerInvariant>>;

interface Words {
  readonly severity: Severity;
  readonly title: string;
  readonly detail: string;
  readonly cause: string;
}

/** What must hold in every group, and the playground sees that it does not. */
export function findBrokenInvariants(cluster: ClusterModel): readonly Finding[] {
  const { clusterId, playground } = cluster;
  return playground.brokenInvariants.map((broken) => {
    const { rule, groupId, topic, partition, memberIds } = broken;
    const members = memberIds.map((memberId) => ({ kind: "member", groupId, memberId }) as const);
    return {
      id: findingId("brokenInvariant", clusterId, rule, groupId, topic, partition),
      clusterId,
      kind: "brokenInvariant",
      ...wordsFor(broken),
      evidence: evidenceOf(broken),
      since: broken.at,
      subjects: [{ kind: "groupPartition", groupId, topic, partition }, ...members],
      remedies: [
        {
          title: "Show rebalances",
          hint: "Who had what, and when.",
          changes: false,
          action: { kind: "showRebalances", clusterId, groupId },
        },
      ],
    } satisfies Finding;
  });
}

function wordsFor(broken: Broken): Words {
  const name = topicPartitionText(broken);
  const { generationId, memberIds, from, to } = broken;
  const members = memberIds.join(", ");
  switch (broken.rule) {
    case "oneOwner":
      return {
        severity: "error",
        title: `${name} has ${memberIds.length} owners`,
        detail: `in generation ${generationId}: ${members}`,
        cause: `${members} were all given ${name} in generation ${generationId}: each of its records is consumed more than once, and their commits overwrite each other. In a classic group the leader's assignor divided it so, which is a defect of that client.`,
      };
    case "currentGeneration":
      return {
        severity: "error",
        title: `Commit for ${name} from a generation that is over`,
        detail: `${members}, generation ${generationId}`,
        cause: `${members} committed ${to} for ${name} with generation ${generationId}, which is not the group's, and the broker took it. Whoever has the partition now goes on from there after a restart.`,
      };
    case "forwardCommit":
      return {
        severity: "info",
        title: `${name} was committed backwards`,
        detail: `from ${from} to ${to} by ${members}`,
        cause: `${members} committed ${to} for ${name}, where ${from} was committed before. If it did not go back on purpose, it commits late or out of order, and a restart now consumes the records in between again.`,
      };
  }
}

function evidenceOf({ at, generationId, memberIds, from, to }: Broken): readonly Evidence[] {
  const committed =
    to === undefined
      ? []
      : [
          { label: "committed before", value: from === undefined ? "nothing" : String(from) },
          { label: "committed now", value: String(to) },
        ];
  return [
    { label: "seen", value: "by the broker", at },
    { label: "generation", value: String(generationId) },
    { label: "members", value: memberIds.join(", ") },
    ...committed,
  ];
}
