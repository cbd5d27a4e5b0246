/** Lets a screen reader say `text` when it is done with what it says now. */
export function announce(text: string): void {
  const region = document.getElementById("announcements") ?? createRegion();
  // The same text twice is not a change, and would stay unsaid.
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}

function createRegion(): HTMLElement {
  const region = document.createElement("div");
  region.id = "announcements";
  region.className = "visuallyHidden";
  region.setAttribute("role", "status");
  region.setAttribute("aria-live", "polite");
  document.body.append(region);
  return region;
}
