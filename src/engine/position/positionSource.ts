import type { Place, ResetPolicy } from "../consumerOptions.ts";
import type { RememberedPosition } from "./rememberedPositions.ts";

/** A place that does not depend on when it is looked up: asking again after a failure finds the same one. */
export type FixedPlace = Exclude<Place, { readonly kind: "duration" }>;

/** Why a position has to be found anew although there was one. */
export type ResetCause = "outOfRange" | "noCommittedOffset" | "truncation" | "topicRecreated";

/** Offsets from one, up to and without the other. */
export interface OffsetRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** A position that the log does not have, or that there never was: the policy decides. */
export interface ResetSource {
  readonly kind: "reset";
  readonly policy: ResetPolicy;
  readonly cause: ResetCause;
  readonly from: bigint | undefined;
  /** For a policy by duration: when it began, so that asking again finds the same place. */
  readonly sinceMs?: number | undefined;
  /** What is gone, when that is known already. */
  readonly lost?: OffsetRange | undefined;
  /** Why the policy is another one than the user's, in words. */
  readonly because?: string | undefined;
}

/** Where a position is to be found. */
export type PositionSource =
  | {
      readonly kind: "committed";
      /** Where this consumer stood when it gave the partition up, if nobody else can have read it since. */
      readonly remembered: RememberedPosition | undefined;
      /** Where to begin when nothing is committed; undefined: nowhere, the user has to say. */
      readonly else: Place | undefined;
      /** Why that is another place than the user's, in words. */
      readonly because?: string | undefined;
    }
  | FixedPlace
  | ResetSource
  /** The position is known: the leader is asked whether its log still has what was read before it (KIP-320). */
  | { readonly kind: "validation"; readonly epoch: number };
