import type { GroupDescribed, GroupType } from "#trace/observations/group.ts";

/** What a group's coordinator says of it now; times are added by whoever asked. */
export type GroupDescription = Omit<GroupDescribed, "type" | "requestedAt">;

/** Which group to ask for, and the broker that coordinates it. */
export interface GroupToDescribe {
  readonly groupId: string;
  readonly groupType: GroupType;
  readonly coordinatorId: number;
}
