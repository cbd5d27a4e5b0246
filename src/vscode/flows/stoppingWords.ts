import type { StoppingLoss } from "#host/channel/playgroundRequests.ts";

/** What stopping the playground ends for good; undefined when that is nothing. */
export function stoppingText({ debugConsumers, groups, records }: StoppingLoss): string | undefined {
  const lost = [
    records > 0 ? counted(records, "record") : undefined,
    groups > 0 ? `${counted(groups, "group")} with ${groups === 1 ? "its" : "their"} offsets` : undefined,
  ].filter((each) => each !== undefined);
  const parts = [
    lost.length > 0
      ? `${lost.join(" and ")} will be gone: the playground keeps nothing unless it has a data directory (in the settings).`
      : undefined,
    debugConsumers > 0
      ? `${counted(debugConsumers, "debug consumer")} on it ${debugConsumers === 1 ? "leaves and stops" : "leave and stop"}.`
      : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(" ");
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${count === 1 ? what : `${what}s`}`;
}
