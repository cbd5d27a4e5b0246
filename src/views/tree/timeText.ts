/** `10:42:07.1 UTC`: for whoever has no time zone to speak of. A host passes a function that knows the user's. */
export function utcTimeText(at: number): string {
  const dayMs = 86_400_000;
  const tenths = Math.floor((((at % dayMs) + dayMs) % dayMs) / 100);
  const two = (value: number) => String(value).padStart(2, "0");
  const seconds = Math.floor(tenths / 10);
  return `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${tenths % 10} UTC`;
}
