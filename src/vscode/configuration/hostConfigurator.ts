import * as vscode from "vscode";
import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import type { LostSession } from "#host/channel/hostContract.ts";
import type { HostLink } from "../host/hostLink.ts";
import { showWarningMessage } from "../ui/notify.ts";
import type { ProfileStore } from "./profileStore.ts";
import { readHostSettings } from "./settings.ts";

const openSettings = "Open Settings";

/** Tells each worker, at its start and at every change: settings, profiles, and the sessions of a worker that died. */
export class HostConfigurator implements Disposable {
  readonly #link: HostLink;
  readonly #profiles: ProfileStore;
  readonly #storage: vscode.Uri | undefined;
  readonly #product: string;
  readonly #log: vscode.LogOutputChannel;
  readonly #owned = new DisposableStore();
  #resumable: readonly LostSession[] = [];
  #wrong: readonly string[] = [];

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
    const { settings, wrong } = readHostSettings();
    this.#tellWrong(wrong);
    this.#link.notify("host.configure", {
      settings,
      storageDirectory: this.#storage?.scheme === "file" ? this.#storage.fsPath : undefined,
      product: this.#product,
    });
  }

  /** Says of each setting once that it is wrong, until it was right in between. */
  #tellWrong(wrong: readonly string[]): void {
    const fresh = wrong.filter((key) => !this.#wrong.includes(key));
    this.#wrong = wrong;
    for (const key of fresh) {
      const said = `The setting groupscope.${key} has a value of the wrong type, so its default holds.`;
      this.#log.warn(said);
      void showWarningMessage(said, openSettings).then((answer) => {
        if (answer !== openSettings) return;
        void vscode.commands.executeCommand("workbench.action.openSettings", `groupscope.${key}`);
      });
    }
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
