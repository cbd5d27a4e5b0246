/** The beginning of a frame, without its size. */
export interface KeptFrame {
  readonly bytes: Uint8Array;
  /** Of the whole frame. */
  readonly sizeInBytes: number;
  /** `secret`: the rest may hold a password or token. `long`: it is larger than what is kept of one frame. */
  readonly cut: "secret" | "long" | undefined;
}

/** How a request ended; undefined while it waits. */
export type ExchangeEnd =
  | { readonly type: "answered"; readonly at: number; readonly response: KeptFrame }
  /** The client wants no answer, or a fault kept it back. */
  | { readonly type: "unanswered"; readonly at: number }
  | { readonly type: "closed"; readonly at: number; readonly reason: string };

/** A request and what became of it, as the playground saw them. */
export interface Exchange {
  readonly exchangeId: number;
  readonly at: number;
  readonly nodeId: number;
  readonly remote: string;
  /** Undefined for bytes that were no request. */
  readonly request: KeptFrame | undefined;
  /** The rules that acted on it, in order. */
  readonly faultIds: readonly string[];
  readonly end: ExchangeEnd | undefined;
}
