import type { Clock } from "#base/clock.ts";
import { Emitter, type Event } from "#base/events.ts";
import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import { forkRandom, type Random } from "#base/random.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import type { BrokerFault } from "#trace/observations/broker.ts";
import type { DueChange } from "./changeAnswer.ts";
import { type BatchEdit, corruptBatch } from "./corruptBatch.ts";
import {
  type AnswerChange,
  concerns,
  type FaultRule,
  type FaultSubject,
  isAnswerChange,
  matches,
  stageOf,
} from "./faultRule.ts";
import { ruleTitle } from "./ruleText.ts";

/** What becomes of a request at one stage. */
export type FaultOutcome =
  /** As it is, but for these. */
  | {
      readonly type: "proceed";
      readonly changes: readonly DueChange[];
      /** How often it is carried out beside the first time. */
      readonly repeats: number;
    }
  | { readonly type: "error"; readonly code: KnownErrorName }
  | { readonly type: "drop" }
  | { readonly type: "cut"; readonly midFrame: boolean };

/** A request that a rule may act on. */
export interface FaultedRequest {
  subject(): FaultSubject;
  /** Fires when nobody waits for the answer any more. */
  readonly onGone: Event<void>;
  /** Told of each rule that acts on it. */
  struck(faultId: string): void;
  /** Told when a rule begins to hold or delay the answer. */
  held(faultId: string): void;
}

interface Entry {
  readonly faultId: string;
  readonly rule: FaultRule;
  readonly since: number;
  /** Each rule's own: what one of them leaves to chance does not depend on what others met. */
  readonly random: Random;
  enabled: boolean;
  matched: number;
  hits: number;
  /** How often it struck an answer in which it found nothing to change. */
  misses: number;
  readonly released: Emitter<void>;
  /** Switches the rule off when its time is over. */
  readonly expiry: Disposable | undefined;
  /** Since when it holds each request, the oldest first. */
  readonly holding: Map<FaultedRequest, number>;
}

const proceed: FaultOutcome = { type: "proceed", changes: [], repeats: 0 };

/**
 * The rules of a playground, and the one place that carries them out: each request passes here when it came and when
 * its answer would go. Every change of a rule is reported, hits included.
 */
export class FaultTable {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #observe: (fault: BrokerFault) => void;
  readonly #groupState: (groupId: string) => string | undefined;
  readonly #entries = new Map<string, Entry>();
  #nextId = 1;

  constructor(deps: {
    readonly clock: Clock;
    /** Its own, so that what is left to chance does not depend on what else happens. */
    readonly random: Random;
    readonly observe: (fault: BrokerFault) => void;
    readonly groupState: (groupId: string) => string | undefined;
  }) {
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#observe = deps.observe;
    this.#groupState = deps.groupState;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** The rules as last reported, in order of their making. */
  list(): readonly BrokerFault[] {
    return Array.from(this.#entries.values(), (entry) => describe(entry, false));
  }

  add(rule: FaultRule): string {
    const faultId = `fault-${this.#nextId++}`;
    const { untilMs } = rule.match;
    const entry: Entry = {
      faultId,
      rule,
      since: this.#clock.now(),
      random: forkRandom(this.#random),
      enabled: true,
      matched: 0,
      hits: 0,
      misses: 0,
      released: new Emitter<void>(),
      expiry:
        untilMs === undefined
          ? undefined
          : this.#clock.schedule(untilMs, () => void this.setEnabled(faultId, false)),
      holding: new Map(),
    };
    this.#entries.set(faultId, entry);
    this.#report(entry);
    return faultId;
  }

  /**
   * Puts a ready-made rule into force. One that is there already is switched on: two that do the same would be told
   * apart by nobody, and releasing one of them would release nothing. A rule that ends by itself is another each time.
   */
  ensure(rule: FaultRule): string {
    const endsByItself = rule.times !== undefined || rule.match.untilMs !== undefined;
    const text = JSON.stringify(rule);
    const former = endsByItself
      ? undefined
      : Array.from(this.#entries.values()).find((entry) => JSON.stringify(entry.rule) === text);
    if (!former) return this.add(rule);
    this.setEnabled(former.faultId, true);
    return former.faultId;
  }

  /**
   * Puts rules in the place of others, in this order. One that was there already stays as it is, with what it counted and
   * what it holds; one that is there no more releases what it holds.
   */
  replace(former: readonly string[], rules: readonly FaultRule[]): readonly string[] {
    const before = new Map<string, string[]>();
    for (const faultId of former) {
      const entry = this.#entries.get(faultId);
      const text = entry && JSON.stringify(entry.rule);
      if (text !== undefined) before.set(text, [...(before.get(text) ?? []), faultId]);
    }
    const kept = rules.map((rule) => before.get(JSON.stringify(rule))?.shift());
    for (const faultId of Array.from(before.values()).flat()) this.remove(faultId);
    return rules.map((rule, index) => {
      const entry = this.#entries.get(kept[index] ?? "");
      if (!entry) return this.add(rule);
      // Behind those before it: of two that concern a request, the first acts first.
      this.#entries.delete(entry.faultId);
      this.#entries.set(entry.faultId, entry);
      return entry.faultId;
    });
  }

  /** Switching a rule off releases what it holds. False when there is no such rule. */
  setEnabled(faultId: string, enabled: boolean): boolean {
    const entry = this.#entries.get(faultId);
    if (!entry) return false;
    if (entry.enabled === enabled) return true;
    entry.enabled = enabled;
    if (!enabled) release(entry);
    this.#report(entry);
    return true;
  }

  /** Takes the rule away and releases what it holds. */
  remove(faultId: string): boolean {
    const entry = this.#entries.get(faultId);
    if (!entry) return false;
    this.#entries.delete(faultId);
    entry.expiry?.dispose();
    entry.enabled = false;
    release(entry);
    this.#observe(describe(entry, true));
    return true;
  }

  /** Lets go what the rule holds or delays at this moment; says how many requests that were. */
  releaseHeld(faultId: string): number {
    const entry = this.#entries.get(faultId);
    if (!entry) return 0;
    const count = entry.holding.size;
    release(entry);
    return count;
  }

  /** Carries out what the rules say for a request at this stage. Settles at once when none matches. */
  async pass(stage: "request" | "response", request: FaultedRequest): Promise<FaultOutcome> {
    const changes: DueChange[] = [];
    let repeats = 0;
    for (const entry of Array.from(this.#entries.values())) {
      const { action, match } = entry.rule;
      if (action.kind === "corrupt" || stageOf(entry.rule) !== stage) continue;
      if (!this.#strikes(entry, request)) continue;
      if (isAnswerChange(action)) {
        changes.push({ change: action, match, settled: (places) => this.#settled(entry, places) });
        continue;
      }
      if (action.kind === "repeat") {
        repeats++;
        continue;
      }
      const outcome = await this.#carryOut(entry, action, request);
      if (outcome.type === "proceed") continue;
      for (const { settled } of changes) settled(0);
      return outcome;
    }
    return { type: "proceed", changes, repeats };
  }

  /** How batches of this request are to be damaged on their way into the log; asked for each batch once. */
  editFor(request: FaultedRequest, partition: TopicPartition): BatchEdit | undefined {
    for (const entry of this.#entries.values()) {
      const { action, match } = entry.rule;
      if (action.kind !== "corrupt" || !concerns(match, partition)) continue;
      if (this.#strikes(entry, request)) return (bytes) => corruptBatch(bytes, action.how);
    }
    return undefined;
  }

  /** Releases everything, without a word: the playground stops. */
  dispose(): void {
    for (const entry of this.#entries.values()) {
      entry.expiry?.dispose();
      entry.enabled = false;
      release(entry);
    }
    this.#entries.clear();
  }

  #strikes(entry: Entry, request: FaultedRequest): boolean {
    const situation = { sinceMs: this.#clock.now() - entry.since, groupState: this.#groupState };
    if (!entry.enabled || !matches(entry.rule, request.subject(), situation)) return false;
    entry.matched++;
    const { match, times } = entry.rule;
    const { nth, everyNth, probability } = match;
    if (nth !== undefined && entry.matched !== nth) return false;
    if (everyNth !== undefined && entry.matched % everyNth !== 0) return false;
    if (probability !== undefined && entry.random.next() >= probability) return false;
    entry.hits++;
    request.struck(entry.faultId);
    if (nth !== undefined || (times !== undefined && entry.hits >= times)) entry.enabled = false;
    const { kind } = entry.rule.action;
    // What waits is reported once it is counted among the held, a change once it is made.
    if (kind !== "hold" && kind !== "delay" && !isAnswerChange(entry.rule.action)) this.#report(entry);
    return true;
  }

  /** Counts a change that came to nothing as none: a rule that is on for some hits stays on for them. */
  #settled(entry: Entry, places: number): void {
    if (!this.#entries.has(entry.faultId)) return;
    if (places === 0) {
      if (entry.hits === entry.rule.times) entry.enabled = true;
      entry.hits--;
      entry.misses++;
    }
    this.#report(entry);
  }

  async #carryOut(
    entry: Entry,
    action: Exclude<FaultRule["action"], AnswerChange | { readonly kind: "corrupt" | "repeat" }>,
    request: FaultedRequest,
  ): Promise<FaultOutcome> {
    switch (action.kind) {
      case "hold":
        return await this.#wait(entry, request, undefined);
      case "delay":
        return await this.#wait(entry, request, action.delayMs);
      case "error":
        return { type: "error", code: action.code };
      case "drop":
        return { type: "drop" };
      case "cutConnection":
        return { type: "cut", midFrame: action.midFrame === true };
    }
  }

  #wait(entry: Entry, request: FaultedRequest, delayMs: number | undefined): Promise<FaultOutcome> {
    entry.holding.set(request, this.#clock.now());
    this.#report(entry);
    request.held(entry.faultId);
    return new Promise((resolve) => {
      const waits = new DisposableStore();
      const end = (outcome: FaultOutcome) => {
        waits.dispose();
        if (!entry.holding.delete(request)) return;
        if (this.#entries.has(entry.faultId)) this.#report(entry);
        resolve(outcome);
      };
      waits.add(entry.released.event(() => end(proceed)));
      waits.add(request.onGone(() => end({ type: "drop" })));
      if (delayMs !== undefined) waits.add(this.#clock.schedule(delayMs, () => end(proceed)));
    });
  }

  #report(entry: Entry): void {
    this.#observe(describe(entry, false));
  }
}

function release(entry: Entry): void {
  entry.released.fire();
}

function describe(entry: Entry, removed: boolean): BrokerFault {
  const { match, kind } = entry.rule;
  const [heldSince] = removed ? [] : entry.holding.values();
  return {
    type: "broker.fault",
    faultId: entry.faultId,
    kind: kind ?? "rule",
    title: ruleTitle(entry.rule),
    enabled: entry.enabled,
    removed,
    hits: entry.hits,
    misses: entry.misses === 0 ? undefined : entry.misses,
    holding: removed ? 0 : entry.holding.size,
    heldSince,
    since: entry.since,
    groupId: match.groupId,
    topic: match.topic,
    partition: match.partition,
  };
}
