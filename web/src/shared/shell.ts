/** What frames every page but the guard's: the bar with its title and the other language, the specimen's mark, the help line. */
import type { Config } from "./config";
import { h } from "./dom";
import { LANG, type Speaker } from "./words";

export type ShellWord = "title" | "otherLanguage" | "specimen" | "call";

export interface Shell {
  readonly voice: Speaker<ShellWord>;
  readonly config: Config | undefined;
  /** Draw the page again, in the language chosen now. */
  onLanguage(): void;
}

/** The bar; its button says the other language's name in that language. */
export function bar(shell: Shell, ...more: (Node | undefined)[]): Node[] {
  const { voice } = shell;
  const toggle = h("button", { type: "button", id: "language", lang: LANG[voice.other] }, voice.say("otherLanguage"));
  toggle.addEventListener("click", () => {
    voice.change();
    shell.onLanguage();
    document.getElementById("language")?.focus();
  });
  const line = h("div", { class: "bar" }, h("p", { class: "title" }, voice.say("title")), ...more, toggle);
  // Both in the one header: everything on a page belongs to a landmark.
  const mark = shell.config?.specimen ? h("p", { class: "specimen" }, voice.say("specimen")) : undefined;
  return [h("header", {}, line, mark)];
}

/** The district's help line, to be called with one tap: all the foot of pages that a poster or a camera opens. */
export function helpLine(shell: Shell): HTMLElement | undefined {
  const phone = shell.config?.phone ?? "";
  if (phone === "") return undefined;
  const call = h("a", { class: "plain wide", href: `tel:${phone.replace(/[^0-9+]/g, "")}` }, shell.voice.say("call"));
  call.append(" ", h("b", {}, phone));
  return h("footer", { class: "help" }, call);
}

/** The help line, and under it the numbers under which the site is filed. */
export function foot(shell: Shell): Node | undefined {
  const filings = shell.config?.filings ?? [];
  if (filings.length === 0) return helpLine(shell);
  const made = helpLine(shell) ?? h("footer", { class: "help" });
  for (const { text, url } of filings)
    made.append(h("a", { class: "filing", href: url, target: "_blank", rel: "noopener noreferrer" }, text));
  return made;
}
