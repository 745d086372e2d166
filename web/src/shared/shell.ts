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

/** The foot: the district's help line, to be called with one tap, and the numbers under which the site is filed. */
export function helpLine(shell: Shell): Node | undefined {
  const { phone = "", filings = [] } = shell.config ?? {};
  if (phone === "" && filings.length === 0) return undefined;
  const foot = h("footer", { class: "help" });
  if (phone !== "") {
    const call = h("a", { class: "plain wide", href: `tel:${phone.replace(/[^0-9+]/g, "")}` }, shell.voice.say("call"));
    call.append(" ", h("b", {}, phone));
    foot.append(call);
  }
  for (const { text, url } of filings)
    foot.append(h("a", { class: "filing", href: url, target: "_blank", rel: "noopener noreferrer" }, text));
  return foot;
}
