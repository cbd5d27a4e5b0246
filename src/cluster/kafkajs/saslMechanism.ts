import type { Mechanism } from "kafkajs";
import type { Random } from "#base/random.ts";
import { startConversation } from "#network/sasl/saslConversation.ts";
import type { SaslCredentials } from "#network/sasl/saslCredentials.ts";
import { mostRounds, SaslFailure } from "#network/sasl/saslStep.ts";

/** Our own SASL in the shape kafkajs takes: one conversation per connection, however many messages it has. */
export function saslMechanismOf(credentials: SaslCredentials, random: Random): Mechanism {
  return {
    mechanism: credentials.mechanism,
    authenticationProvider: ({ saslAuthenticate }) => ({
      authenticate: async () => {
        const conversation = startConversation(credentials, random);
        const send = async (bytes: Uint8Array) =>
          (await saslAuthenticate({
            request: { encode: async () => withLength(bytes) },
            response: {
              decode: async (raw: Buffer) => withoutLength(raw),
              parse: async (answer: Buffer) => answer,
            },
          })) ?? Buffer.alloc(0);

        let challenge = await send(await conversation.begin());
        for (let round = 0; round < mostRounds; round++) {
          const step = conversation.next(challenge);
          if (step.type === "done") return;
          challenge = await send(step.bytes);
        }
        throw new SaslFailure("the broker does not come to an end");
      },
    }),
  };
}

/** kafkajs hands the bytes on as the BYTES type of the protocol, length in front. */
function withLength(bytes: Uint8Array): Buffer {
  const framed = Buffer.alloc(4 + bytes.length);
  framed.writeInt32BE(bytes.length);
  framed.set(bytes, 4);
  return framed;
}

function withoutLength(raw: Buffer): Buffer {
  return raw.subarray(4, 4 + Math.max(0, raw.readInt32BE(0)));
}
