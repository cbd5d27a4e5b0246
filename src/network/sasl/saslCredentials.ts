/** Who we are to the broker. Kept in memory only; no message, error or trace may carry a password or a token. */
export type SaslCredentials =
  | {
      readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
      readonly username: string;
      readonly password: string;
    }
  | {
      readonly mechanism: "OAUTHBEARER";
      /** Asked anew for each authentication, as tokens expire. */
      readonly token: () => Promise<string>;
      /** Extensions of KIP-342, such as `logicalCluster`. */
      readonly extensions?: Readonly<Record<string, string>> | undefined;
    };
