import { Emitter, type Event } from "#base/events.ts";
import type { HostConfiguration, HostSettings } from "./channel/hostSettings.ts";

const mebibyte = 1_048_576;

/** What holds until the extension host has said what the user wants: the manifest's own defaults. */
const defaults: HostSettings = {
  refreshIntervalMs: 2_000,
  commitHangToleranceMs: 5_000,
  maxBufferedBytes: 32 * mebibyte,
  maxKeptRecordBytes: 64 * mebibyte,
  maxTraceFileBytes: 64 * mebibyte,
  requestTimeoutMs: 15_000,
  playgroundPort: 9_092,
  playgroundNodes: 3,
};

/** The user's settings as the worker's parts read them, and follow them. */
export class Configuration {
  readonly #changes = new Emitter<HostConfiguration>();
  #current: HostConfiguration = { settings: defaults, storageDirectory: undefined, product: "groupscope" };

  readonly onDidChange: Event<HostConfiguration> = this.#changes.event;

  get settings(): HostSettings {
    return this.#current.settings;
  }

  /** Undefined when the window has no storage. */
  get storageDirectory(): string | undefined {
    return this.#current.storageDirectory;
  }

  get product(): string {
    return this.#current.product;
  }

  set(configuration: HostConfiguration): void {
    this.#current = configuration;
    this.#changes.fire(configuration);
  }
}
