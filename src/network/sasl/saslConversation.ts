import type { Random } from "#base/random.ts";
import { oauthBearerConversation } from "./oauthBearer.ts";
import { plainConversation } from "./plain.ts";
import type { SaslCredentials } from "./saslCredentials.ts";
import type { SaslConversation } from "./saslStep.ts";
import { scramConversation } from "./scram.ts";

/** The conversation that proves these credentials; a new one for each authentication. */
export function startConversation(credentials: SaslCredentials, random: Random): SaslConversation {
  switch (credentials.mechanism) {
    case "PLAIN":
      return plainConversation(credentials);
    case "SCRAM-SHA-256":
    case "SCRAM-SHA-512":
      return scramConversation(credentials, random);
    case "OAUTHBEARER":
      return oauthBearerConversation(credentials);
  }
}
