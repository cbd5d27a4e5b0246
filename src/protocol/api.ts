import type { Decoded, Input, Type } from "./schema/type.ts";

/** One Kafka API: both directions, every version that is known. */
export interface Api<Request extends Type = Type, Response extends Type = Type> {
  readonly key: number;
  readonly name: string;
  /** The lowest and the highest version, both included. */
  readonly versions: readonly [min: number, max: number];
  /** The first version with compact lengths and tagged fields (KIP-482); absent when no version has them. */
  readonly flexibleSince?: number;
  readonly request: Request;
  readonly response: Response;
}

/** A decoded request of an API. */
export type RequestOf<A extends Api> = Decoded<A["request"]>;

/** A decoded response of an API. */
export type ResponseOf<A extends Api> = Decoded<A["response"]>;

/** A request to encode; fields with a default may be left out. */
export type RequestInput<A extends Api> = Input<A["request"]>;

/** A response to encode; fields with a default may be left out. */
export type ResponseInput<A extends Api> = Input<A["response"]>;

/** Whether a version uses compact lengths, tagged fields and the newer headers. */
export function isFlexible(api: Api, version: number): boolean {
  return api.flexibleSince !== undefined && version >= api.flexibleSince;
}

/** Whether the schema of this version is known. */
export function isKnownVersion(api: Api, version: number): boolean {
  return version >= api.versions[0] && version <= api.versions[1];
}
