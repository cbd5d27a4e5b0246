import type { GroupSettings } from "../classicGroup.ts";
import type { SubscriptionReader } from "../subscriptionReader.ts";
import type { ConsumerGroup, Outcome } from "./consumerGroup.ts";
import type { TopicsView } from "./topicsView.ts";

/** The circumstances of a transition. */
export interface At {
  readonly now: number;
  readonly topics: TopicsView;
  /** What the group has to keep to when it becomes a classic one. */
  readonly classicSettings: GroupSettings;
  readonly reader: SubscriptionReader;
}

/** The group as it is given, with nothing to do because of it. */
export function unchanged(group: ConsumerGroup): Omit<Outcome<unknown>, "answer"> {
  return { group, effects: [], quiet: false };
}
