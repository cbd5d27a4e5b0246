import type fc from "fast-check";
import type { ObservationBody } from "#trace/observation.ts";

/** What may stand in each type of a family of observations. */
export type BodiesOf<Family extends ObservationBody> = {
  readonly [Body in Family as Body["type"]]: fc.Arbitrary<Omit<Body, "type">>;
};
