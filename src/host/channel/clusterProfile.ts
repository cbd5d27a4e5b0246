/** How to reach one cluster, as the setting `groupscope.clusters` holds it. Never holds a secret. */
export interface ClusterProfile {
  /** Generated once, never shown: the clusterId of every observation, and the key of its secrets. */
  readonly id: string;
  readonly name: string;
  /** `host:port` each. */
  readonly bootstrapServers: readonly string[];
  /** Undefined: no TLS. */
  readonly tls?: TlsProfile | undefined;
  /** Undefined: no SASL. */
  readonly sasl?: SaslProfile | undefined;
}

export interface TlsProfile {
  /** PEM files. */
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly serverName?: string | undefined;
  /** True only on the user's explicit word. */
  readonly acceptAnyCertificate?: boolean | undefined;
}

export type SaslProfile =
  | { readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512"; readonly username: string }
  | {
      readonly mechanism: "OAUTHBEARER";
      /** Where each new token comes from. */
      readonly token:
        | { readonly from: "command"; readonly command: string }
        | { readonly from: "environment"; readonly variable: string };
    };

/** What SecretStorage holds under a profile's id. */
export interface ClusterSecrets {
  readonly password?: string | undefined;
  readonly keyPassphrase?: string | undefined;
}

/** A profile with its secrets: crosses to the worker, is stored nowhere. */
export interface ProfileWithSecrets {
  readonly profile: ClusterProfile;
  readonly secrets: ClusterSecrets;
}
