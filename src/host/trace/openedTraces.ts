import type { Clock } from "#base/clock.ts";
import { detect } from "#model/detectors/detect.ts";
import type { Finding } from "#model/finding.ts";
import { createModel, fold, type Model, type ModelState } from "#model/model.ts";
import { asTraceClusters, modelFromKeyframe } from "#model/traceModel.ts";
import { TraceFileError, TraceReader } from "#trace/traceReader.ts";
import { ChannelError } from "../channel/channelError.ts";
import type { OpenedTrace } from "../channel/traceRequests.ts";
import type { HostFiles } from "../hostDeps.ts";
import type { PresentedModel } from "../views/presentation.ts";

interface Opened extends OpenedTrace {
  readonly model: Model;
  readonly findings: readonly Finding[];
  readonly endedAt: number;
}

/** Small enough that folding what one chunk holds fits into a turn. */
const chunkBytes = 65_536;
/** How much of a file is read in one go before others get their turn. */
const turnMs = 8;

/** Traces that were opened: each with a model of its own, shown as read-only clusters beside the live ones. */
export class OpenedTraces {
  readonly #files: HostFiles;
  readonly #clock: Clock;
  readonly #opened = new Map<string, Opened>();
  #nextId = 1;

  constructor(files: HostFiles, clock: Clock) {
    this.#files = files;
    this.#clock = clock;
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
    const opened = this.#opened.get(clusterId.split("/", 1)[0] ?? "");
    return opened && presentedOf(opened);
  }

  nameOf(clusterId: string): string | undefined {
    return this.#opened.get(clusterId.split("/", 1)[0] ?? "")?.name;
  }

  /** Reads a whole file. Rejects with a sentence when it is no trace; what is damaged in it becomes a notice. */
  async open(file: string): Promise<OpenedTrace> {
    const name = file.split(/[/\\]/).at(-1) ?? file;
    const bytes = await this.#files.read(file).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ChannelError("REFUSED", `${name} cannot be read: ${why}`);
    });
    const traceId = `trace:${this.#nextId++}`;
    try {
      const { model, notices, observations } = await this.#read(bytes);
      const clusters = asTraceClusters(model, {
        name,
        clusterIdOf: (clusterId) => `${traceId}/${clusterId}`,
      });
      const endedAt = model.lastAt ?? 0;
      const shown: Model = { clusters };
      const findings = detect(shown, endedAt);
      const opened: Opened = { traceId, name, observations, notices, model: shown, findings, endedAt };
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

  async #read(bytes: Uint8Array) {
    const reader = new TraceReader();
    const notices: string[] = [];
    let model: ModelState = createModel();
    let started = false;
    let turnAt = this.#clock.now();
    const take = (items: ReturnType<TraceReader["push"]>) => {
      for (const item of items) {
        if (item.kind === "observation") {
          started = true;
          fold(model, item.observation);
        } else if (item.kind === "keyframe" && !started) {
          // Later keyframes repeat what the fold knows already.
          const { model: restored, notice } = modelFromKeyframe(item.model);
          model = restored;
          if (notice !== undefined) notices.push(notice);
        }
      }
    };
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      take(reader.push(bytes.subarray(at, at + chunkBytes)));
      if (this.#clock.now() - turnAt < turnMs) continue;
      await this.#clock.yieldTurn();
      turnAt = this.#clock.now();
    }
    take(reader.end());
    return { model, notices: [...notices, ...reader.notices], observations: reader.observations };
  }
}

function presentedOf({ model, findings, endedAt }: Opened): PresentedModel {
  return { model, findings, now: endedAt };
}
