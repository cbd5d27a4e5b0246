import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import { ChannelError } from "../channel/channelError.ts";
import type { ProfileWithSecrets } from "../channel/clusterProfile.ts";
import { playgroundClusterId } from "../channel/clusterRequests.ts";
import type { HostDeps } from "../hostDeps.ts";
import type { OpenedSource, OpenSource } from "../sources.ts";
import { clockShowing } from "./clockShowing.ts";
import { ClusterLink, type LinkTuning } from "./clusterLink.ts";
import { type ConnectionSettings, connectionSettings } from "./connectionSettings.ts";

interface Known {
  readonly name: string;
  /** What decides whether a changed profile needs a new connection. */
  readonly text: string;
  readonly settings: () => Promise<ConnectionSettings>;
  readonly link: ClusterLink;
  readonly source: OpenedSource;
}

/** All clusters of the window: those of the profiles, and the playground while it runs. */
export class ClusterRegistry implements Disposable {
  readonly #deps: HostDeps;
  readonly #openSource: OpenSource;
  readonly #onRemoved: (clusterId: string) => void;
  readonly #known = new Map<string, Known>();
  #tuning: LinkTuning;
  #watching = false;

  constructor(options: {
    readonly deps: HostDeps;
    readonly openSource: OpenSource;
    readonly tuning: LinkTuning;
    /** Sessions on a cluster end before it goes. */
    readonly onRemoved: (clusterId: string) => void;
  }) {
    this.#deps = options.deps;
    this.#openSource = options.openSource;
    this.#tuning = options.tuning;
    this.#onRemoved = options.onRemoved;
  }

  get size(): number {
    return this.#known.size;
  }

  /** Clusters are asked only while somebody looks. */
  setWatching(watching: boolean): void {
    this.#watching = watching;
    for (const { link } of this.#known.values()) link.setWatching(watching);
  }

  tune(tuning: LinkTuning): void {
    this.#tuning = tuning;
    for (const { link } of this.#known.values()) link.tune(tuning);
  }

  /** Takes all profiles there are: new ones appear, changed ones connect anew, others go. The playground stays. */
  setProfiles(profiles: readonly ProfileWithSecrets[]): void {
    const wanted = new Set(profiles.map(({ profile }) => profile.id));
    for (const clusterId of Array.from(this.#known.keys())) {
      if (clusterId !== playgroundClusterId && !wanted.has(clusterId)) this.#remove(clusterId);
    }
    for (const each of profiles) {
      const { id, name, bootstrapServers } = each.profile;
      const text = JSON.stringify({ ...each, profile: { ...each.profile, name: "" } });
      const known = this.#known.get(id);
      if (known?.text === text) {
        if (known.name === name) continue;
        known.source.observe({ type: "cluster.profile", name, kind: "cluster", bootstrapServers });
        this.#known.set(id, { ...known, name });
        continue;
      }
      if (known) release(known);
      this.#add(id, { name, kind: "cluster", text, bootstrapServers }, () =>
        connectionSettings(each, this.#deps),
      );
    }
  }

  /** The playground as a cluster like any other: it is asked, not looked into. */
  addPlayground(bootstrapServers: readonly string[], clock: Clock): void {
    this.stopPlayground();
    this.#add(
      playgroundClusterId,
      { name: "playground", kind: "playground", text: bootstrapServers.join(), bootstrapServers, clock },
      () => Promise.resolve({ bootstrapServers, tls: undefined, sasl: undefined }),
    );
  }

  /** It stopped: nothing is asked any more, its row stays. */
  stopPlayground(): void {
    const known = this.#known.get(playgroundClusterId);
    this.#known.delete(playgroundClusterId);
    if (known) release(known);
  }

  linkOf(clusterId: string): ClusterLink {
    return this.#find(clusterId).link;
  }

  nameOf(clusterId: string): string {
    return this.#known.get(clusterId)?.name ?? clusterId;
  }

  /** What a client of its own needs, such as a session's. */
  settingsOf(clusterId: string): Promise<ConnectionSettings> {
    return this.#find(clusterId).settings();
  }

  async refresh(clusterId: string | undefined): Promise<void> {
    const links =
      clusterId === undefined ? [...this.#known.values()].map(({ link }) => link) : [this.linkOf(clusterId)];
    await Promise.all(links.map((link) => link.refresh()));
  }

  dispose(): void {
    for (const known of this.#known.values()) release(known);
    this.#known.clear();
  }

  #find(clusterId: string): Known {
    const known = this.#known.get(clusterId);
    if (known) return known;
    throw clusterId === playgroundClusterId
      ? new ChannelError("REFUSED", "The playground does not run. Start it first.")
      : new ChannelError("NOT_FOUND", "That cluster is no longer in the list.");
  }

  #add(
    clusterId: string,
    profile: {
      readonly name: string;
      readonly kind: "cluster" | "playground";
      readonly text: string;
      readonly bootstrapServers: readonly string[];
      /** Its own, where it has one. */
      readonly clock?: Clock | undefined;
    },
    settings: () => Promise<ConnectionSettings>,
  ): void {
    const { name, kind, text, bootstrapServers } = profile;
    const pace = this.#deps.clock;
    // A playground's samples must not look later than what its broker and its members tell, nor earlier.
    const time = profile.clock ?? pace;
    const source = this.#openSource({
      sourceId: `observer:${clusterId}`,
      clusterId,
      vantage: "sampled",
      clock: clockShowing(time, pace),
      pace,
    });
    source.observe({ type: "cluster.profile", name, kind, bootstrapServers });
    const link = new ClusterLink({
      settings,
      deps: this.#deps,
      observe: source.observe,
      tuning: this.#tuning,
      time,
    });
    this.#known.set(clusterId, { name, text, settings, link, source });
    link.setWatching(this.#watching);
  }

  #remove(clusterId: string): void {
    const known = this.#known.get(clusterId);
    if (!known) return;
    this.#onRemoved(clusterId);
    this.#known.delete(clusterId);
    known.link.dispose();
    known.source.observe({ type: "cluster.removed" });
    known.source.dispose();
  }
}

/** The connection first, as it reports its own end. */
function release({ link, source }: Known): void {
  link.dispose();
  source.dispose();
}
