// Bundles what ships: `node esbuild.js [--production] [--watch]`.
//
//   dist/{extension,worker,cli}.cjs   one file each; `vscode` comes from the editor, `cli` needs no more than Node 20
//   dist/webview/<panel>.{js,css}     one pair per folder of src/webview that has a main.ts(x)
//   dist/webview/codicons/            the editor's icon font, for the panels
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { context } from "esbuild";
import { findEagerImports, sizeReport } from "./scripts/build/metafile.ts";

const production = process.argv.includes("--production");
const watching = process.argv.includes("--watch");

const nodeEntries = {
  extension: "src/extension.ts",
  worker: "src/host/worker.ts",
  cli: "src/cli/main.ts",
};

const { version } = JSON.parse(readFileSync("package.json", "utf8"));

const common = {
  bundle: true,
  outdir: "dist",
  minify: production,
  sourcemap: production ? false : "linked",
  metafile: true,
  legalComments: "none",
  logLevel: "silent",
};

const present = Object.entries(nodeEntries).filter(([, file]) => existsSync(file));

function nodeBuild() {
  return {
    ...common,
    entryPoints: Object.fromEntries(present),
    outExtension: { ".js": ".cjs" },
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["vscode"],
    define: { "process.env.npm_package_version": JSON.stringify(version) },
  };
}

/** Panels are found, not listed. A page may import its stylesheet or have a `main.css` beside it. */
function webviewBuild() {
  const entryPoints = [];
  for (const panel of readdirSync("src/webview", { withFileTypes: true }).filter((each) =>
    each.isDirectory(),
  )) {
    const candidates = ["main.ts", "main.tsx", "main.css"].map((file) => `src/webview/${panel.name}/${file}`);
    for (const file of candidates.filter((each) => existsSync(each))) {
      entryPoints.push({ in: file, out: `webview/${panel.name}` });
    }
  }
  return {
    ...common,
    entryPoints,
    platform: "browser",
    format: "iife",
    target: "chrome128",
    jsx: "automatic",
    jsxImportSource: "preact",
  };
}

function copyCodicons() {
  for (const file of ["codicon.css", "codicon.ttf"]) {
    cpSync(`node_modules/@vscode/codicons/dist/${file}`, `dist/webview/codicons/${file}`);
  }
}

/** The words are what .vscode/tasks.json waits for. */
const announceBuilds = {
  name: "announce",
  setup(build) {
    build.onStart(() => console.log("[watch] build started"));
    build.onEnd((result) => {
      for (const { text, location } of result.errors) {
        const place = location ? `${location.file}:${location.line}:${location.column}` : "esbuild";
        console.log(`${place}: error: ${text}`);
      }
      console.log("[watch] build finished");
    });
  },
};

/** Goes on until the process is stopped. */
async function watch(builds) {
  for (const options of builds) {
    const watched = await context({ ...options, plugins: [announceBuilds] });
    await watched.watch();
  }
}

/** Fails where kafkajs, most of the worker's size, would be evaluated before someone needs it. */
async function buildOnce(builds) {
  for (const options of builds) {
    const once = await context({ ...options, logLevel: "warning" });
    try {
      const { metafile } = await once.rebuild();
      const eager = findEagerImports(metafile, "/kafkajs/");
      if (eager.length > 0)
        throw new Error(`kafkajs must be imported lazily, but is not in ${eager.join(", ")}`);
      console.log(sizeReport(metafile));
    } finally {
      await once.dispose();
    }
  }
}

try {
  rmSync("dist", { recursive: true, force: true });
  const builds = [nodeBuild(), webviewBuild()];
  copyCodicons();
  await (watching ? watch(builds) : buildOnce(builds));
  if (!watching) chmodSync("dist/cli.cjs", 0o755);

  const missing = Object.values(nodeEntries).filter((file) => !existsSync(file));
  if (missing.length > 0) throw new Error(`no such entry point: ${missing.join(", ")}`);
} catch (failure) {
  // esbuild has printed its own errors by now.
  console.error(`esbuild.js: ${failure instanceof Error ? failure.message : failure}`);
  process.exitCode = 1;
}
