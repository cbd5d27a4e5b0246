/**
 * Roughly how much memory a fact holds: exact would cost as much as writing it out, and the ring only has to stay
 * within an order of magnitude of its cap. Long lists are judged by their first entry.
 */
export function estimateBytes(value: unknown, depth = 0): number {
  switch (typeof value) {
    case "string":
      return 24 + value.length * 2;
    case "bigint":
      return 24;
    case "object":
      break;
    default:
      return 8;
  }
  if (value === null || depth > 6) return 8;
  if (Array.isArray(value)) {
    return 32 + (value.length === 0 ? 0 : value.length * (8 + estimateBytes(value[0], depth + 1)));
  }
  let total = 48;
  for (const key in value) total += 8 + estimateBytes((value as Record<string, unknown>)[key], depth + 1);
  return total;
}
