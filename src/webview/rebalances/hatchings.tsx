/** Patterns that tell phases apart without colour; `main.css` gives each its colour. */
export function Hatchings() {
  return (
    <defs>
      <Hatching id="join" path="M0 6L6 0" />
      <Hatching id="sync" path="M1 3h4" />
      <Hatching id="revoke" path="M0 0L6 6" />
      <Hatching id="notRejoined" path="M0 6L6 0M0 0L6 6" />
      <Hatching id="leave" path="M3 0v6" />
      <Hatching id="unknown" path="M3 3h0.1" />
      <Hatching id="paused" path="M0 6L6 0" />
    </defs>
  );
}

function Hatching({ id, path }: { readonly id: string; readonly path: string }) {
  return (
    <pattern id={`hatch-${id}`} width="6" height="6" patternUnits="userSpaceOnUse" class={`hatching ${id}`}>
      <rect width="6" height="6" class="ground" />
      <path d={path} class="lines" />
    </pattern>
  );
}
