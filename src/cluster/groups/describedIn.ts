import type { Api } from "#protocol/api.ts";
import { BrokerError, throwIfError } from "#protocol/brokerError.ts";

/** A group's entry in an answer about groups. Throws BrokerError with the coordinator's refusal, or when it is missing. */
export function describedIn<G extends { readonly groupId: string; readonly errorCode: number }>(
  api: Api,
  groups: readonly G[],
  groupId: string,
): G {
  const described = groups.find((group) => group.groupId === groupId);
  if (!described) throw new BrokerError("GROUP_ID_NOT_FOUND", api.name);
  throwIfError(api, described.errorCode);
  return described;
}
