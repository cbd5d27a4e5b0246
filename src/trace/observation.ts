import type { BrokerObservation } from "./observations/broker.ts";
import type { BufferObservation } from "./observations/buffer.ts";
import type { ClusterObservation } from "./observations/cluster.ts";
import type { CommitObservation } from "./observations/commit.ts";
import type { FetchObservation } from "./observations/fetch.ts";
import type { GroupObservation } from "./observations/group.ts";
import type { PositionObservation } from "./observations/position.ts";
import type { RecorderObservation } from "./observations/recorder.ts";
import type { SessionObservation } from "./observations/session.ts";

/**
 * From where a fact was seen: by a group member itself (our engine), by a broker (playground, later a tap), or by
 * asking a broker from outside at some moment.
 */
export type Vantage = "member" | "broker" | "sampled";

/** What every observation carries beside its fact. */
export interface Envelope {
  /** Position in the trace, from 0, without gaps within one recorder. */
  readonly seq: number;
  /** When it was seen: milliseconds since the Unix epoch, by the clock of its cluster. */
  readonly at: number;
  /** Who saw it: one id per engine session, playground or observer. */
  readonly sourceId: string;
  /** The profile's id of the cluster it concerns; `playground` for the playground. */
  readonly clusterId: string;
  readonly vantage: Vantage;
}

/**
 * One fact, as a value after the event and never as a delta: whoever folds with gaps may lack history, but never
 * shows a wrong present.
 */
export type ObservationBody =
  | SessionObservation
  | GroupObservation
  | CommitObservation
  | FetchObservation
  | BufferObservation
  | PositionObservation
  | BrokerObservation
  | ClusterObservation
  | RecorderObservation;

/** A fact with its envelope: the one vocabulary of engine, playground, observer, recordings and views. */
export type Observation = Envelope & ObservationBody;

export type ObservationType = ObservationBody["type"];

/** How a source reports what it saw; the recorder adds the envelope. */
export type Observe = (body: ObservationBody) => void;
