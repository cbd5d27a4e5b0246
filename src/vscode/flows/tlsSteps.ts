import * as vscode from "vscode";
import type { TlsProfile } from "#host/channel/clusterProfile.ts";
import { askPick, askText } from "../ui/ask.ts";
import type { Step } from "../ui/wizard.ts";
import type { ClusterDraft } from "./clusterDraft.ts";

type TlsChoice = "none" | "systemCa" | "ownCa" | "clientCertificate" | "anyCertificate";

const askTls: Step<ClusterDraft> = async (draft, place) => {
  const answer = await askPick<TlsChoice>({
    title: draft.title,
    ...place,
    placeholder: "How is the connection protected?",
    active: tlsChoiceOf(draft.profile.tls),
    choices: [
      { choice: "none", label: "Plaintext", description: "no encryption" },
      {
        choice: "systemCa",
        label: "TLS",
        description: "the certificate is signed by a well-known authority",
      },
      { choice: "ownCa", label: "TLS with a CA file…", description: "signed by your own authority (PEM)" },
      {
        choice: "clientCertificate",
        label: "TLS with a client certificate…",
        description: "mutual TLS: CA, certificate and key (PEM)",
      },
      {
        choice: "anyCertificate",
        label: "TLS, any certificate",
        description: "encrypted, but anyone could be at the other end: for tests only",
      },
    ],
  });
  if (typeof answer === "string") return answer;
  return { ...draft, profile: withTls(draft.profile, await describeTls(answer.choice, draft.profile.tls)) };
};

function tlsChoiceOf(tls: TlsProfile | undefined): TlsChoice {
  if (!tls) return "none";
  if (tls.acceptAnyCertificate) return "anyCertificate";
  if (tls.certFile !== undefined) return "clientCertificate";
  return tls.caFile === undefined ? "systemCa" : "ownCa";
}

function withTls(profile: ClusterDraft["profile"], tls: TlsProfile | undefined): ClusterDraft["profile"] {
  const { tls: _replaced, ...rest } = profile;
  return tls ? { ...rest, tls } : rest;
}

async function describeTls(
  choice: TlsChoice,
  before: TlsProfile | undefined,
): Promise<TlsProfile | undefined> {
  switch (choice) {
    case "none":
      return undefined;
    case "systemCa":
      return {};
    case "anyCertificate":
      return { acceptAnyCertificate: true };
    case "ownCa": {
      const caFile = (await pickFile("CA file (PEM)")) ?? before?.caFile;
      return caFile === undefined ? {} : { caFile };
    }
    case "clientCertificate": {
      const caFile =
        (await pickFile("CA file (PEM); cancel to use well-known authorities")) ?? before?.caFile;
      const certFile = (await pickFile("Client certificate (PEM)")) ?? before?.certFile;
      const keyFile = (await pickFile("Private key of the client certificate (PEM)")) ?? before?.keyFile;
      return {
        ...(caFile !== undefined && { caFile }),
        ...(certFile !== undefined && keyFile !== undefined && { certFile, keyFile }),
      };
    }
  }
}

async function pickFile(title: string): Promise<string | undefined> {
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title,
      openLabel: "Use",
      filters: { "PEM files": ["pem", "crt", "cer", "key"], "All files": ["*"] },
    })) ?? [];
  return chosen?.fsPath;
}

const askPassphrase: Step<ClusterDraft> = async (draft, place) => {
  if (draft.profile.tls?.keyFile === undefined) {
    return draft.secrets.keyPassphrase === undefined ? "skip" : withoutPassphrase(draft);
  }
  const answer = await askText({
    title: draft.title,
    ...place,
    prompt:
      "Passphrase of the private key; empty when it has none. Kept in the secret storage of the editor.",
    password: true,
    value: draft.secrets.keyPassphrase ?? "",
  });
  if (typeof answer === "string") return answer;
  if (answer.text === "") return withoutPassphrase(draft);
  return { ...draft, secrets: { ...draft.secrets, keyPassphrase: answer.text } };
};

function withoutPassphrase(draft: ClusterDraft): ClusterDraft {
  const { keyPassphrase: _dropped, ...secrets } = draft.secrets;
  return { ...draft, secrets };
}

/** The questions about TLS, those about files only where files are used. */
export const tlsSteps: readonly Step<ClusterDraft>[] = [askTls, askPassphrase];
