import type { Envelope, ObservationBody } from "#trace/observation.ts";

/** A fact as it was observed, with who saw it and when. */
export type Seen<T extends ObservationBody> = Envelope & T;

/**
 * The time a fact speaks for. A sample speaks for the moment it was asked for: whatever became known later than that
 * must not be overwritten by it.
 */
export function speaksFor(fact: Envelope & { readonly requestedAt?: number | undefined }): number {
  return fact.requestedAt ?? fact.at;
}

/** Keeps the newest `limit` entries; answers how many it let go, so that the loss can be shown. */
export function keepNewest(entries: unknown[], limit: number): number {
  const surplus = entries.length - limit;
  if (surplus <= 0) return 0;
  entries.splice(0, surplus);
  return surplus;
}
