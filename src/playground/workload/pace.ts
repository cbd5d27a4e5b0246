/** How fast a workload produces: all at once, or at a rate that may follow a schedule. */
export type Pace =
  | { readonly kind: "burst"; readonly count: number }
  | { readonly kind: "steady"; readonly recordsPerSecond: number }
  /** A burst again and again. */
  | { readonly kind: "bursts"; readonly count: number; readonly everyMs: number }
  /** From one rate to the other, which then stays. */
  | {
      readonly kind: "ramp";
      readonly fromPerSecond: number;
      readonly toPerSecond: number;
      readonly overMs: number;
    }
  /** Up and down as a day has it, beginning at its lowest. */
  | {
      readonly kind: "wave";
      readonly lowPerSecond: number;
      readonly highPerSecond: number;
      readonly periodMs: number;
    }
  | {
      readonly kind: "onOff";
      readonly recordsPerSecond: number;
      readonly onMs: number;
      readonly offMs: number;
    };

/** All but a single burst: what has a rate. */
export type Schedule = Exclude<Pace, { readonly kind: "burst" }>;

/** How many records are to be produced by so long after the start; a fraction is a record that is not due yet. */
export function dueBy(schedule: Schedule, elapsedMs: number): number {
  const seconds = elapsedMs / 1_000;
  switch (schedule.kind) {
    case "steady":
      return schedule.recordsPerSecond * seconds;
    case "bursts":
      return schedule.count * (Math.floor(elapsedMs / schedule.everyMs) + 1);
    case "ramp": {
      const { fromPerSecond, toPerSecond, overMs } = schedule;
      const rising = Math.min(elapsedMs, overMs) / 1_000;
      const gained = ((toPerSecond - fromPerSecond) * rising ** 2) / (2 * (overMs / 1_000));
      return fromPerSecond * rising + gained + toPerSecond * Math.max(0, seconds - overMs / 1_000);
    }
    case "wave": {
      const { lowPerSecond, highPerSecond, periodMs } = schedule;
      const half = (highPerSecond - lowPerSecond) / 2;
      const turn = (2 * Math.PI * 1_000) / periodMs;
      return (lowPerSecond + half) * seconds - (half * Math.sin(turn * seconds)) / turn;
    }
    case "onOff": {
      const { recordsPerSecond, onMs, offMs } = schedule;
      const periods = Math.floor(elapsedMs / (onMs + offMs));
      const on = periods * onMs + Math.min(onMs, elapsedMs - periods * (onMs + offMs));
      return (recordsPerSecond * on) / 1_000;
    }
  }
}

/** The rate at this moment, a second. */
export function rateAt(schedule: Schedule, elapsedMs: number): number {
  switch (schedule.kind) {
    case "steady":
      return schedule.recordsPerSecond;
    case "bursts":
      return (schedule.count * 1_000) / schedule.everyMs;
    case "ramp": {
      const { fromPerSecond, toPerSecond, overMs } = schedule;
      return fromPerSecond + (toPerSecond - fromPerSecond) * Math.min(1, elapsedMs / overMs);
    }
    case "wave": {
      const { lowPerSecond, highPerSecond, periodMs } = schedule;
      const height = (1 - Math.cos((2 * Math.PI * elapsedMs) / periodMs)) / 2;
      return lowPerSecond + (highPerSecond - lowPerSecond) * height;
    }
    case "onOff":
      return elapsedMs % (schedule.onMs + schedule.offMs) < schedule.onMs ? schedule.recordsPerSecond : 0;
  }
}

/** The most it ever produces at once or in a second. */
export function peakOf(pace: Pace): number {
  switch (pace.kind) {
    case "burst":
    case "bursts":
      return pace.count;
    case "steady":
    case "onOff":
      return pace.recordsPerSecond;
    case "ramp":
      return Math.max(pace.fromPerSecond, pace.toPerSecond);
    case "wave":
      return Math.max(pace.lowPerSecond, pace.highPerSecond);
  }
}

/** In words: `from 10 to 500 a second within 60 s, then steadily`. */
export function paceText(pace: Pace): string {
  switch (pace.kind) {
    case "burst":
      return `a burst of ${pace.count}`;
    case "bursts":
      return `bursts of ${pace.count} every ${secondsText(pace.everyMs)}`;
    case "steady":
      return `${pace.recordsPerSecond} a second`;
    case "ramp":
      return `from ${pace.fromPerSecond} to ${pace.toPerSecond} a second within ${secondsText(pace.overMs)}, then steadily`;
    case "wave":
      return `between ${pace.lowPerSecond} and ${pace.highPerSecond} a second, up and down in ${secondsText(pace.periodMs)}`;
    case "onOff":
      return `${pace.recordsPerSecond} a second for ${secondsText(pace.onMs)}, then nothing for ${secondsText(pace.offMs)}`;
  }
}

function secondsText(ms: number): string {
  return `${ms / 1_000} s`;
}
