import { serialiseModel } from "#model/keyframe.ts";
import type { ModelState } from "#model/model.ts";

/** A place in a trace's file from which it can be folded on. */
export interface Waypoint {
  /** Where the first line after it begins. */
  readonly fromByte: number;
  /** The serialised model of all lines before; undefined at the file's beginning. */
  readonly model: string | undefined;
  /** By cluster, the newest that is in that model. */
  readonly lastAt: ReadonlyMap<string, number>;
}

const beginning: Waypoint = { fromByte: 0, model: undefined, lastAt: new Map() };

/** As much of a file is folded at most, to see a moment: little enough not to be waited for. */
const firstSpacingBytes = 4_194_304;
/** Of the models, for one trace: beyond it every other waypoint goes, and the next ones are twice as far apart. */
const maxModelChars = 33_554_432;

/** Where a trace can be folded from, noted while it is read: a moment is then shown without folding all before it. */
export class Waypoints {
  readonly #maxChars: number;
  #spacingBytes: number;
  #list: readonly Waypoint[] = [beginning];

  constructor({ spacingBytes = firstSpacingBytes, maxChars = maxModelChars } = {}) {
    this.#spacingBytes = spacingBytes;
    this.#maxChars = maxChars;
  }

  /** The model stands after the line that ends there. */
  passed(model: ModelState, nextLineAt: number): void {
    const last = this.#list.at(-1) ?? beginning;
    // Writing a model costs in proportion to its size: of large ones there are fewer.
    const spacing = Math.max(this.#spacingBytes, 2 * (last.model?.length ?? 0));
    if (nextLineAt - last.fromByte < spacing) return;
    const lastAt = new Map(Array.from(model.clusters.values(), (each) => [each.clusterId, each.lastAt]));
    this.#list = [...this.#list, { fromByte: nextLineAt, model: serialiseModel(model), lastAt }];
    while (this.#chars > this.#maxChars && this.#list.length > 1) {
      this.#list = this.#list.filter((_, index) => index % 2 === 0);
      this.#spacingBytes *= 2;
    }
  }

  /** The last one that nothing later than `at` went into, and where the next one stands, if there is one. */
  before(
    clusterId: string,
    at: number,
  ): { readonly waypoint: Waypoint; readonly untilByte: number | undefined } {
    const index = this.#list.findLastIndex(
      ({ lastAt }) => (lastAt.get(clusterId) ?? Number.NEGATIVE_INFINITY) <= at,
    );
    return { waypoint: this.#list[index] ?? beginning, untilByte: this.#list[index + 1]?.fromByte };
  }

  get #chars(): number {
    return this.#list.reduce((sum, { model }) => sum + (model?.length ?? 0), 0);
  }
}
