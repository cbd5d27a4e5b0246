import type { TopicPartition } from "#base/topicPartition.ts";
import { compareTopicPartitions, topicPartitionText } from "#base/topicPartition.ts";

/** `12.3 s`, `2 min 5 s`, `3 h 4 min`, `2 d 1 h`: as long as a person needs it. */
export function durationText(ms: number): string {
  const clean = Math.max(0, ms);
  if (clean < 1_000) return `${Math.round(clean)} ms`;
  if (clean < 59_950) return `${(clean / 1_000).toFixed(1)} s`;
  const seconds = Math.round(clean / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `1,204`: grouped by thousands, the same for everyone. */
export function countText(count: number | bigint): string {
  const text = count.toString();
  const sign = text.startsWith("-") ? "-" : "";
  return sign + text.slice(sign.length).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `1 record`, `2 records`. */
export function countedText(count: number | bigint, one: string, many: string = `${one}s`): string {
  return `${countText(count)} ${count === 1 || count === 1n ? one : many}`;
}

/** `61 KB`, with one digit after the point below ten. */
export function bytesText(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let amount = bytes;
  let unit = 0;
  while (amount >= 999.5 && unit < units.length - 1) {
    amount /= 1_000;
    unit += 1;
  }
  const text = unit === 0 || amount >= 9.95 ? Math.round(amount).toString() : amount.toFixed(1);
  return `${text} ${units[unit]}`;
}

/** `orders-3, orders-4`, or `orders-0 … orders-7 (8 partitions)` when there are many. */
export function partitionsText(partitions: readonly TopicPartition[], limit = 4): string {
  const sorted = [...partitions].sort(compareTopicPartitions);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (!first || !last) return "no partitions";
  if (sorted.length <= limit) return sorted.map(topicPartitionText).join(", ");
  return `${topicPartitionText(first)} … ${topicPartitionText(last)} (${countText(sorted.length)} partitions)`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listText(words: readonly string[]): string {
  if (words.length <= 1) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** A long id shortened in the middle: what tells ids apart stands at either end. */
export function shortId(id: string, length = 20): string {
  if (id.length <= length) return id;
  const head = Math.ceil((length - 1) / 2);
  return `${id.slice(0, head)}…${id.slice(id.length - (length - 1 - head))}`;
}

/** A CRC as people compare it: eight hex digits. */
export function crcText(crc: number): string {
  return (crc >>> 0).toString(16).padStart(8, "0");
}

/** A clause, as the engine says why, as a sentence of its own. */
export function sentence(clause: string): string {
  const capital = clause.charAt(0).toUpperCase() + clause.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
