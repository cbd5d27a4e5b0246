import fc from "fast-check";
import type { Observation, ObservationBody, ObservationType } from "#trace/observation.ts";
import type { BodiesOf } from "./bodies/bodiesOf.ts";
import { brokerBodies } from "./bodies/brokerBodies.ts";
import { bufferBodies } from "./bodies/bufferBodies.ts";
import { clusterBodies } from "./bodies/clusterBodies.ts";
import { commitBodies } from "./bodies/commitBodies.ts";
import { fetchBodies } from "./bodies/fetchBodies.ts";
import { groupBodies } from "./bodies/groupBodies.ts";
import { positionBodies } from "./bodies/positionBodies.ts";
import { sessionBodies } from "./bodies/sessionBodies.ts";
import { id, number, small } from "./bodies/values.ts";

const bodies: BodiesOf<ObservationBody> = {
  ...sessionBodies,
  ...groupBodies,
  ...commitBodies,
  ...fetchBodies,
  ...bufferBodies,
  ...positionBodies,
  ...brokerBodies,
  ...clusterBodies,
  "recorder.merged": fc.record({ mergedSourceId: id, count: small, sinceAt: number }),
};

/** Every type of observation, with and without everything that may be missing. */
const anyBody: fc.Arbitrary<ObservationBody> = fc.oneof(
  ...(Object.entries(bodies) as [ObservationType, fc.Arbitrary<object>][]).map(([type, body]) =>
    body.map((fields) => ({ type, ...fields }) as ObservationBody),
  ),
);

/** An observation of two clusters, by any source, at any time. */
export const anyObservation: fc.Arbitrary<Observation> = fc
  .tuple(
    fc.record({
      seq: number,
      at: number,
      sourceId: id,
      clusterId: fc.constantFrom("c1", "c2"),
      vantage: fc.constantFrom("member", "broker", "sampled"),
    }),
    anyBody,
  )
  .map(([envelope, body]) => ({ ...envelope, ...body }));
