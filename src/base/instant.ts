/** The farthest instant from the Unix epoch, in milliseconds and either way, that a Date can hold: about the year 275760. */
const lastInstantMs = 8_640_000_000_000_000;

/** Whether it is an instant of the calendar: formatting any other number as a time throws. */
export function isInstant(ms: number): boolean {
  return Math.abs(ms) <= lastInstantMs;
}
