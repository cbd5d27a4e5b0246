import type { Clock } from "#base/clock.ts";
import type { ErrorName } from "#protocol/errorCodes.ts";
import type { Generation } from "./membership.ts";

/** What keeping the coordinator informed needs. */
export interface HeartbeatPorts {
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly sessionTimeoutMs: number;
  /** Rejects when no answer came in time. */
  readonly send: (generation: Generation, withinMs: number) => Promise<ErrorName>;
  readonly onAnswer: (generation: Generation, error: ErrorName) => void;
  readonly isStable: (generation: Generation) => boolean;
  /** Ends with `work`, or as soon as the membership changes. */
  readonly unlessChanged: (work: Promise<void>) => Promise<void>;
  /** After every heartbeat of a generation that goes on. */
  readonly onBeat: () => void;
}

/** When the connection failed the session lasts a while without heartbeats, so the next one comes sooner. */
const soonMs = 500;

/** The share of a session after which it is to be known that a connection died in silence: another one has to get through. */
const knownWithin = 2 / 3;
const leastShare = 1 / 3;
/** How many times as long as the last one a heartbeat may take. */
const slowerBy = 2;

/**
 * How long to wait for a heartbeat. The session began with the heartbeat before, an interval earlier: Java, with 30 of
 * 45 seconds for any request, would give a connection up too late for a session that is not much longer than its
 * request timeout. A broker that is slow rather than gone has more time for the next one, and for those after it as long
 * as it is slow: a connection that is given up takes the commits on it along.
 */
export function heartbeatPatienceMs({
  sessionTimeoutMs,
  intervalMs,
  unanswered,
  lastTookMs,
}: HeartbeatWait): number {
  const within = sessionTimeoutMs * knownWithin;
  if (unanswered > 0) return within;
  const usual = Math.max(sessionTimeoutMs * leastShare, within - intervalMs);
  return Math.max(usual, Math.min(within, lastTookMs * slowerBy));
}

/** What decides how long a heartbeat may take. */
export interface HeartbeatWait extends Pick<HeartbeatPorts, "sessionTimeoutMs" | "intervalMs"> {
  /** How many in a row had no answer before this one. */
  readonly unanswered: number;
  /** From sending the last one that was answered to its answer; 0 before the first. */
  readonly lastTookMs: number;
}

/** Heartbeats at the interval until the generation is no longer stable. Never rejects. */
export async function heartbeatWhileStable(generation: Generation, ports: HeartbeatPorts): Promise<void> {
  const { clock, intervalMs, unlessChanged } = ports;
  let unanswered = 0;
  let lastTookMs = 0;
  const beat = async () => {
    const sentAt = clock.now();
    const withinMs = heartbeatPatienceMs({ ...ports, unanswered, lastTookMs });
    const isAnswered = await sendOne(generation, ports, withinMs);
    unanswered = isAnswered ? 0 : unanswered + 1;
    if (isAnswered) lastTookMs = clock.now() - sentAt;
  };
  while (ports.isStable(generation)) {
    const pause = Promise.withResolvers<void>();
    const pauseMs = unanswered === 0 ? intervalMs : Math.min(intervalMs, soonMs);
    const due = clock.schedule(pauseMs, pause.resolve);
    await unlessChanged(pause.promise);
    due.dispose();
    if (!ports.isStable(generation)) return;
    await unlessChanged(beat());
    if (ports.isStable(generation)) ports.onBeat();
  }
}

/** False when no answer came. */
async function sendOne(generation: Generation, ports: HeartbeatPorts, withinMs: number): Promise<boolean> {
  try {
    ports.onAnswer(generation, await ports.send(generation, withinMs));
    return true;
  } catch {
    return false;
  }
}
