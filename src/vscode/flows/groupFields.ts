import type { AdvancedOptions, SessionChoice } from "#host/channel/sessionRequests.ts";
import {
  asMember,
  choiceField,
  durationField,
  type FieldsByOption,
  textField,
  typedField,
  yesNo,
} from "./consumerField.ts";
import { checkDuration, durationInput, parseDuration } from "./validation.ts";

const asClassicMember = (choice: SessionChoice, options: AdvancedOptions) =>
  asMember(choice) && options.groupProtocol === "classic";

/** By which Java's users know the callbacks. */
const listenerMethods = {
  assigned: "onPartitionsAssigned",
  revoked: "onPartitionsRevoked",
  lost: "onPartitionsLost",
} as const;

/** How a debug consumer is a member of its group. */
export const groupFields = {
  groupProtocol: [
    choiceField(
      "groupProtocol",
      {
        section: "Group",
        label: "Group protocol",
        detail: "group.protocol: who divides the partitions, a member or the broker (KIP-848)",
        applies: asMember,
      },
      [
        { choice: "classic", label: "classic", description: "JoinGroup and SyncGroup; the leader divides" },
        {
          choice: "consumer",
          label: "consumer",
          description: "KIP-848; falls back to classic where the broker lacks it",
        },
      ],
    ),
  ],
  serverAssignor: [
    textField(
      "serverAssignor",
      {
        section: "Group",
        label: "Server-side assignor",
        detail: "group.remote.assignor: uniform or range; empty leaves the choice to the broker",
        applies: (choice, options) => asMember(choice) && options.groupProtocol === "consumer",
      },
      "the broker's choice",
    ),
  ],
  topicPattern: [
    textField(
      "topicPattern",
      {
        section: "Group",
        label: "Topic pattern",
        detail: "subscribe(pattern): topics whose whole name matches (RE2), also later ones",
        applies: asMember,
      },
      "none",
    ),
  ],
  rack: [
    textField(
      "rack",
      { section: "Group", label: "Rack", detail: "client.rack: read from a replica nearby (KIP-392)" },
      "none",
    ),
  ],
  blockRebalanceOnPoll: [
    yesNo("blockRebalanceOnPoll", {
      section: "Group",
      label: "Block rebalances on poll",
      detail: "BlockRebalanceOnPoll of franz-go: no rebalance between a poll and Allow Rebalance",
      applies: asMember,
    }),
  ],
  maxPollIntervalMs: [
    typedField(
      {
        section: "Group",
        label: "Longest time between polls",
        detail: "max.poll.interval.ms: who polls later leaves the group; empty: no limit",
        applies: asMember,
      },
      {
        show: ({ maxPollIntervalMs }) =>
          maxPollIntervalMs === undefined ? "" : durationInput(maxPollIntervalMs),
        check: checkDuration,
        set: (text) => ({ maxPollIntervalMs: text === "" ? undefined : parseDuration(text) }),
        none: "no limit",
      },
    ),
  ],
  callbackDelays: [
    ...(["assigned", "revoked", "lost"] as const).map((callback) =>
      durationField(
        {
          section: "Group",
          label: `On-${callback} callback takes`,
          detail: `${listenerMethods[callback]}: as a ConsumerRebalanceListener would; 0 s: at once`,
          applies: asMember,
        },
        ({ callbackDelays }) => callbackDelays[`${callback}Ms`],
        (ms, { callbackDelays }) => ({ callbackDelays: { ...callbackDelays, [`${callback}Ms`]: ms } }),
      ),
    ),
  ],
  sessionTimeoutMs: [
    durationField(
      {
        section: "Group",
        label: "Session timeout",
        detail: "session.timeout.ms: unheard of for so long, a member is evicted",
        applies: asClassicMember,
      },
      ({ sessionTimeoutMs }) => sessionTimeoutMs,
      (sessionTimeoutMs) => ({ sessionTimeoutMs }),
    ),
  ],
  rebalanceTimeoutMs: [
    durationField(
      {
        section: "Group",
        label: "Rebalance timeout",
        detail: "rebalance.timeout.ms (Java: max.poll.interval.ms): how long the group waits",
        applies: asMember,
      },
      ({ rebalanceTimeoutMs }) => rebalanceTimeoutMs,
      (rebalanceTimeoutMs) => ({ rebalanceTimeoutMs }),
    ),
  ],
  heartbeatIntervalMs: [
    durationField(
      {
        section: "Group",
        label: "Heartbeat interval",
        detail: "heartbeat.interval.ms: at most a third of the session timeout is usual",
        applies: asClassicMember,
      },
      ({ heartbeatIntervalMs }) => heartbeatIntervalMs,
      (heartbeatIntervalMs) => ({ heartbeatIntervalMs }),
    ),
  ],
} satisfies Partial<FieldsByOption>;
