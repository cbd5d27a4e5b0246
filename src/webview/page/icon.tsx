/** A codicon; decoration only, as words stand beside it or in the control's label. */
export function Icon({ name }: { readonly name: string }) {
  return <span class={`codicon codicon-${name}`} aria-hidden="true" />;
}

const severityIcons = { error: "error", warning: "warning", info: "info", none: "circle-outline" } as const;

/** The sign of a severity, told apart by shape and by colour. */
export function SeverityIcon({ severity }: { readonly severity: keyof typeof severityIcons }) {
  return (
    <span class={`severity ${severity} codicon codicon-${severityIcons[severity]}`} aria-hidden="true" />
  );
}
