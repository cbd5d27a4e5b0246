/** Lets a screen reader say `text` when it is done with what it says now. */
export function announce(text: string): void {
  const region = document.getElementById("announcements");
  if (region) say(region, text);
  // Only changes to a region that is known already are said.
  else setTimeout(say, settleMs, createRegion(), text);
}

const settleMs = 100;

function say(region: HTMLElement, text: string): void {
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
