import type { SaslConversation } from "./saslStep.ts";

/** PLAIN (RFC 4616): name and password as they are; the broker checks. Safe only over TLS. */
export function plainConversation(credentials: {
  readonly username: string;
  readonly password: string;
}): SaslConversation {
  const { username, password } = credentials;
  return {
    username,
    begin: () => Promise.resolve(new TextEncoder().encode(`\u0000${username}\u0000${password}`)),
    next: () => ({ type: "done" }),
  };
}
