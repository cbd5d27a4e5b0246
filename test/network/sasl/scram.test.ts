import { describe, expect, test } from "vitest";
import { seededRandom } from "#base/random.ts";
import { scramConversation } from "#network/sasl/scram.ts";
import { ScramServer } from "./scramServer.ts";

const user = { mechanism: "SCRAM-SHA-256", username: "user", password: "pencil" } as const;

function fixedNonce(nonce: string) {
  return { next: () => 0, bytes: () => new Uint8Array(Buffer.from(nonce, "base64url")) };
}

const bytes = (text: string) => new TextEncoder().encode(text);

function sent(step: { readonly type: string; readonly bytes?: Uint8Array }): string {
  return Buffer.from(step.bytes ?? []).toString();
}

describe("SCRAM", () => {
  test("gives the messages of RFC 7677's example", async () => {
    const conversation = scramConversation(user, fixedNonce("rOprNGfwEbeRWgbNEkqO"));

    const first = Buffer.from(await conversation.begin()).toString();
    const final = conversation.next(
      bytes("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"),
    );
    const end = conversation.next(bytes("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));

    expect(first).toBe("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    expect(sent(final)).toBe(
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    );
    expect(end).toEqual({ type: "done" });
  });

  test.each(["SCRAM-SHA-256", "SCRAM-SHA-512"] as const)(
    "%s convinces a server, and is convinced",
    async (mechanism) => {
      const server = new ScramServer({ mechanism, password: "pä=ss,wörd ﬁ", iterations: 8_192 });
      const conversation = scramConversation(
        { mechanism, username: "a=b,c", password: "pä=ss,wörd ﬁ" },
        seededRandom(5),
      );

      const final = conversation.next(server.first(await conversation.begin()));
      const verdict = server.final(Buffer.from(sent(final)));

      expect(server.username).toBe("a=3Db=2Cc");
      expect(server.accepted).toBe(true);
      expect(conversation.next(verdict)).toEqual({ type: "done" });
    },
  );

  test.each([
    ["a nonce that is not ours", "r=other,s=QUJD,i=4096", /nonce does not continue ours/],
    ["our nonce and nothing added", "r=OURS,s=QUJD,i=4096", /nonce does not continue ours/],
    ["too few iterations", "r=OURSx,s=QUJD,i=4095", /4095 iterations/],
    ["iterations that would stall us", "r=OURSx,s=QUJD,i=1000001", /1000001 iterations/],
    ["iterations no number holds", "r=OURSx,s=QUJD,i=99999999999999", /malformed/],
    ["no salt", "r=OURSx,s=,i=4096", /malformed/],
    ["an unknown extension", "m=x,r=OURSx,s=QUJD,i=4096", /extension/],
    ["a refusal", "e=unknown-user", /unknown-user/],
    ["nothing", "", /malformed/],
  ])("a first message with %s is refused", async (_name, message, reason) => {
    const conversation = scramConversation(user, fixedNonce("OURS"));
    await conversation.begin();

    expect(() => conversation.next(bytes(message))).toThrow(reason);
  });

  test.each([
    ["a wrong signature", "v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", /did not prove/],
    ["a short signature", "v=6rri", /did not prove/],
    ["no signature", "", /did not prove/],
    ["a refusal", "e=invalid-proof", /invalid-proof/],
  ])("a last message with %s is refused", async (_name, message, reason) => {
    const conversation = scramConversation(user, fixedNonce("OURS"));
    await conversation.begin();
    conversation.next(bytes("r=OURSx,s=QUJD,i=4096"));

    expect(() => conversation.next(bytes(message))).toThrow(reason);
  });
});
