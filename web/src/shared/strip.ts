/** The strip above a page that is opened inside another app: how to open it in the phone's own browser. */
import { h } from "./dom";
import { abilities, type App } from "./inapp";
import type { Speaker } from "./words";

/** The words a page's catalogue must have for the strip. */
export type StripWord = "strip" | "stripDots" | "stripCopy" | "stripCopied" | "stripClose" | `app:${App}`;

const CLOSED = "epipass.strip.closed";
/** Should the session's storage be denied, the strip stays away as long as the page. */
let closed = false;

function wasClosed(): boolean {
  try {
    return closed || sessionStorage.getItem(CLOSED) === "1";
  } catch {
    return closed;
  }
}

function close(): void {
  closed = true;
  try {
    sessionStorage.setItem(CLOSED, "1");
  } catch {
    // `closed` remembers it.
  }
}

/** Copies the page's address; where the app forbids that, it is shown to be copied by hand. */
function copyButton(voice: Speaker<StripWord>, address: string): HTMLElement {
  const button = h("button", { type: "button", class: "plain" }, voice.say("stripCopy"));
  button.addEventListener("click", () => {
    const shown = h("output", { class: "address" }, address);
    void Promise.resolve(navigator.clipboard?.writeText(address)).then(
      () => button.replaceChildren(voice.say(navigator.clipboard === undefined ? "stripCopy" : "stripCopied")),
      () => button.after(shown),
    );
    if (navigator.clipboard === undefined) button.after(shown);
  });
  return button;
}

/**
 * The strip, or nothing in a browser of its own or once it was closed in this session.
 *
 * `address`: what shall be opened instead, without anything personal; this page unless told.
 */
export function strip(
  voice: Speaker<StripWord>,
  address: string = location.origin + location.pathname,
): HTMLElement | undefined {
  const { inside } = abilities();
  if (inside === undefined || wasClosed()) return undefined;
  const shut = h("button", { type: "button", class: "plain" }, voice.say("stripClose"));
  const text = h("p", {}, voice.say("strip", { app: voice.say(`app:${inside}`) }));
  const made = h(
    "aside",
    { class: "notice strip", "aria-label": voice.say("stripDots") },
    text,
    h("p", {}, voice.say("stripDots")),
    h("p", { class: "row" }, copyButton(voice, address), shut),
  );
  shut.addEventListener("click", () => {
    close();
    made.remove();
  });
  return made;
}
