import type { GroupView, MemberView } from "./groupView.ts";
import { memberName } from "./memberName.ts";
import { countText, listText } from "./words.ts";

/** Members that offer the same assignors. */
interface Offer {
  readonly assignors: readonly string[];
  readonly members: readonly MemberView[];
}

/** As many members are named. */
const shownMembers = 3;

/** Who offers which assignors, in words, as far as that is known: `worker-1 and worker-2 offer range`. */
export function offersText(view: GroupView): string {
  return offersIn(view)
    .map(({ members, assignors }) => {
      const all = members.map((member) => memberName(member, view.members)).sort();
      const names = all.slice(0, shownMembers);
      const more = members.length - names.length;
      const who = listText(more > 0 ? [...names, `${countText(more)} more`] : names);
      return `${who} ${members.length === 1 ? "offers" : "offer"} ${listText(assignors)}`;
    })
    .join("; ");
}

/** Whether members are known to offer different assignors, as in the middle of a migration. */
export function offersDiffer(view: GroupView): boolean {
  return offersIn(view).length > 1;
}

/** What all members offer whose assignors are known; undefined when nobody's are. */
export function commonAssignors(view: GroupView): readonly string[] | undefined {
  const [first, ...others] = offersIn(view);
  return first?.assignors.filter((assignor) => others.every(({ assignors }) => assignors.includes(assignor)));
}

function offersIn(view: GroupView): readonly Offer[] {
  const offers = new Map<string, Offer>();
  for (const member of view.members) {
    const assignors = member.session?.started?.assignors ?? member.assignors;
    if (assignors === undefined || assignors.length === 0) continue;
    const key = JSON.stringify([...assignors].sort());
    const known = offers.get(key);
    offers.set(key, { assignors, members: [...(known?.members ?? []), member] });
  }
  return [...offers.values()];
}
