/** The strip for pages opened inside another app: how to open them in the phone's own browser. */
import { h } from "./dom";
import { abilities } from "./inapp";
import { fill, type Language } from "./words";
import en from "./words/strip.en.json";
import zh from "./words/strip.zh.json";

const WORDS = { zh, en };
const SEEN = "epipass.strip";
let seen = false;

function wasSeen(): boolean {
  try {
    return seen || sessionStorage.getItem(SEEN) !== null;
  } catch {
    return seen;
  }
}

function noteSeen(): void {
  seen = true;
  try {
    sessionStorage.setItem(SEEN, "1");
  } catch {
    // Storage is denied; it stays away as long as the page does.
  }
}

/** Copies the address; where the app forbids that, it is shown to be copied by hand. */
function copyButton(words: (typeof WORDS)[Language], address: string): HTMLElement {
  const button = h("button", { type: "button", id: "strip-copy", class: "plain" }, words.stripCopy);
  button.addEventListener("click", () => {
    const byHand = (): void => button.replaceWith(h("output", { class: "address" }, address));
    if (navigator.clipboard === undefined) byHand();
    else void navigator.clipboard.writeText(address).then(() => void (button.textContent = words.stripCopied), byHand);
  });
  return button;
}

/** The strip, to stand under the bar; undefined in a browser of its own, and once it was put away in this session. `address`: what shall be opened instead, without anything personal. */
export function strip(
  language: Language,
  address: string = location.origin + location.pathname,
): HTMLElement | undefined {
  const { inside } = abilities();
  if (inside === undefined || wasSeen()) return undefined;
  const words = WORDS[language];
  const away = h("button", { type: "button", id: "strip-seen", class: "plain" }, words.stripSeen);
  const app = words[`app-${inside}`];
  const node = h(
    "aside",
    { class: "notice strip" },
    h("p", {}, fill(words.strip, { app })),
    h("p", {}, h("b", {}, words.stripDo)),
    copyButton(words, address),
    " ",
    away,
  );
  away.addEventListener("click", () => {
    noteSeen();
    node.remove();
  });
  return node;
}
