/** The shape of a contract between a client (extension host) and a server (worker). */
export interface ChannelContract {
  /** Asked by the client, answered by the server, each exactly once. */
  readonly requests: object;
  /** Told by the client; no answer. */
  readonly notifications: object;
  /** Told by the server; no answer. */
  readonly events: object;
}

/** One request of a contract. */
export interface RequestShape<Params, Result, Progress = never> {
  readonly params: Params;
  readonly result: Result;
  readonly progress: Progress;
}

export type ParamsOf<Shape> = Shape extends { readonly params: infer Params } ? Params : never;
export type ResultOf<Shape> = Shape extends { readonly result: infer Value } ? Value : never;
export type ProgressOf<Shape> = Shape extends { readonly progress: infer Value } ? Value : never;
