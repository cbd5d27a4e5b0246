import type { Api } from "#protocol/api.ts";
import { ConnectionError } from "./connectionError.ts";

/** Lowest and highest version, both included. */
export type VersionRange = readonly [min: number, max: number];

/** What a broker said it speaks, by API key. */
export type BrokerVersions = ReadonlyMap<number, VersionRange>;

/** The versions that all the ranges have in common, if any. */
export function commonVersions(...ranges: readonly VersionRange[]): VersionRange | undefined {
  const min = Math.max(...ranges.map(([from]) => from));
  const max = Math.min(...ranges.map(([, to]) => to));
  return min <= max ? [min, max] : undefined;
}

/** The newest version that both sides speak. Throws ConnectionError `UNSUPPORTED_VERSION`, which says who is too old. */
export function negotiate(
  api: Api,
  offered: BrokerVersions,
  limits: { readonly broker: string; readonly versions?: VersionRange | undefined },
): number {
  const { broker, versions: narrowed } = limits;
  const ours = narrowed === undefined ? api.versions : commonVersions(api.versions, narrowed);
  const theirs = offered.get(api.key);
  const common = ours && theirs && commonVersions(ours, theirs);
  if (common !== undefined) return common[1];
  const wanted = text(ours ?? narrowed ?? api.versions);
  const message =
    theirs === undefined
      ? `${broker} does not know ${api.name}: it needs a newer Kafka, or a listener that offers it`
      : `${broker} speaks ${api.name} ${text(theirs)}, and we need ${wanted}`;
  throw new ConnectionError("UNSUPPORTED_VERSION", message, { broker, unsent: true });
}

function text([min, max]: VersionRange): string {
  return min === max ? `v${min}` : `v${min} to v${max}`;
}
