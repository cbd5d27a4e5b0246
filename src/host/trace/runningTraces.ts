import type { Clock } from "#base/clock.ts";
import { type Random, randomInt } from "#base/random.ts";
import type { KeptTrace } from "../channel/traceRequests.ts";
import type { HostFiles, StoredFile } from "../hostDeps.ts";

/** Of earlier workers; a worker that dies again and again leaves many small ones. */
const maxKeptFiles = 15;
const namePattern = /^running-[\w-]+\.groupscope\.jsonl$/;

/**
 * The files of running traces in a directory. Each worker names its own so that no other one, before it or in another
 * window, has files of the same name; the oldest go when there is no room.
 */
export class RunningTraces {
  readonly #files: HostFiles;
  readonly #run: string;
  #begun = 0;

  constructor(files: HostFiles, { clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#files = files;
    const startedAt = new Date(clock.now()).toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
    this.#run = `${startedAt}-${randomInt(random, 0x1_0000).toString(16).padStart(4, "0")}`;
  }

  /** Makes the next file with this text, after letting go of the oldest until others fill at most half of `maxBytes`. */
  async begin(
    target: { readonly directory: string; readonly maxBytes: number },
    text: string,
  ): Promise<string> {
    const others = await this.#list(target.directory);
    let bytes = others.reduce((sum, other) => sum + other.bytes, 0);
    let count = others.length;
    for (const other of others.toReversed()) {
      if (count <= maxKeptFiles && bytes <= target.maxBytes / 2) break;
      await this.#files.remove(`${target.directory}/${other.name}`);
      bytes -= other.bytes;
      count--;
    }
    const file = `${target.directory}/running-${this.#run}-${++this.#begun}.groupscope.jsonl`;
    await this.#files.create(file, text);
    return file;
  }

  /** What earlier workers recorded here, newest first. */
  async kept(directory: string): Promise<readonly KeptTrace[]> {
    const files = await this.#list(directory);
    return files
      .filter(({ name }) => !name.startsWith(`running-${this.#run}-`))
      .map(({ name, bytes, modifiedAt }) => ({ file: `${directory}/${name}`, bytes, endedAt: modifiedAt }));
  }

  /** Newest first. */
  async #list(directory: string): Promise<readonly StoredFile[]> {
    const all = await this.#files.list(directory);
    return all
      .filter(({ name }) => namePattern.test(name))
      .toSorted((a, b) => b.modifiedAt - a.modifiedAt || (a.name < b.name ? 1 : -1));
  }
}
