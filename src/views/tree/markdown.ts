import { countText } from "#model/words.ts";

/**
 * Text of others made harmless in Markdown: names of groups, topics and clients come off the wire, and must neither
 * format, nor link, nor draw an icon (`$(…)`), nor break the table they stand in.
 */
function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*_{}[\]()#+\-.!|<>~$&:@/]/g, (character) => `\\${character}`)
    .replace(/[\r\n\t]+/g, " ");
}

/** One line of a tooltip's table; undefined values are said to be unknown, as –. */
export type Field = readonly [label: string, value: string | number | bigint | undefined];

/** A tooltip: a heading, an optional remark, and every field. */
export function tooltip(heading: string, fields: readonly Field[], remarks: readonly string[] = []): string {
  const rows = fields.map(([label, value]) => `| ${escapeMarkdown(label)} | ${cell(value)} |`);
  return [
    `**${escapeMarkdown(heading)}**`,
    ...remarks.map(escapeMarkdown),
    ...(rows.length > 0 ? [["| | |", "|---|---|", ...rows].join("\n")] : []),
  ].join("\n\n");
}

function cell(value: string | number | bigint | undefined): string {
  if (value === undefined || value === "") return "–";
  // Offsets are written as in rows; plain numbers may be ids.
  return escapeMarkdown(typeof value === "bigint" ? countText(value) : String(value));
}
