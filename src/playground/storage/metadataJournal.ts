import { type DataFiles, DataFilesError } from "#base/dataFiles.ts";
import { isJsonObject, parseJson } from "#base/json.ts";
import { encodeFrame, readFrames } from "./frames.ts";
import { isKnownEntry, type JournalEntry, SavedCluster } from "./savedCluster.ts";

const file = "journal.log";
const entryKind = 1;
/** Raised by whatever makes that versions before cannot read what is written; journals of the first say none. */
const formatVersion = 1;
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

  /** Whether there is one at all: a directory without is new, or not ours, or has lost it. */
  get exists(): boolean {
    return (this.#files.read(file)?.length ?? 0) > 0;
  }

  /**
   * Reads what is there, up to where it can be trusted; says in words what is wrong with the rest, if anything is.
   * Nothing may be written before it is written anew. DataFilesError, with nothing changed, when it is something else, or
   * what a later version wrote.
   */
  load(): string | undefined {
    const bytes = this.#files.read(file);
    if (bytes === undefined || bytes.length === 0) return undefined;
    const { frames, wholeBytes, end } = readFrames(bytes);
    if (frames.length === 0)
      throw new DataFilesError(
        this.#text("holds a journal.log that Groupscope did not write, or that is lost"),
      );
    let isDamaged = end === "damaged";
    const entries: JournalEntry[] = [];
    for (const { kind, payload } of frames) {
      const entry = kind === entryKind ? readEntry(payload) : undefined;
      if (entry === undefined) {
        isDamaged = true;
        break;
      }
      entries.push(entry);
    }
    if (!entries.every(isReadable))
      throw new DataFilesError(this.#text("was written by a newer version of Groupscope"));
    for (const entry of entries) this.saved.apply(entry);
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
    const parts = [
      encode({ type: "format", version: formatVersion }),
      ...Array.from(this.saved.entries(), encode),
    ];
    this.#files.replace(file, parts);
    this.#shortestBytes = parts.reduce((total, part) => total + part.length, 0);
    this.#bytes = this.#shortestBytes;
  }

  #text(what: string): string {
    return `${this.#files.directory} ${what}. It is left as it is: choose another directory, or move what is in it away.`;
  }
}

function isReadable(entry: JournalEntry): boolean {
  return isKnownEntry(entry) && (entry.type !== "format" || entry.version <= formatVersion);
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
