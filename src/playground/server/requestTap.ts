import type { ByteParts } from "#base/byteParts.ts";

/** Where a request came in. */
export interface TappedFrom {
  readonly nodeId: number;
  /** `127.0.0.1:53412` */
  readonly remote: string;
}

/** A request as it came, before anything was done with it. */
export interface TappedRequest extends TappedFrom {
  /** Without its size. */
  readonly frame: Uint8Array;
  /**
   * Whether the client had signed in, or need not. Before that, `token` is a frame that is nothing but a token (of
   * clients before KIP-152), and `signingIn` one that may hold one.
   */
  readonly phase: "signedIn" | "signingIn" | "token";
}

/** What became of a request. */
export type TappedEnd =
  /** The frame that was written, its size in front. */
  | { readonly type: "answered"; readonly frame: ByteParts }
  | { readonly type: "unanswered" }
  | { readonly type: "closed"; readonly reason: string };

/** Told what happens to one request; `ended` comes once, last. */
export interface FollowedRequest {
  /** A rule acts on it, or holds it from now on. */
  faulted(faultId: string): void;
  ended(how: TappedEnd): void;
}

/** Who wants to know of all requests of clients. It is called for each of them, so it has to be quick. */
export interface RequestTap {
  came(request: TappedRequest): FollowedRequest;
  /** What came was no request at all; the connection ends for it. */
  garbage(from: TappedFrom, reason: string): void;
}
