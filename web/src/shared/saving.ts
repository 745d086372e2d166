/** Files that people take away: always as attachments, never opened in our origin. */
import { h } from "./dom";

/** The download has taken the data over by then. */
const KEPT_MS = 60_000;

/** A link to a file that was made here; it stays good while the page is open. */
export function fileLink(name: string, data: Blob, text: string): HTMLAnchorElement {
  return h("a", { class: "plain", href: URL.createObjectURL(data), download: name }, text);
}

/** Save a file now, under a name without anything personal. */
export function saveFile(name: string, data: Blob): void {
  const link = fileLink(name, data, name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
