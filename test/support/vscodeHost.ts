import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePorts } from "./freePorts.ts";
import { type GuardedProcess, spawnGuarded } from "./guardedProcess.ts";
import { runOrThrow } from "./runProgram.ts";
import { vscodeEntry } from "./vscodeInstall.ts";

/** How the extension gets into the editor. */
export type ExtensionSource =
  /** A folder taken as installed, straight from the working tree. */
  | { readonly from: "folder"; readonly folder: string }
  /** A package, installed as a user would. */
  | { readonly from: "vsix"; readonly file: string }
  /** Named by the page's address (`testUrl`); the editor shows no notifications then. */
  | { readonly from: "development" };

/** How the editor that is served is set up. */
export interface HostOptions {
  readonly extension: ExtensionSource;
  /** User and machine settings that win over ours; a data folder that has settings already keeps its own. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly port?: number | undefined;
  /** Kept when given; else a temporary folder, removed by `stop`. */
  readonly dataFolder?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
}

/** A real VS Code, served to browsers of this machine. */
export interface VscodeHost {
  readonly port: number;
  /** The address of a window on `folder`. */
  url(folder: string): string;
  /** The address of a window that loads `extension` from its folder and runs `tests` (a bundle) in it. */
  testUrl(window: {
    readonly folder: string;
    readonly extension: string;
    readonly tests: string;
    readonly env: Readonly<Record<string, string>>;
  }): string;
  /** What the server printed, its last part. */
  log(): string;
  readonly ended: GuardedProcess["ended"];
  stop(): Promise<void>;
}

/** The repository's own folder. */
export const repository = path.resolve(import.meta.dirname, "../..");

const quietSettings = {
  "workbench.startupEditor": "none",
  // The playground listens on a port by design; a notification about it would cover what is looked at.
  "remote.autoForwardPorts": false,
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "chat.disableAIFeatures": true,
  "git.openRepositoryInParentFolders": "never",
};

const startLimitMs = 60_000;

/** Starts VS Code's server on a loopback port and waits until it answers. */
export async function startVscodeHost(options: HostOptions): Promise<VscodeHost> {
  const { extension, settings = {}, dataFolder } = options;
  const entry = await vscodeEntry();
  const scratch = mkdtempSync(path.join(tmpdir(), "groupscope-vscode-"));
  const data = dataFolder ?? scratch;
  const port = options.port ?? (await freePorts(1))[0];
  if (port === undefined) throw new Error("no free port");

  const folders = prepareData(data, { ...quietSettings, ...settings });
  if (extension.from === "folder") registerFolder(folders.extensions, extension.folder);
  const env = hostEnvironment(scratch, options.env);
  const places = [
    "--config",
    folders.config,
    "--user-data-dir",
    folders.user,
    "--extensions-dir",
    folders.extensions,
  ];
  if (extension.from === "vsix") {
    const install = ["--install-extension", extension.file, "--force"];
    await runOrThrow(process.execPath, [entry, ...places, ...install], { env });
  }

  const server = spawnGuarded(
    process.execPath,
    [
      entry,
      ...places,
      "--auth=none",
      `--bind-addr=127.0.0.1:${port}`,
      `--session-socket=${path.join(scratch, "session.sock")}`,
      "--disable-telemetry",
      "--disable-update-check",
      "--disable-workspace-trust",
      "--disable-getting-started-override",
      "--ignore-last-opened",
      ...(extension.from === "development" ? ["--vscode-option", "enable-smoke-test-driver"] : []),
    ],
    { env, stdio: ["ignore", "pipe", "pipe"], orphanedFolder: scratch },
  );
  let log = "";
  for (const output of [server.child.stdout, server.child.stderr]) {
    output?.setEncoding("utf8").on("data", (text: string) => {
      log = (log + text).slice(-200_000);
    });
  }

  const stop = async () => {
    await server.stop(5_000);
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  const origin = `http://127.0.0.1:${port}`;
  if (!(await answers(`${origin}/healthz`, server))) {
    await stop();
    throw new Error(`VS Code's server did not start on port ${port}\n${log}`);
  }

  const url = (folder: string) => `${origin}/?folder=${encodeURIComponent(folder)}`;
  return {
    port,
    url,
    testUrl: (window) => {
      const remote = (file: string) => `vscode-remote://127.0.0.1:${port}${file}`;
      const payload = [
        ["extensionDevelopmentPath", remote(window.extension)],
        ["extensionTestsPath", remote(window.tests)],
        ["extensionEnvironment", JSON.stringify(window.env)],
      ];
      return `${url(window.folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
    },
    log: () => log,
    ended: server.ended,
    stop,
  };
}

function prepareData(data: string, settings: Readonly<Record<string, unknown>>) {
  const user = path.join(data, "data");
  const extensions = path.join(data, "extensions");
  const config = path.join(data, "config.yaml");
  mkdirSync(extensions, { recursive: true });
  // Without it, code-server reads and writes one in the user's home.
  writeFileSync(config, "auth: none\n");
  // A remote window takes settings of scope `machine` from the second file only.
  for (const scope of ["User", "Machine"]) {
    mkdirSync(path.join(user, scope), { recursive: true });
    const file = path.join(user, scope, "settings.json");
    // A data folder that is kept holds what its user has set since.
    if (!existsSync(file)) writeFileSync(file, JSON.stringify(settings, null, 2));
  }
  return { user, extensions, config };
}

function registerFolder(extensionsFolder: string, folder: string): void {
  const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Record<
    string,
    string
  >;
  const registered = {
    identifier: { id: `${manifest["publisher"]}.${manifest["name"]}` },
    version: manifest["version"],
    location: { $mid: 1, scheme: "file", path: folder },
    metadata: { isMachineScoped: true, pinned: true, source: "vsix", installedTimestamp: Date.now() },
  };
  writeFileSync(path.join(extensionsFolder, "extensions.json"), JSON.stringify([registered]));
}

/** Nothing of an editor that we may have been started from, no marketplace, nothing written to the user's home. */
function hostEnvironment(scratch: string, extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const foreign = /^(VSCODE_.*|ELECTRON_RUN_AS_NODE|PASSWORD|HASHED_PASSWORD|PORT|npm_.*)$/;
  const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return {
    ...Object.fromEntries(inherited),
    EXTENSIONS_GALLERY: "{}",
    XDG_DATA_HOME: path.join(scratch, "xdg"),
    ...extra,
  };
}

async function answers(url: string, server: GuardedProcess): Promise<boolean> {
  let ended = false;
  void server.ended.then(() => {
    ended = true;
  });
  for (const end = Date.now() + startLimitMs; Date.now() < end && !ended; ) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
