import type { GroupView, MemberView } from "./groupView.ts";
import type { SessionModel } from "./model.ts";
import { sessionName } from "./sessionView.ts";
import { shortId } from "./words.ts";

/** How people tell members apart: our session's name, a static id, else the clientId where it is enough. */
export function memberName(member: MemberView, all: readonly MemberView[]): string {
  if (member.session) return sessionName(member.session);
  const said = member.groupInstanceId ?? member.clientId;
  if (said === "") return shortId(member.memberId);
  const shared = all.some((other) => other !== member && (other.groupInstanceId ?? other.clientId) === said);
  return shared ? shortId(member.memberId) : said;
}

/** The name of whoever has that memberId now, or the id shortened. */
export function nameOfMemberId(view: GroupView, memberId: string): string {
  const member = view.members.find((known) => known.memberId === memberId);
  return member ? memberName(member, view.members) : shortId(memberId);
}

/** A member that the group waits for, as the broker itself told. */
export interface MissingMember {
  readonly memberId: string;
  readonly name: string;
  readonly lastHeartbeatAt: number | undefined;
  readonly sessionTimeoutMs: number | undefined;
  readonly rebalanceTimeoutMs: number | undefined;
  readonly evictedAt: number | undefined;
  /** What keeps it, where it is one of ours: a whole sentence, with `since`. */
  readonly heldUpBy: HeldUp | undefined;
}

/** What on its own side keeps one of our consumers from joining a rebalance. */
export interface HeldUp {
  readonly since: number;
  /** Completes “B …”. */
  readonly what: string;
}

/** The rebalance gate, or a rebalance callback that runs; undefined when neither keeps it. */
export function heldUpBy({ gate, callback }: SessionModel): HeldUp | undefined {
  if (gate?.waitingSince !== undefined) {
    const records = gate.records === 1 ? "1 record" : `${gate.records ?? 0} records`;
    const what = `holds its rebalance gate: ${records} of a poll are not released (allow the rebalance)`;
    return { since: gate.waitingSince, what };
  }
  if (callback && callback.endedAt === undefined) {
    return { since: callback.startedAt, what: `runs its ${callback.callback} callback` };
  }
  return undefined;
}

/** Who has not rejoined; undefined when nobody who knows has told (a real broker does not). */
export function missingMembers(view: GroupView): readonly MissingMember[] | undefined {
  if (!view.saysWhoIsMissing) return undefined;
  return view.members
    .filter((member) => member.phase === "notRejoined")
    .map((member) => ({
      memberId: member.memberId,
      name: memberName(member, view.members),
      lastHeartbeatAt: member.lastHeartbeatAt,
      sessionTimeoutMs: member.sessionTimeoutMs,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      evictedAt: member.evictedAt,
      heldUpBy: member.session && heldUpBy(member.session),
    }));
}
