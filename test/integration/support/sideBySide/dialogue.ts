import type { Api, RequestInput, ResponseOf } from "#protocol/api.ts";

/** Where a sequence takes place: a topic of its own with two partitions, and a name for a group of its own. */
export interface Place {
  readonly topic: string;
  readonly topicId: string;
  readonly group: string;
}

/** The answer to an earlier request of the sequence. */
export type AnswerTo = <A extends Api>(step: Step<A>) => ResponseOf<A>;

/** One request, raw, on one of two connections. */
export interface Step<A extends Api = Api> {
  readonly api: A;
  /** The newest that both have when left out. */
  readonly version: number | undefined;
  readonly connection: "first" | "second";
  /** It is answered only after what follows: the sequence goes on without the answer. */
  readonly isParked: boolean;
  /** Parked requests whose answers are awaited before this one is made. */
  readonly after: readonly Step[];
  /** Before it is sent, for what a broker does behind its answer. */
  readonly pauseMs: number;
  body(answerTo: AnswerTo): unknown;
}

/** What is sent to both clusters. For `codes` only the error codes have to agree. */
export interface Sequence {
  readonly name: string;
  readonly compares: "fields" | "codes";
  steps(place: Place): readonly Step[];
}

/** How a request differs from a plain one. */
type StepOptions = Partial<Pick<Step, "version" | "connection" | "isParked" | "after" | "pauseMs">>;

/** A request whose body may depend on earlier answers. */
export function ask<A extends Api>(
  api: A,
  body: RequestInput<A> | ((answerTo: AnswerTo) => RequestInput<A>),
  options: StepOptions = {},
): Step<A> {
  const { version, connection = "first", isParked = false, after = [], pauseMs = 0 } = options;
  const make = typeof body === "function" ? (body as (answerTo: AnswerTo) => RequestInput<A>) : () => body;
  return { api, version, connection, isParked, after, pauseMs, body: make };
}

/** The same request in several versions. */
export function inVersions<A extends Api>(
  api: A,
  versions: readonly number[],
  body: RequestInput<A>,
): readonly Step[] {
  return versions.map((version) => ask(api, body, { version }));
}

/** Names a list of requests; everything in the answers has to agree. */
export function sequence(name: string, steps: Sequence["steps"]): Sequence {
  return { name, compares: "fields", steps };
}

/** Names a list of requests of which only the error codes have to agree. */
export function codesOf(name: string, steps: Sequence["steps"]): Sequence {
  return { name, compares: "codes", steps };
}
