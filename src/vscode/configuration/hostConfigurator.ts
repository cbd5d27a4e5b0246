import * as vscode from "vscode";
import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import type { LostSession } from "#host/channel/hostContract.ts";
import type { HostLink } from "../host/hostLink.ts";
import type { ProfileStore } from "./profileStore.ts";
import { readHostSettings } from "./settings.ts";

/** Tells each worker, at its start and at every change: settings, profiles, and the sessions of a worker that died. */
export class HostConfigurator implements Disposable {
  readonly #link: HostLink;
  readonly #profiles: ProfileStore;
  readonly #storage: vscode.Uri | undefined;
  readonly #product: string;
  readonly #log: vscode.LogOutputChannel;
  readonly #owned = new DisposableStore();
  #resumable: readonly LostSession[] = [];

  constructor(
    link: HostLink,
    profiles: ProfileStore,
    window: {
      readonly storage: vscode.Uri | undefined;
      readonly product: string;
      readonly log: vscode.LogOutputChannel;
    },
  ) {
    this.#link = link;
    this.#profiles = profiles;
    this.#storage = window.storage;
    this.#product = window.product;
    this.#log = window.log;
    this.#owned.add(link.onStarted(() => this.#startOne()));
    this.#owned.add(link.on("host.status")(({ resumable }) => (this.#resumable = resumable)));
    this.#owned.add(profiles.onDidChange(() => this.#sendProfiles()));
    this.#owned.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("groupscope")) this.#sendSettings();
      }),
    );
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #startOne(): void {
    this.#sendSettings();
    this.#sendProfiles();
    if (this.#resumable.length > 0) this.#link.notify("host.lostSessions", this.#resumable);
  }

  #sendSettings(): void {
    this.#link.notify("host.configure", {
      settings: readHostSettings(),
      storageDirectory: this.#storage?.scheme === "file" ? this.#storage.fsPath : undefined,
      product: this.#product,
    });
  }

  #sendProfiles(): void {
    for (const problem of this.#profiles.read().problems) {
      this.#log.warn(`Setting groupscope.clusters: ${problem}`);
    }
    this.#profiles.readWithSecrets().then(
      (profiles) => this.#link.notify("cluster.profiles", profiles),
      (error: unknown) => this.#log.error("The secrets of the clusters could not be read.", error),
    );
  }
}
