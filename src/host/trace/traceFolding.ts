import { createModel, fold, type ModelState } from "#model/model.ts";
import { modelFromKeyframe } from "#model/traceModel.ts";
import { type TraceItem, TraceReader } from "#trace/traceReader.ts";
import { ChannelError } from "../channel/channelError.ts";
import type { TraceProgress } from "../channel/traceRequests.ts";
import { Waypoints } from "./waypoints.ts";

/** What was made of a trace's bytes. */
export interface FoldedTrace {
  readonly model: ModelState;
  readonly observations: number;
  readonly notices: readonly string[];
  /** Where a moment of it is folded from. */
  readonly waypoints: Waypoints;
  /** By cluster, the first moment that can be shown: before it, the trace knows only what was over by then. */
  readonly fromAt: ReadonlyMap<string, number>;
  /** Where the last line ends that was folded. */
  readonly endByte: number;
}

/** The bytes of one trace file on their way into a model. */
export class TraceFolding {
  readonly #reader = new TraceReader();
  readonly #notices: string[] = [];
  readonly #waypoints = new Waypoints();
  readonly #fromAt = new Map<string, number>();
  #model: ModelState = createModel();
  #hasBegun = false;

  /** Throws TraceFileError when the file is no trace. */
  push(piece: Uint8Array): void {
    this.#take(this.#reader.push(piece));
  }

  /** The model, after the last piece. Throws TraceFileError when the file is no trace. */
  end(): FoldedTrace {
    this.#take(this.#reader.end());
    return this.#folded([]);
  }

  /** The model of what was read, when there is no memory for more. Throws ChannelError when that is next to nothing. */
  stopped({ readBytes, fileBytes }: TraceProgress): FoldedTrace {
    const { observations } = this.#reader;
    if (observations === 0 && this.#model.clusters.size === 0) {
      throw new ChannelError(
        "REFUSED",
        "There is too little memory to open a trace. Close other traces, or reload the window.",
      );
    }
    return this.#folded([
      `Only its first ${megabytes(readBytes)} of ${megabytes(fileBytes)} were opened (${observations.toLocaleString("en")} observations): there is no memory for more.`,
    ]);
  }

  #folded(notices: readonly string[]): FoldedTrace {
    return {
      model: this.#model,
      observations: this.#reader.observations,
      notices: [...notices, ...this.#notices, ...this.#reader.notices],
      waypoints: this.#waypoints,
      fromAt: this.#fromAt,
      endByte: this.#reader.nextLineAt,
    };
  }

  #take(items: Iterable<TraceItem>): void {
    for (const item of items) {
      if (item.kind === "observation") {
        this.#hasBegun = true;
        const { clusterId, at } = item.observation;
        if (!this.#fromAt.has(clusterId)) this.#fromAt.set(clusterId, at);
        fold(this.#model, item.observation);
        this.#waypoints.passed(this.#model, this.#reader.nextLineAt);
      } else if (item.kind === "keyframe" && !this.#hasBegun) {
        // Later keyframes repeat what the fold knows already.
        const { model, notice } = modelFromKeyframe(item.model);
        this.#model = model;
        if (notice !== undefined) this.#notices.push(notice);
        for (const each of model.clusters.values()) this.#fromAt.set(each.clusterId, each.lastAt);
      }
    }
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
