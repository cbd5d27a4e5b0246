import { err, ok, type Result } from "#base/result.ts";
import { type ConsumerGroup, type ConsumerMember, type Refusal, withMember } from "./consumerGroup.ts";
import { regexChange, requestRefresh, withoutUnusedRegexes } from "./regexes.ts";
import { sameNames } from "./sortedNames.ts";
import { metadataFingerprint } from "./subscriptions.ts";
import type { TopicsView } from "./topicsView.ts";

/**
 * The group with what the member says in place of what it said before; a different subscription, or topics that are
 * not what they were, make a new group epoch. An expression that is yet to be matched makes it when it is.
 */
export function updateSubscriptions(
  group: ConsumerGroup,
  what: {
    readonly before: ConsumerMember;
    readonly said: ConsumerMember;
    readonly topics: TopicsView;
    readonly now: number;
  },
): Result<{ readonly group: ConsumerGroup; readonly changed: boolean }, Refusal> {
  const { before, said, topics, now } = what;
  const isNew = !group.members.has(said.memberId);
  const namesChanged = !sameNames(before.topicNames, said.topicNames);
  const regex = regexChange(group, before.topicRegex, said.topicRegex);
  if (regex.refusal) return err(regex.refusal);

  const has = withoutUnusedRegexes(withMember(group, said));
  const mustMatch = regex.changed && said.topicRegex !== "" && !has.regexes.has(said.topicRegex);
  const asked = requestRefresh(has, topics, { now, isNew: mustMatch });
  const reason = isNew ? `${said.memberId} joined` : `${said.memberId} changed its subscription`;
  const bumped = namesChanged || regex.resolved ? bumpEpoch(asked, reason) : asked;
  const looked = lookAtTopics(bumped, topics, bumped !== asked);
  return ok({ group: looked, changed: namesChanged || regex.changed });
}

/** Compares the subscribed topics with what they were; a difference makes a new epoch, unless there is one already. */
function lookAtTopics(group: ConsumerGroup, topics: TopicsView, isBumped: boolean): ConsumerGroup {
  if (!isBumped && group.metadataVersion === topics.version) return group;
  const fingerprint = metadataFingerprint(group, topics);
  const looked = { ...group, metadataFingerprint: fingerprint, metadataVersion: topics.version };
  if (isBumped || fingerprint === group.metadataFingerprint) return looked;
  return bumpEpoch(looked, "topics it subscribes to changed");
}

/** Everything has to be divided anew. */
export function bumpEpoch(group: ConsumerGroup, reason: string): ConsumerGroup {
  return { ...group, groupEpoch: group.groupEpoch + 1, rebalanceReason: reason };
}
