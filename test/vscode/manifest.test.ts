import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { commandIds, contextKeys, settingKeys, viewIds } from "#vscode/ids.ts";

interface MenuItem {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

interface Manifest {
  readonly main: string;
  readonly icon: string;
  readonly engines: { readonly vscode: string };
  readonly extensionKind: readonly string[];
  readonly enabledApiProposals?: unknown;
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly supported: unknown;
      readonly restrictedConfigurations: readonly string[];
    };
  };
  readonly contributes: {
    readonly viewsContainers: {
      readonly activitybar: readonly { readonly id: string; readonly icon: string }[];
    };
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsWelcome: readonly {
      readonly view: string;
      readonly contents: string;
      readonly when?: string;
    }[];
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category?: string;
      readonly enablement?: string;
    }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly configuration: readonly {
      readonly properties: Readonly<
        Record<
          string,
          { readonly scope?: string; readonly markdownDescription?: string; readonly order?: number }
        >
      >;
    }[];
  };
}

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const { contributes } = manifest;
const settings = Object.assign(
  {},
  ...contributes.configuration.map(({ properties }) => properties),
) as Record<
  string,
  { readonly scope?: string; readonly markdownDescription?: string; readonly order?: number }
>;
const menuItems = Object.values(contributes.menus).flat();

test("the manifest declares exactly the commands there are", () => {
  const declared = contributes.commands.map(({ command }) => command).toSorted();

  expect(declared).toEqual(Object.values(commandIds).toSorted());
});

test("the manifest declares exactly the views there are", () => {
  const declared = Object.values(contributes.views).flatMap((views) => views.map(({ id }) => id));

  expect(declared.toSorted()).toEqual(Object.values(viewIds).toSorted());
});

test("the manifest declares exactly the settings there are, each described and in order", () => {
  const declared = Object.keys(settings).toSorted();

  expect(declared).toEqual(
    Object.values(settingKeys)
      .map((key) => `groupscope.${key}`)
      .toSorted(),
  );
  for (const [name, { markdownDescription, order }] of Object.entries(settings)) {
    expect(markdownDescription, name).toBeTruthy();
    expect(order, name).toBeTypeOf("number");
  }
});

test("a workspace can never set clusters: they can run a command for a token", () => {
  expect(settings["groupscope.clusters"]?.scope).toBe("machine");
  expect(manifest.capabilities.untrustedWorkspaces.supported).toBe("limited");
  expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toContain("groupscope.clusters");
});

test("every command has the category that the palette sorts by", () => {
  const wrong = contributes.commands.filter(({ category }) => category !== "Groupscope");

  expect(wrong).toEqual([]);
});

test("menus and welcomes name existing commands", () => {
  const known = new Set<string>(Object.values(commandIds));
  const inMenus = menuItems.map(({ command }) => command);
  const inWelcomes = contributes.viewsWelcome.flatMap(({ contents }) =>
    Array.from(contents.matchAll(/\(command:([\w.]+)\)/g), ([, command = ""]) => command),
  );

  expect([...inMenus, ...inWelcomes].filter((command) => !known.has(command))).toEqual([]);
});

test("conditions use no context key that nobody sets", () => {
  const known = new Set<string>([...Object.values(contextKeys), ...Object.values(viewIds)]);
  const conditions = [...menuItems, ...contributes.viewsWelcome, ...contributes.commands].map((each) =>
    [("when" in each && each.when) || "", ("enablement" in each && each.enablement) || ""].join(" "),
  );
  const used = conditions.flatMap((text) => Array.from(text.matchAll(/groupscope\.\w+/g), ([key]) => key));

  expect(used.filter((key) => !known.has(key))).toEqual([]);
});

test("each empty view has a welcome for every state", () => {
  for (const view of Object.values(viewIds)) {
    expect(contributes.viewsWelcome.filter((welcome) => welcome.view === view).length, view).toBeGreaterThan(
      1,
    );
  }
});

test("no proposed API is used: another editor would refuse to load it", () => {
  expect(manifest.enabledApiProposals).toBeUndefined();
  expect(manifest.engines.vscode).toBe("^1.101.0");
});

test("it runs where the workspace is, and its files exist", () => {
  expect(manifest.extensionKind).toEqual(["workspace"]);
  for (const file of [manifest.icon, ...contributes.viewsContainers.activitybar.map(({ icon }) => icon)]) {
    expect(existsSync(file), file).toBe(true);
  }
});
