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

  /** Reads what is there, up to where it can be trusted; says in words what is wrong with the rest. */
  load(): { readonly problem: string | undefined; readonly isDamaged: boolean } {
    const bytes = this.#files.read(file);
    if (bytes === undefined) return { problem: undefined, isDamaged: false };
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
    if (isDamaged) this.#files.rename(file, `${file}.damaged`);
    this.#writeAnew();
    if (isDamaged) {
      const problem = `${file}, byte ${wholeBytes}: this is not what was written; what came after is lost (kept as ${file}.damaged)`;
      return { problem, isDamaged };
    }
    if (end === "whole") return { problem: undefined, isDamaged };
    const lost = bytes.length - wholeBytes;
    return {
      problem: `${file}, byte ${wholeBytes}: the last entry was not finished; ${lost} bytes are cut off`,
      isDamaged,
    };
  }

  write(entry: JournalEntry): void {
    this.saved.apply(entry);
    const frame = encode(entry);
    this.#files.append(file, frame);
    this.#bytes += frame.length;
    if (this.#bytes > spareBytes + spareFactor * this.#shortestBytes) this.#writeAnew();
  }

  #writeAnew(): void {
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
