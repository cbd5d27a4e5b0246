import type { RenderAs, Rendered } from "#webview/records/contract.ts";
import { indentJson, oneLine } from "./jsonText.ts";

/** How much of a key or value is shown, and how. */
export interface RenderOptions {
  readonly as: RenderAs;
  /** A key that is null is no key; a value that is null is a tombstone. */
  readonly of: "key" | "value";
  /** `line`: for a row; `block`: for the detail, JSON indented. */
  readonly layout: "line" | "block";
  /** More than this is cut. */
  readonly maxBytes: number;
}

/**
 * A key or value as text. What was asked for is kept where it is possible: bytes that are no UTF-8 are shown as hex
 * whatever was asked, as question marks would hide them.
 */
export function render(bytes: Uint8Array | null, options: RenderOptions): Rendered {
  if (bytes === null) return { kind: options.of === "value" ? "tombstone" : "null" };
  if (bytes.length === 0) return { kind: "empty" };
  const cut = bytes.length > options.maxBytes;
  const shown = cut ? bytes.subarray(0, options.maxBytes) : bytes;
  if (options.as === "hex") return hex(bytes, options);
  const text = utf8(shown, cut);
  if (text === undefined || (options.as === "auto" && hasControls(text))) return hex(bytes, options);
  const json = options.as !== "text" && isJson(text, cut);
  const laidOut = layOut(text, json, options.layout);
  return { kind: json ? "json" : "text", text: laidOut, sizeInBytes: bytes.length, cut };
}

/** The whole of it as text for an editor, with the language it is in. */
export function wholeText(
  bytes: Uint8Array | null,
  as: RenderAs,
): { readonly text: string; readonly languageId: "json" | "plaintext" } {
  const rendered = render(bytes, { as, of: "value", layout: "block", maxBytes: Number.MAX_SAFE_INTEGER });
  if (!("text" in rendered)) return { text: "", languageId: "plaintext" };
  return { text: rendered.text, languageId: rendered.kind === "json" ? "json" : "plaintext" };
}

function layOut(text: string, json: boolean, layout: RenderOptions["layout"]): string {
  if (layout === "line") return oneLine(text);
  return json ? indentJson(text) : text;
}

/** Undefined when it is no UTF-8; a character that the cut went through is left out. */
function utf8(bytes: Uint8Array, cut: boolean): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: cut });
  } catch {
    return undefined;
  }
}

function hasControls(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if ((code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) || code === 0x7f) return true;
  }
  return false;
}

/** An object or an array: a lone number or word is text to everyone. Of a cut one only the beginning can be judged. */
function isJson(text: string, cut: boolean): boolean {
  const start = text.trimStart()[0];
  if (start !== "{" && start !== "[") return false;
  if (cut) return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const bytesPerLine = 16;
/** Hex is three characters a byte and is read by nobody for long. */
const maxHexBytes = 16_384;

function hex(bytes: Uint8Array, { layout, maxBytes }: RenderOptions): Rendered {
  const shown = bytes.subarray(0, Math.min(maxBytes, maxHexBytes));
  const cut = shown.length < bytes.length;
  const pairs = Array.from(shown, (byte) => byte.toString(16).padStart(2, "0"));
  if (layout === "line") return { kind: "hex", text: pairs.join(" "), sizeInBytes: bytes.length, cut };
  const lines: string[] = [];
  for (let at = 0; at < pairs.length; at += bytesPerLine) {
    const part = shown.subarray(at, at + bytesPerLine);
    const ascii = Array.from(part, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·"));
    const columns = pairs
      .slice(at, at + bytesPerLine)
      .join(" ")
      .padEnd(bytesPerLine * 3 - 1);
    lines.push(`${at.toString(16).padStart(8, "0")}  ${columns}  ${ascii.join("")}`);
  }
  return { kind: "hex", text: lines.join("\n"), sizeInBytes: bytes.length, cut };
}
