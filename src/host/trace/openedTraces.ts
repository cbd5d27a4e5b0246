import { CancelledError } from "#base/clock.ts";
import { detect } from "#model/detectors/detect.ts";
import type { Finding } from "#model/finding.ts";
import type { Model } from "#model/model.ts";
import { asTraceClusters } from "#model/traceModel.ts";
import type { Moment } from "#trace/ring.ts";
import { TraceFileError } from "#trace/traceReader.ts";
import { ChannelError } from "../channel/channelError.ts";
import type { OpenedTrace, TraceProgress } from "../channel/traceRequests.ts";
import type { HostDeps } from "../hostDeps.ts";
import type { Defects } from "../views/defects.ts";
import type { PresentedModel } from "../views/presentation.ts";
import { type FoldedTrace, TraceFolding } from "./traceFolding.ts";
import { foldMoment } from "./traceMoment.ts";

interface Opened extends OpenedTrace {
  readonly file: string;
  readonly model: Model;
  readonly findings: readonly Finding[];
  readonly endedAt: number;
  /** How its moments are found again in the file. */
  readonly folded: Pick<FoldedTrace, "waypoints" | "fromAt" | "endByte">;
}

/** How long a file is read in one go before others get their turn. */
const turnMs = 8;
const progressEveryMs = 200;
/** Reading stops at this share of the memory: well before the worker begins to let go of what others keep. */
const largestHeapShare = 0.5;

/** By what reading learns that nobody waits for it any longer, and how it tells how far it is. */
interface Reading {
  readonly signal: AbortSignal;
  readonly progress: (value: TraceProgress) => void;
}

/** Traces that were opened: each with a model of its own, shown as read-only clusters beside the live ones. */
export class OpenedTraces {
  readonly #deps: Pick<HostDeps, "files" | "clock" | "heap">;
  readonly #defects: Defects;
  readonly #opened = new Map<string, Opened>();
  #nextId = 1;

  constructor(deps: Pick<HostDeps, "files" | "clock" | "heap">, defects: Defects) {
    this.#deps = deps;
    this.#defects = defects;
  }

  get list(): readonly OpenedTrace[] {
    return Array.from(this.#opened.values(), ({ traceId, name, observations, notices }) => ({
      traceId,
      name,
      observations,
      notices,
    }));
  }

  get presented(): readonly PresentedModel[] {
    return Array.from(this.#opened.values(), presentedOf);
  }

  /** The trace that a cluster id of ours belongs to. */
  of(clusterId: string): PresentedModel | undefined {
    const opened = this.#openedOf(clusterId);
    return opened && presentedOf(opened);
  }

  nameOf(clusterId: string): string | undefined {
    return this.#openedOf(clusterId)?.name;
  }

  /** From the first to the last moment of a cluster of ours that can be shown. */
  extentOf(clusterId: string): { readonly fromAt: number; readonly toAt: number } | undefined {
    const opened = this.#openedOf(clusterId);
    const fromAt = opened?.folded.fromAt.get(idInFile(clusterId));
    const toAt = opened?.model.clusters.get(clusterId)?.lastAt;
    return fromAt === undefined || toAt === undefined ? undefined : { fromAt, toAt };
  }

  /** A cluster of ours as it was: read again from the file. Rejects with a sentence when that is not possible. */
  async modelAt({ clusterId, at }: Moment, signal: AbortSignal): Promise<Model> {
    const opened = this.#openedOf(clusterId);
    if (!opened) throw new ChannelError("NOT_FOUND", "That trace is closed.");
    const { file, name, traceId, folded } = opened;
    const { files, clock } = this.#deps;
    const fileBytes = await files.size(file).catch((cause: unknown) => {
      throw unreadable(name, cause);
    });
    // Growing does no harm: a running trace is appended to.
    if (fileBytes < folded.endByte) {
      throw new ChannelError("REFUSED", `${name} has changed since it was opened. Open it again.`);
    }
    const id = idInFile(clusterId);
    const { waypoint, untilByte = folded.endByte } = folded.waypoints.before(id, at);
    const pieces = readable(name, files.pieces(file, waypoint.fromByte));
    const model = await foldMoment({ waypoint, untilByte, pieces }, { clusterId: id, at }, { clock, signal });
    const shown = model.clusters.get(id);
    const only = { clusters: new Map(shown ? [[id, shown]] : []) };
    return { clusters: asTraceClusters(only, { name, clusterIdOf: idIn(traceId) }) };
  }

  /**
   * Reads a file, to its end or as far as memory allows. Rejects with a sentence when it is no trace; what is damaged
   * in it, or was left out, becomes a notice.
   */
  async open(file: string, reading: Reading): Promise<OpenedTrace> {
    const name = file.split(/[/\\]/).at(-1) ?? file;
    const traceId = `trace:${this.#nextId++}`;
    try {
      const { model, notices, observations, ...folded } = await this.#read(file, name, reading);
      const clusters = asTraceClusters(model, { name, clusterIdOf: idIn(traceId) });
      const endedAt = model.lastAt ?? 0;
      const shown: Model = { clusters };
      const findings = detect(shown, endedAt, {}, (about, find) =>
        this.#defects.guard(`the findings about ${about}`, find),
      );
      const opened: Opened = {
        traceId,
        name,
        file,
        observations,
        notices,
        model: shown,
        findings,
        endedAt,
        folded,
      };
      this.#opened.set(traceId, opened);
      return { traceId, name, observations, notices };
    } catch (error) {
      if (TraceFileError.is(error)) throw new ChannelError("REFUSED", `${name}: ${error.message}`);
      throw error;
    }
  }

  close(traceId: string): void {
    this.#opened.delete(traceId);
  }

  #openedOf(clusterId: string): Opened | undefined {
    return this.#opened.get(clusterId.split("/", 1)[0] ?? "");
  }

  async #read(file: string, name: string, { signal, progress }: Reading): Promise<FoldedTrace> {
    const { files, clock } = this.#deps;
    const fileBytes = await files.size(file).catch((cause: unknown) => {
      throw unreadable(name, cause);
    });
    const folding = new TraceFolding();
    let readBytes = 0;
    let turnAt = clock.now();
    let toldAt = turnAt;
    for await (const piece of readable(name, files.pieces(file))) {
      if (signal.aborted) throw new CancelledError("aborted", "open trace");
      folding.push(piece);
      readBytes += piece.length;
      if (this.#isShortOfMemory()) return folding.stopped({ readBytes, fileBytes });
      if (clock.now() - turnAt < turnMs) continue;
      await clock.yieldTurn();
      turnAt = clock.now();
      if (turnAt - toldAt < progressEveryMs) continue;
      toldAt = turnAt;
      progress({ readBytes, fileBytes });
    }
    return folding.end();
  }

  #isShortOfMemory(): boolean {
    const { usedBytes, limitBytes } = this.#deps.heap();
    return usedBytes > limitBytes * largestHeapShare;
  }
}

function idIn(traceId: string): (clusterId: string) => string {
  return (clusterId) => `${traceId}/${clusterId}`;
}

/** What the trace itself calls a cluster of ours. */
function idInFile(clusterId: string): string {
  return clusterId.slice(clusterId.indexOf("/") + 1);
}

/** Not about what is made of the pieces: a defect there is none of the file. */
async function* readable(name: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    throw unreadable(name, error);
  }
}

function unreadable(name: string, cause: unknown): ChannelError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ChannelError("REFUSED", `${name} cannot be read: ${why}`);
}

function presentedOf({ model, findings, endedAt }: Opened): PresentedModel {
  return { model, findings, now: endedAt };
}
