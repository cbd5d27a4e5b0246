import { watch } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Disposable } from "#base/lifecycle.ts";
import { err, type Result } from "#base/result.ts";
import { systemClock } from "#node/systemClock.ts";
import type { FaultRule } from "#playground/faults/faultRule.ts";
import { parseRuleFile } from "#playground/faults/ruleFile.ts";
import type { Playground } from "#playground/playground.ts";
import type { KafkaRelease } from "#playground/versions/kafkaReleases.ts";

/** Of a file of rules; who has more begins with these. */
const mostMistakes = 20;
/** Editors save in several steps: the file is read once they are through, and once more before it is called wrong. */
const settleMs = 100;
const secondLookMs = 400;

/** What became of a file that was changed. */
export type FaultsChange =
  | { readonly type: "applied"; readonly added: number; readonly removed: number; readonly kept: number }
  /** The rules from before stay in force. */
  | { readonly type: "wrong"; readonly problems: readonly string[] };

/** The rules of `--faults`: read at the start, and again whenever the file changes. */
export class FaultsFile {
  readonly #file: string;
  readonly #release: KafkaRelease | undefined;
  /** As it was when it was last looked at; undefined when it could not be read. */
  #seen: string | undefined;
  #faultIds: readonly string[] = [];

  constructor(file: string, release: KafkaRelease | undefined) {
    this.#file = file;
    this.#release = release;
  }

  /** Its rules, or everything that is wrong with them, each with where it stands. */
  async read(): Promise<Result<readonly FaultRule[], readonly string[]>> {
    const { text, rules } = await this.#look();
    this.#seen = text;
    return rules;
  }

  /** Puts rules in the place of those that were put before; the ones that stayed the same go on counting. */
  apply(playground: Playground, rules: readonly FaultRule[]): FaultsChange {
    const before = new Set(this.#faultIds);
    this.#faultIds = playground.replaceFaults(this.#faultIds, rules);
    const kept = this.#faultIds.filter((faultId) => before.has(faultId)).length;
    return { type: "applied", added: rules.length - kept, removed: before.size - kept, kept };
  }

  /** Applies it after each change until the signal aborts; tells what became of that. Throws when it cannot be watched. */
  follow(playground: Playground, tell: (change: FaultsChange) => void, until: AbortSignal): void {
    let timer: Disposable | undefined;
    // One look after the other: an older one that was slower would put old rules into force.
    let lastLook = Promise.resolve();
    const look = async (isSecond: boolean): Promise<void> => {
      timer = undefined;
      const { text, rules } = await this.#look();
      if (until.aborted || text === this.#seen) return;
      if (!rules.ok && !isSecond) {
        soon(secondLookMs, true);
        return;
      }
      this.#seen = text;
      tell(rules.ok ? this.apply(playground, rules.value) : { type: "wrong", problems: rules.error });
    };
    const soon = (ms: number, isSecond: boolean) => {
      timer ??= systemClock.schedule(ms, () => {
        lastLook = lastLook.then(() => look(isSecond));
      });
    };
    // The folder and not the file: most editors put another file in its place, and a mounted one may be a link.
    const watcher = watch(path.dirname(path.resolve(this.#file)), () => soon(settleMs, false));
    // A folder that is taken away is no reason to stop serving.
    watcher.on("error", () => watcher.close());
    // It may have changed since it was read.
    soon(settleMs, false);
    until.addEventListener(
      "abort",
      () => {
        watcher.close();
        timer?.dispose();
      },
      { once: true },
    );
  }

  async #look(): Promise<{
    readonly text: string | undefined;
    readonly rules: Result<readonly FaultRule[], readonly string[]>;
  }> {
    try {
      const text = await readFile(this.#file, "utf8");
      return { text, rules: parseRuleFile(text, this.#release) };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { text: undefined, rules: err([`the file cannot be read: ${why}`]) };
    }
  }
}

/** Mistakes of a file as one text, a line for each where there are several. */
export function mistakesText([first = "", ...others]: readonly string[]): string {
  if (others.length === 0) return first;
  const shown = others.slice(0, mostMistakes - 1);
  const left = others.length - shown.length;
  const lines = [
    "there is more than one mistake.",
    first,
    ...shown,
    ...(left > 0 ? [`and ${left} more`] : []),
  ];
  return lines.join("\n  ");
}
