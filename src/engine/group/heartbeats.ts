import type { Clock } from "#base/clock.ts";
import type { ErrorName } from "#protocol/errorCodes.ts";
import type { Generation } from "./membership.ts";

/** What keeping the coordinator informed needs. */
export interface HeartbeatPorts {
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly send: (generation: Generation) => Promise<ErrorName>;
  readonly onAnswer: (generation: Generation, error: ErrorName) => void;
  readonly isStable: (generation: Generation) => boolean;
  /** Ends with `work`, or as soon as the membership changes. */
  readonly unlessChanged: (work: Promise<void>) => Promise<void>;
  /** After every heartbeat of a generation that goes on. */
  readonly onBeat: () => void;
}

/** When the connection failed the session lasts a while without heartbeats, so the next one comes sooner. */
const soonMs = 500;

/** Heartbeats at the interval until the generation is no longer stable. Never rejects. */
export async function heartbeatWhileStable(generation: Generation, ports: HeartbeatPorts): Promise<void> {
  const { clock, intervalMs, unlessChanged } = ports;
  let pauseMs = intervalMs;
  const beat = async () => {
    pauseMs = (await sendOne(generation, ports)) ? intervalMs : Math.min(intervalMs, soonMs);
  };
  while (ports.isStable(generation)) {
    const pause = Promise.withResolvers<void>();
    const due = clock.schedule(pauseMs, pause.resolve);
    await unlessChanged(pause.promise);
    due.dispose();
    if (!ports.isStable(generation)) return;
    await unlessChanged(beat());
    if (ports.isStable(generation)) ports.onBeat();
  }
}

/** False when no answer came. */
async function sendOne(generation: Generation, ports: HeartbeatPorts): Promise<boolean> {
  try {
    ports.onAnswer(generation, await ports.send(generation));
    return true;
  } catch {
    return false;
  }
}
