import type { SaslProfile } from "#host/channel/clusterProfile.ts";
import { askPick, askText } from "../ui/ask.ts";
import type { Step } from "../ui/wizard.ts";
import type { ClusterDraft } from "./clusterDraft.ts";

type Mechanism = SaslProfile["mechanism"];

const askMechanism: Step<ClusterDraft> = async (draft, place) => {
  const answer = await askPick<Mechanism | "none">({
    title: draft.title,
    ...place,
    placeholder: "How do you sign in?",
    active: draft.profile.sasl?.mechanism ?? "none",
    choices: [
      { choice: "none", label: "No sign-in", description: "or by client certificate" },
      { choice: "PLAIN", label: "SASL PLAIN", description: "user name and password" },
      { choice: "SCRAM-SHA-256", label: "SASL SCRAM-SHA-256", description: "user name and password" },
      { choice: "SCRAM-SHA-512", label: "SASL SCRAM-SHA-512", description: "user name and password" },
      { choice: "OAUTHBEARER", label: "SASL OAUTHBEARER", description: "a token from a command or variable" },
    ],
  });
  if (typeof answer === "string") return answer;
  return { ...draft, profile: withSasl(draft.profile, emptySasl(answer.choice, draft.profile.sasl)) };
};

/** What was known of the mechanism before is kept when it stays the same. */
function emptySasl(mechanism: Mechanism | "none", before: SaslProfile | undefined): SaslProfile | undefined {
  if (mechanism === "none") return undefined;
  if (mechanism === "OAUTHBEARER") {
    return before?.mechanism === "OAUTHBEARER"
      ? before
      : { mechanism, token: { from: "environment", variable: "" } };
  }
  return { mechanism, username: before && before.mechanism !== "OAUTHBEARER" ? before.username : "" };
}

function withSasl(profile: ClusterDraft["profile"], sasl: SaslProfile | undefined): ClusterDraft["profile"] {
  const { sasl: _replaced, ...rest } = profile;
  return sasl ? { ...rest, sasl } : rest;
}

const askUsername: Step<ClusterDraft> = async (draft, place) => {
  const { sasl } = draft.profile;
  if (!sasl || sasl.mechanism === "OAUTHBEARER") return "skip";
  const answer = await askText({
    title: draft.title,
    ...place,
    prompt: "User name",
    value: sasl.username,
    validate: (text) => (text === "" ? "A user name is needed." : undefined),
  });
  if (typeof answer === "string") return answer;
  return { ...draft, profile: withSasl(draft.profile, { ...sasl, username: answer.text }) };
};

const askPassword: Step<ClusterDraft> = async (draft, place) => {
  const { sasl } = draft.profile;
  if (!sasl || sasl.mechanism === "OAUTHBEARER") {
    const { password: _dropped, ...secrets } = draft.secrets;
    return draft.secrets.password === undefined ? "skip" : { ...draft, secrets };
  }
  const answer = await askText({
    title: draft.title,
    ...place,
    prompt: `Password of ${sasl.username}. Kept in the secret storage of the editor, never in settings.`,
    password: true,
    value: draft.secrets.password ?? "",
  });
  if (typeof answer === "string") return answer;
  return { ...draft, secrets: { ...draft.secrets, password: answer.text } };
};

const askTokenSource: Step<ClusterDraft> = async (draft, place) => {
  const { sasl } = draft.profile;
  if (sasl?.mechanism !== "OAUTHBEARER") return "skip";
  const answer = await askPick<"command" | "environment">({
    title: draft.title,
    ...place,
    placeholder: "Where does the token come from? It is asked for again whenever one is needed.",
    active: sasl.token.from,
    choices: [
      { choice: "command", label: "A command", description: "prints the token; run by your shell" },
      { choice: "environment", label: "An environment variable", description: "of the editor's process" },
    ],
  });
  if (typeof answer === "string") return answer;
  if (answer.choice === sasl.token.from) return { ...draft };
  const token =
    answer.choice === "command"
      ? ({ from: "command", command: "" } as const)
      : ({ from: "environment", variable: "" } as const);
  return { ...draft, profile: withSasl(draft.profile, { mechanism: "OAUTHBEARER", token }) };
};

const askToken: Step<ClusterDraft> = async (draft, place) => {
  const { sasl } = draft.profile;
  if (sasl?.mechanism !== "OAUTHBEARER") return "skip";
  const byCommand = sasl.token.from === "command";
  const answer = await askText({
    title: draft.title,
    ...place,
    prompt: byCommand
      ? "Command that prints the token"
      : "Name of the environment variable that holds the token",
    placeholder: byCommand ? "my-login token --audience kafka" : "KAFKA_TOKEN",
    value: sasl.token.from === "command" ? sasl.token.command : sasl.token.variable,
    validate: (text) => (text.trim() === "" ? "It must not be empty." : undefined),
  });
  if (typeof answer === "string") return answer;
  const text = answer.text.trim();
  const token = byCommand
    ? ({ from: "command", command: text } as const)
    : ({ from: "environment", variable: text } as const);
  return { ...draft, profile: withSasl(draft.profile, { mechanism: "OAUTHBEARER", token }) };
};

/** The questions about signing in, each only where it applies. */
export const saslSteps: readonly Step<ClusterDraft>[] = [
  askMechanism,
  askUsername,
  askPassword,
  askTokenSource,
  askToken,
];
