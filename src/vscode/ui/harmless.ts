/**
 * Text of others for a notification: VS Code makes a link of `[label](command:…)` there, and runs the command on a
 * click. Brokers choose what their errors say, and names of groups and topics come off the wire.
 */
export function harmlessMessage(text: string): string {
  // A word joiner is invisible, and whoever copies the text finds all of it.
  return text.replaceAll("](", "]\u2060(");
}

/** Text of others where VS Code draws icons: in the status bar and in the labels of quick picks, `$(…)` is one. */
export function harmlessLabel(text: string): string {
  return text.replaceAll("$(", "$\u2060(");
}

/** What a quick pick shows of an answer. */
interface PickTexts {
  readonly label: string;
  readonly description?: string | undefined;
  readonly detail?: string | undefined;
}

/** An answer with no icon but one that its label begins with: ours stand there, names of others elsewhere. */
export function harmlessItem<T extends PickTexts>(item: T): T {
  const { label, description, detail } = item;
  const own = /^\$\([a-z-]+\) /.exec(label)?.[0] ?? "";
  return {
    ...item,
    label: own + harmlessLabel(label.slice(own.length)),
    ...(description !== undefined && { description: harmlessLabel(description) }),
    ...(detail !== undefined && { detail: harmlessLabel(detail) }),
  };
}
