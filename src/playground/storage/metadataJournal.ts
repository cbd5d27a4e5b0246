import type { DataFiles } from "#base/dataFiles.ts";
import { isJsonObject, parseJson } from "#base/json.ts";
import { encodeFrame, readFrames } from "./frames.ts";
import { type JournalEntry, SavedCluster } from "./savedCluster.ts";

const file = "journal.log";
const entryKind = 1;
/** What the journal may grow by before it is written anew, beside being several times as long as it need be. */
const spareBytes = 1 << 20;
const spareFactor = 4;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Topics, committed offsets and the like, as a file of changes that is written anew when it has grown too long. */
export class MetadataJournal {
  readonly saved = new SavedCluster();
  readonly #files: DataFiles;
  #bytes = 0;
  #shortestBytes = 0;

  constructor(files: DataFiles) {
    this.#files = files;
  }

  /**
   * Reads what is there, up to where it can be trusted; says in words what is wrong with the rest, if anything is.
   * Nothing may be written before it is written anew.
   */
  load(): string | undefined {
    const bytes = this.#files.read(file);
    if (bytes === undefined) return undefined;
    const { frames, wholeBytes, end } = readFrames(bytes);
    let isDamaged = end === "damaged";
    for (const { kind, payload } of frames) {
      const entry = kind === entryKind ? readEntry(payload) : undefined;
      if (entry === undefined) {
        isDamaged = true;
        break;
      }
      this.saved.apply(entry);
    }
    if (isDamaged) this.#files.replace(`${file}.damaged`, [bytes]);
    const place = `${file}, byte ${wholeBytes}`;
    if (isDamaged) {
      return `${place}: this is not what was written; what came after is lost (kept as ${file}.damaged)`;
    }
    if (end === "whole") return undefined;
    return `${place}: the last entry was not finished; ${bytes.length - wholeBytes} bytes are cut off`;
  }

  write(entry: JournalEntry): void {
    this.saved.apply(entry);
    const frame = encode(entry);
    this.#files.append(file, frame);
    this.#bytes += frame.length;
    if (this.#bytes > spareBytes + spareFactor * this.#shortestBytes) this.writeAnew();
  }

  /** As short as it can be, with nothing behind that is not to be trusted. */
  writeAnew(): void {
    const parts = Array.from(this.saved.entries(), encode);
    this.#files.replace(file, parts);
    this.#shortestBytes = parts.reduce((total, part) => total + part.length, 0);
    this.#bytes = this.#shortestBytes;
  }
}

function encode(entry: JournalEntry): Uint8Array {
  return encodeFrame(entryKind, encoder.encode(JSON.stringify(entry)));
}

/** Its sum was right, so it is what some version of this wrote. */
function readEntry(payload: Uint8Array): JournalEntry | undefined {
  const json = parseJson(decoder.decode(payload));
  return isJsonObject(json) && typeof json["type"] === "string"
    ? (json as unknown as JournalEntry)
    : undefined;
}
