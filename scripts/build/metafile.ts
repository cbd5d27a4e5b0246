import type { Metafile } from "esbuild";

/** One line per bundle with its size, largest inputs named for the large ones. */
export function sizeReport(metafile: Metafile): string {
  return Object.entries(metafile.outputs)
    .filter(([file]) => !file.endsWith(".map"))
    .map(([file, { bytes, inputs }]) => `${kilobytes(bytes)}  ${file}${largestPackages(inputs, bytes)}`)
    .join("\n");
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1).padStart(8)} kB`;
}

/** The packages of node_modules that make up at least a tenth of a bundle. */
function largestPackages(inputs: Metafile["outputs"][string]["inputs"], total: number): string {
  const sizes = new Map<string, number>();
  for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
    if (name !== undefined) sizes.set(name, (sizes.get(name) ?? 0) + bytesInOutput);
  }
  const named = [...sizes]
    .filter(([, bytes]) => bytes * 10 > total)
    .map(([name, bytes]) => `${name} ${kilobytes(bytes).trim()}`);
  return named.length > 0 ? `  (of which ${named.join(", ")})` : "";
}

/** Files of ours that import a package (`/name/`) in a way that evaluates it at start. */
export function findEagerImports(metafile: Metafile, name: `/${string}/`): readonly string[] {
  return Object.entries(metafile.inputs)
    .filter(([file]) => !file.includes("node_modules/"))
    .filter(([, { imports }]) =>
      imports.some(({ path, kind }) => path.includes(`node_modules${name}`) && kind !== "dynamic-import"),
    )
    .map(([file]) => file);
}
