import { askText } from "../ui/ask.ts";
import { runWizard, type Step } from "../ui/wizard.ts";
import type { ClusterDraft } from "./clusterDraft.ts";
import { saslSteps } from "./saslSteps.ts";
import { tlsSteps } from "./tlsSteps.ts";
import { checkBootstrapServers, checkName, splitServers } from "./validation.ts";

/** Asks for everything a connection needs; undefined when the user gave up. */
export function describeCluster(start: ClusterDraft): Promise<ClusterDraft | undefined> {
  return runWizard<ClusterDraft>([askServers, askName, ...tlsSteps, ...saslSteps], start);
}

const askServers: Step<ClusterDraft> = async (draft, place) => {
  const answer = await askText({
    title: draft.title,
    ...place,
    prompt: "Bootstrap servers: host:port, several separated by commas",
    placeholder: "localhost:9092",
    value: draft.profile.bootstrapServers.join(", "),
    validate: checkBootstrapServers,
  });
  if (typeof answer === "string") return answer;
  return { ...draft, profile: { ...draft.profile, bootstrapServers: splitServers(answer.text) } };
};

const askName: Step<ClusterDraft> = async (draft, place) => {
  const [first = ""] = draft.profile.bootstrapServers;
  const answer = await askText({
    title: draft.title,
    ...place,
    prompt: "A name for the cluster",
    value: draft.profile.name === "" ? first.replace(/:\d+$/, "") : draft.profile.name,
    validate: checkName,
  });
  if (typeof answer === "string") return answer;
  return { ...draft, profile: { ...draft.profile, name: answer.text.trim() } };
};
