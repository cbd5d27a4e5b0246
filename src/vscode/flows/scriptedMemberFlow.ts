import { playgroundClusterId } from "#host/channel/clusterRequests.ts";
import type {
  MemberChange,
  MemberProtocol,
  ScriptedMemberChoice,
  ScriptedMemberSummary,
  ScriptSummary,
} from "#host/channel/playgroundRequests.ts";
import type { HostLink } from "../host/hostLink.ts";
import { askMany, askPick } from "../ui/ask.ts";
import { runWizard, type Step } from "../ui/wizard.ts";
import { checkGroupId } from "./validation.ts";

const title = "Add scripted member";

/** A member while it is being chosen; what is missing is asked for. */
interface Draft {
  readonly groupId: string | undefined;
  /** Empty where the group says it. */
  readonly topics: readonly string[] | undefined;
  readonly script: ScriptSummary | undefined;
  readonly protocol: MemberProtocol | "asOthers" | undefined;
  readonly isStatic: boolean | undefined;
}

/** Asks for the group, unless the row says it, and for what the member reads, does and speaks. */
export async function chooseMember(
  link: HostLink,
  groupId: string | undefined,
): Promise<ScriptedMemberChoice | undefined> {
  const nothing = { topics: undefined, script: undefined, protocol: undefined, isStatic: undefined };
  const draft = await runWizard<Draft>(
    [askGroup(link), askTopics(link), askScript(link), askProtocol, askStatic],
    { groupId, ...nothing },
  );
  if (draft?.groupId === undefined) return undefined;
  return {
    groupId: draft.groupId,
    topics: draft.topics ?? [],
    scriptId: draft.script?.scriptId,
    protocol: draft.protocol === "asOthers" ? undefined : draft.protocol,
    isStatic: draft.isStatic,
  };
}

/** Asks what becomes different of a member: how it behaves, and what it offers its group. */
export async function chooseChange(
  link: HostLink,
  member: ScriptedMemberSummary,
): Promise<MemberChange | undefined> {
  const title = `Change ${member.name} of ${member.groupId}`;
  const scripts = await link.request("playground.scripts", {});
  return runWizard<MemberChange>(
    [
      async (change, place) => {
        const answer = await pickScript(scripts, { title, ...place, now: member.scriptId });
        return typeof answer === "string" ? answer : { ...change, scriptId: answer.choice.scriptId };
      },
      async (change, place) => {
        const answer = await askPick<MemberProtocol>({
          title,
          ...place,
          placeholder: "What does it offer? It restarts, as in a rolling deployment.",
          active: member.protocol,
          choices: protocols.map((each) => ({
            ...each,
            description: each.choice === member.protocol ? `as now · ${each.description}` : each.description,
          })),
        });
        return typeof answer === "string" ? answer : { ...change, protocol: answer.choice };
      },
    ],
    {},
  );
}

function askGroup(link: HostLink): Step<Draft> {
  return async (draft, { canGoBack }) => {
    if (draft.groupId !== undefined) return "skip";
    const groups = await link.request("cluster.groups", { clusterId: playgroundClusterId });
    const answer = await askPick<string>({
      title,
      canGoBack,
      placeholder: "Which group does it join? Type a name for a new group.",
      choices: groups.map(({ groupId, state }) => ({
        choice: groupId,
        label: groupId,
        description: state ?? "",
      })),
      create: (text) =>
        checkGroupId(text) === undefined && !groups.some(({ groupId }) => groupId === text)
          ? { choice: text, label: text, description: "new group", alwaysShow: true }
          : undefined,
    });
    return typeof answer === "string" ? answer : { ...draft, groupId: answer.choice };
  };
}

/** A group that has scripted members reads what they read; another one has to say. */
function askTopics(link: HostLink): Step<Draft> {
  return async (draft, { canGoBack }) => {
    const { members } = await link.request("playground.status", {});
    if (members.some((member) => member.groupId === draft.groupId)) return "skip";
    const topics = await link.request("cluster.topics", { clusterId: playgroundClusterId });
    const shown = topics.filter(({ isInternal }) => !isInternal);
    const answer = await askMany({
      title,
      canGoBack,
      placeholder: "Which topics does it read?",
      none: "Choose at least one topic",
      selected: shown.length === 1 ? shown.map(({ topic }) => topic) : [],
      choices: shown.map(({ topic }) => ({ choice: topic, label: topic })),
    });
    return typeof answer === "string" ? answer : { ...draft, topics: answer.choices };
  };
}

function askScript(link: HostLink): Step<Draft> {
  return async (draft, { canGoBack }) => {
    const scripts = await link.request("playground.scripts", {});
    const answer = await pickScript(scripts, { title, canGoBack });
    return typeof answer === "string" ? answer : { ...draft, script: answer.choice };
  };
}

function pickScript(
  scripts: readonly ScriptSummary[],
  {
    now,
    ...place
  }: { readonly title: string; readonly canGoBack?: boolean; readonly now?: ScriptSummary["scriptId"] },
) {
  return askPick<ScriptSummary>({
    ...place,
    placeholder: "How does it behave?",
    active: scripts.find(({ scriptId }) => scriptId === now),
    choices: scripts.map((script) => ({
      choice: script,
      label: script.title,
      detail: script.shows,
      ...(script.scriptId === now && { description: "as now" }),
    })),
  });
}

const protocols: readonly {
  readonly choice: MemberProtocol;
  readonly label: string;
  readonly description: string;
}[] = [
  { choice: "range", label: "range", description: "classic, eager: everybody stops for a rebalance" },
  {
    choice: "range, cooperative-sticky",
    label: "range, then cooperative-sticky",
    description: "classic: whichever all members offer",
  },
  {
    choice: "cooperative-sticky, range",
    label: "cooperative-sticky, then range",
    description: "classic: on the way there (KIP-429)",
  },
  { choice: "cooperative-sticky", label: "cooperative-sticky", description: "classic, in small steps" },
  { choice: "consumer", label: "consumer", description: "KIP-848: the broker divides the partitions" },
];

const asOthers = {
  choice: "asOthers",
  label: "As the others",
  description: "what the group's scripted members speak",
} as const;

const askProtocol: Step<Draft> = async (draft, { canGoBack }) => {
  const answer = await askPick<MemberProtocol | "asOthers">({
    title,
    canGoBack,
    placeholder: "Which protocol does it speak?",
    choices: [asOthers, ...protocols],
  });
  return typeof answer === "string" ? answer : { ...draft, protocol: answer.choice };
};

/** A twin is static by nature. */
const askStatic: Step<Draft> = async (draft, { canGoBack }) => {
  if (draft.script?.isTwin === true) return "skip";
  const answer = await askPick<boolean>({
    title,
    canGoBack,
    placeholder: "Does it keep an identity?",
    choices: [
      { choice: false, label: "Dynamic", description: "a new member each time it joins" },
      {
        choice: true,
        label: "Static",
        description: "its group.instance.id lets it come back without a rebalance (KIP-345)",
      },
    ],
  });
  return typeof answer === "string" ? answer : { ...draft, isStatic: answer.choice };
};
