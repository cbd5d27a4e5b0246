import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

/** The server's half of SCRAM, written from the RFC and apart from the client's. */
export class ScramServer {
  readonly #hash: "sha256" | "sha512";
  readonly #salted: Buffer;
  readonly #iterations: number;
  readonly #salt = Buffer.from("a salt of the server");
  #clientFirstBare = "";
  #serverFirst = "";
  username = "";
  accepted = false;

  constructor(options: {
    readonly mechanism: string;
    readonly password: string;
    readonly iterations?: number;
  }) {
    this.#hash = options.mechanism === "SCRAM-SHA-512" ? "sha512" : "sha256";
    this.#iterations = options.iterations ?? 4_096;
    const length = this.#hash === "sha512" ? 64 : 32;
    this.#salted = pbkdf2Sync(
      Buffer.from(options.password, "utf8"),
      this.#salt,
      this.#iterations,
      length,
      this.#hash,
    );
  }

  first(clientFirst: Uint8Array): Uint8Array {
    this.#clientFirstBare = Buffer.from(clientFirst).toString().slice("n,,".length);
    const fields = new Map(this.#clientFirstBare.split(",").map((field) => [field[0], field.slice(2)]));
    this.username = fields.get("n") ?? "";
    const salt = this.#salt.toString("base64");
    this.#serverFirst = `r=${fields.get("r")}server,s=${salt},i=${this.#iterations}`;
    return Buffer.from(this.#serverFirst);
  }

  final(clientFinal: Uint8Array): Uint8Array {
    const text = Buffer.from(clientFinal).toString();
    const [withoutProof = "", proof = ""] = text.split(",p=");
    const message = `${this.#clientFirstBare},${this.#serverFirst},${withoutProof}`;
    const clientKey = this.#hmac(this.#salted, "Client Key");
    const signature = this.#hmac(createHash(this.#hash).update(clientKey).digest(), message);
    const expected = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
    this.accepted = expected.equals(Buffer.from(proof, "base64"));
    const verifier = this.#hmac(this.#hmac(this.#salted, "Server Key"), message);
    return Buffer.from(this.accepted ? `v=${verifier.toString("base64")}` : "e=invalid-proof");
  }

  #hmac(key: Buffer, text: string): Buffer {
    return createHmac(this.#hash, key).update(text).digest();
  }
}
