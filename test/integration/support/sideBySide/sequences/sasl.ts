import { saslAuthenticate } from "#protocol/apis/saslAuthenticate.ts";
import { saslHandshake } from "#protocol/apis/saslHandshake.ts";
import { ask, type Sequence, sequence } from "../dialogue.ts";

/** Signing in where nobody is asked to. */
export const saslSequences: readonly Sequence[] = [
  sequence("SaslHandshake and SaslAuthenticate where nobody has to sign in", () => [
    ...[0, 1].map((version) => ask(saslHandshake, { mechanism: "PLAIN" }, { version })),
    ask(saslHandshake, { mechanism: "" }),
    ...[0, 1, 2].map((version) => ask(saslAuthenticate, { authBytes: new Uint8Array(3) }, { version })),
  ]),
];
