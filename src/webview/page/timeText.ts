const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "2-digit" });

/** `10:42:07.1` in the user's time zone; `fractionDigits` from 0 to 3. */
export function timeText(atMs: number, fractionDigits = 1): string {
  const wholeSeconds = clock.format(atMs);
  if (fractionDigits === 0) return wholeSeconds;
  const milliseconds = String(Math.floor(((atMs % 1000) + 1000) % 1000)).padStart(3, "0");
  return `${wholeSeconds}.${milliseconds.slice(0, fractionDigits)}`;
}

/** With the day, for tooltips and details. */
export function dateTimeText(atMs: number): string {
  return `${day.format(atMs)} ${timeText(atMs, 3)}`;
}

/** `850 ms`, `12.3 s`, `4 min 05 s`. */
export function durationText(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 60_000) return `${(durationMs / 1000).toFixed(1)} s`;
  const minutes = Math.floor(durationMs / 60_000);
  const seconds = Math.floor((durationMs % 60_000) / 1000);
  return `${minutes} min ${String(seconds).padStart(2, "0")} s`;
}
