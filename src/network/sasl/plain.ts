import { type SaslConversation, SaslFailure } from "./saslStep.ts";

const separator = "\u0000";

/** PLAIN (RFC 4616): name and password as they are; the broker checks. Safe only over TLS. */
export function plainConversation(credentials: {
  readonly username: string;
  readonly password: string;
}): SaslConversation {
  const { username, password } = credentials;
  return {
    username,
    begin: async () => {
      if (`${username}${password}`.includes(separator)) {
        throw new SaslFailure("user name and password may not contain the character U+0000");
      }
      return new TextEncoder().encode(`${separator}${username}${separator}${password}`);
    },
    next: () => ({ type: "done" }),
  };
}
