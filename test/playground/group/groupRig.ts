import {
  type ClassicGroup,
  emptyGroup,
  type GroupEffect,
  type GroupSettings,
  type JoinAnswer,
  type JoinProtocol,
  type Step,
  type SyncAnswer,
} from "#playground/group/classicGroup.ts";
import { timePassed } from "#playground/group/expiry.ts";
import { heartbeat } from "#playground/group/heartbeat.ts";
import { join } from "#playground/group/join.ts";
import { leave } from "#playground/group/leave.ts";
import { sync } from "#playground/group/sync.ts";

const settings: GroupSettings = {
  initialRebalanceDelayMs: 100,
  minSessionTimeoutMs: 1_000,
  maxSessionTimeoutMs: 60_000,
  newMemberJoinTimeoutMs: 300_000,
  maxMembers: 10,
};

/** What a member says about itself when it joins; the rest is as usual. */
export interface JoinOptions {
  readonly memberId?: string;
  readonly groupInstanceId?: string;
  readonly protocols?: readonly string[];
  readonly metadata?: string;
  readonly protocolType?: string;
  readonly sessionTimeoutMs?: number;
  readonly rebalanceTimeoutMs?: number;
  readonly version?: number;
  readonly reason?: string;
}

/** Drives the pure transitions of one group by hand, time included. */
export class GroupRig {
  group: ClassicGroup;
  now = 0;
  readonly joins = new Map<string, JoinAnswer>();
  readonly syncs = new Map<string, SyncAnswer>();
  readonly gone: Extract<GroupEffect, { type: "memberGone" }>[] = [];
  readonly #requests = new Map<number, string>();
  #nextToken = 1;
  #nextId = 1;

  constructor(changed: Partial<GroupSettings> = {}) {
    this.group = emptyGroup("billing", { ...settings, ...changed }, 0);
  }

  get state(): string {
    return this.group.phase.state;
  }

  /** Requests that still wait. */
  get unanswered(): readonly string[] {
    return Array.from(this.#requests.values());
  }

  get memberIds(): readonly string[] {
    return Array.from(this.group.members.keys());
  }

  /** Sends a JoinGroup under a name; its answer, once there, is found in `joins`. A new member gets `m<n>`. */
  join(request: string, options: JoinOptions = {}): JoinAnswer | undefined {
    const { memberId = "", groupInstanceId, protocols = ["range"], metadata = "t", version = 3 } = options;
    const token = this.#nextToken++;
    this.#requests.set(token, request);
    this.joins.delete(request);
    this.#apply(
      join(this.group, {
        now: this.now,
        token,
        memberId,
        groupInstanceId,
        clientId: "client",
        clientHost: "/127.0.0.1",
        sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
        rebalanceTimeoutMs: options.rebalanceTimeoutMs ?? 5_000,
        protocolType: options.protocolType ?? "consumer",
        protocols: protocols.map((name): JoinProtocol => ({ name, metadata: bytes(metadata) })),
        reason: options.reason,
        newMemberId: `m${this.#nextId++}`,
        requiresKnownMemberId: version >= 4,
        supportsSkippingAssignment: version >= 9,
      }),
    );
    return this.joins.get(request);
  }

  sync(
    memberId: string,
    options: {
      readonly generationId?: number;
      readonly groupInstanceId?: string;
      readonly assignments?: Readonly<Record<string, string>>;
      readonly protocolName?: string;
    } = {},
  ): SyncAnswer | undefined {
    const token = this.#nextToken++;
    this.#requests.set(token, memberId);
    this.syncs.delete(memberId);
    const assignments = Object.entries(options.assignments ?? {});
    this.#apply(
      sync(this.group, {
        now: this.now,
        token,
        memberId,
        groupInstanceId: options.groupInstanceId,
        generationId: options.generationId ?? this.group.generationId,
        protocolType: undefined,
        protocolName: options.protocolName,
        assignments: new Map(assignments.map(([id, assignment]) => [id, bytes(assignment)])),
      }),
    );
    return this.syncs.get(memberId);
  }

  heartbeat(memberId: string, generationId = this.group.generationId, groupInstanceId?: string): string {
    const { group, error } = heartbeat(this.group, {
      now: this.now,
      memberId,
      groupInstanceId,
      generationId,
    });
    this.group = group;
    return error;
  }

  leave(...members: readonly (string | { readonly memberId: string; readonly groupInstanceId: string })[]) {
    const { step, errors } = leave(this.group, {
      now: this.now,
      members: members.map((member) =>
        typeof member === "string"
          ? { memberId: member, groupInstanceId: undefined, reason: undefined }
          : { ...member, reason: undefined },
      ),
    });
    this.#apply(step);
    return errors;
  }

  /** Lets time pass in steps small enough that every deadline is met on time. */
  pass(ms: number): void {
    const until = this.now + ms;
    while (this.now < until) {
      this.now = Math.min(until, this.now + 50);
      this.#apply(timePassed(this.group, this.now));
    }
  }

  /** A stable group with one member for each name, the first of them leading; gives their ids. */
  stable(...options: readonly JoinOptions[]): readonly string[] {
    const ids = options.map((each, index) => {
      this.join(`start-${index}`, each);
      return `m${index + 1}`;
    });
    this.pass(this.group.settings.initialRebalanceDelayMs * 3);
    const assignments = Object.fromEntries(ids.map((id) => [id, `partitions of ${id}`]));
    ids.forEach((id, index) => {
      const groupInstanceId = options[index]?.groupInstanceId;
      const identity = groupInstanceId === undefined ? {} : { groupInstanceId };
      this.sync(id, id === this.group.leaderId ? { assignments, ...identity } : identity);
    });
    return ids;
  }

  #apply(step: Step): void {
    this.group = step.group;
    for (const effect of step.effects) {
      if (effect.type === "memberGone") this.gone.push(effect);
      else if (effect.type === "joinAnswered") this.joins.set(this.#nameOf(effect.token), effect.answer);
      else this.syncs.set(this.#nameOf(effect.token), effect.answer);
    }
  }

  /** Every request must be answered once and no more. */
  #nameOf(token: number): string {
    const name = this.#requests.get(token);
    if (name === undefined) throw new Error(`request ${token} was answered twice`);
    this.#requests.delete(token);
    return name;
  }
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function text(value: Uint8Array | undefined): string {
  return new TextDecoder().decode(value);
}
