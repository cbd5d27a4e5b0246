/** What the client does next: send these bytes and wait for the answer, or be satisfied with the server. */
export type SaslStep = { readonly type: "send"; readonly bytes: Uint8Array } | { readonly type: "done" };

/** No conversation of a mechanism we know has more answers; a server that goes on is not to be followed. */
export const mostRounds = 5;

/** The client's half of a SASL mechanism. */
export interface SaslConversation {
  /** Who logs in, for messages; undefined where the mechanism has no name to show. */
  readonly username: string | undefined;
  /** The first message. Asynchronous, as a token may have to be fetched. */
  begin(): Promise<Uint8Array>;
  /** The answer to what the server sent. Throws SaslFailure when the server is not to be trusted, or refuses. */
  next(challenge: Uint8Array): SaslStep;
  /** What the server told within the mechanism about its refusal, if it did. */
  readonly serverError?: string | undefined;
}

/** The mechanism itself failed: a refusal in its own words, or a server that did not prove itself. */
export class SaslFailure extends Error {
  override readonly name = "SaslFailure";
}
