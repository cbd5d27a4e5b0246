import * as vscode from "vscode";
import { Emitter, type Event } from "#base/events.ts";
import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import type { ClusterProfile, ClusterSecrets, ProfileWithSecrets } from "#host/channel/clusterProfile.ts";
import { settingKeys } from "../ids.ts";
import { type ParsedProfiles, parseProfiles } from "./profileParsing.ts";

/**
 * The clusters the user knows: profiles in the machine's settings, their secrets in SecretStorage under the
 * profile's id. What other windows change arrives as `onDidChange` here.
 */
export class ProfileStore implements Disposable {
  readonly #secrets: vscode.SecretStorage;
  readonly #changes = new Emitter<void>();
  readonly #owned = new DisposableStore();

  readonly onDidChange: Event<void> = this.#changes.event;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
    this.#owned.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`groupscope.${settingKeys.clusters}`)) this.#changes.fire();
      }),
    );
    this.#owned.add(
      secrets.onDidChange(({ key }) => {
        if (key.startsWith(secretPrefix)) this.#changes.fire();
      }),
    );
  }

  read(): ParsedProfiles {
    return parseProfiles(vscode.workspace.getConfiguration("groupscope").get(settingKeys.clusters));
  }

  find(clusterId: string): ClusterProfile | undefined {
    return this.read().profiles.find(({ id }) => id === clusterId);
  }

  async readWithSecrets(): Promise<readonly ProfileWithSecrets[]> {
    const { profiles } = this.read();
    return Promise.all(
      profiles.map(async (profile) => ({ profile, secrets: await this.secretsOf(profile.id) })),
    );
  }

  async secretsOf(clusterId: string): Promise<ClusterSecrets> {
    return parseSecrets(await this.#secrets.get(secretPrefix + clusterId));
  }

  /** Adds the profile, or replaces the one with its id. Secrets go first, so that nobody connects without them. */
  async save(profile: ClusterProfile, secrets: ClusterSecrets): Promise<void> {
    if (secrets.password === undefined && secrets.keyPassphrase === undefined) {
      await this.#secrets.delete(secretPrefix + profile.id);
    } else {
      await this.#secrets.store(secretPrefix + profile.id, JSON.stringify(secrets));
    }
    const { profiles } = this.read();
    const known = profiles.some(({ id }) => id === profile.id);
    await this.#write(
      known ? profiles.map((each) => (each.id === profile.id ? profile : each)) : [...profiles, profile],
    );
  }

  async remove(clusterId: string): Promise<void> {
    await this.#write(this.read().profiles.filter(({ id }) => id !== clusterId));
    await this.#secrets.delete(secretPrefix + clusterId);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #write(profiles: readonly ClusterProfile[]): Promise<void> {
    const configuration = vscode.workspace.getConfiguration("groupscope");
    await configuration.update(settingKeys.clusters, profiles, vscode.ConfigurationTarget.Global);
  }
}

const secretPrefix = "groupscope.cluster.";

function parseSecrets(stored: string | undefined): ClusterSecrets {
  if (stored === undefined) return {};
  try {
    const { password, keyPassphrase } = JSON.parse(stored) as Partial<Record<string, unknown>>;
    return {
      ...(typeof password === "string" && { password }),
      ...(typeof keyPassphrase === "string" && { keyPassphrase }),
    };
  } catch {
    // Written by something else: as good as missing, and connecting will say what is wrong.
    return {};
  }
}
