/** What the screens of a shift share: the frame, the live region, a fault line, a field with its label. */
import type { Config } from "../shared/config";
import { h } from "../shared/dom";
import { bar, foot, type Shell } from "../shared/shell";
import { voice, type Word } from "./words";

/** What every screen may use. */
export interface Frame {
  readonly config: Config | undefined;
  /** Draw the screen that stands again. */
  redraw(): void;
}

export function shellOf(frame: Frame): Shell {
  return { voice, config: frame.config, onLanguage: () => frame.redraw() };
}

export function pageElement(): HTMLElement {
  const page = document.getElementById("page");
  if (page === null) throw new Error("no #page");
  return page;
}

/** Say something to a screen reader at once. */
export function announce(sentence: string): void {
  const region = document.getElementById("announce");
  if (region === null) return;
  // The same sentence twice is said twice: a region speaks only when it changes.
  region.textContent = region.textContent === sentence ? `${sentence} ` : sentence;
}

/** Draw a plain screen (no camera) with a heading that takes the focus. */
export function drawPlain(frame: Frame, title: string, ...content: (Node | undefined)[]): void {
  const heading = h("h1", { tabindex: "-1" }, title);
  const footer = foot(shellOf(frame));
  document.body.className = "plain-screen";
  document.title = `${title} · ${voice.say("title")}`;
  pageElement().replaceChildren(
    ...bar(shellOf(frame)),
    h("main", { class: "sheet" }, heading, ...content),
    ...(footer === undefined ? [] : [footer]),
  );
  heading.focus();
}

export function button(word: Word, kind: string, act: () => void): HTMLButtonElement {
  const made = h("button", { type: "button", class: kind }, voice.say(word));
  made.addEventListener("click", act);
  return made;
}

/** A text field with its label and hint, and a place for what is wrong with it. */
export function field(
  id: string,
  label: Word,
  hint: Word | undefined,
  attributes: Readonly<Record<string, string>> = {},
): { readonly node: HTMLElement; readonly input: HTMLInputElement; fault(word: Word | undefined): void } {
  const described = [`${id}-fault`, ...(hint === undefined ? [] : [`${id}-hint`])].join(" ");
  const input = h("input", { id, "aria-describedby": described, autocomplete: "off", ...attributes });
  const wrong = h("p", { id: `${id}-fault`, class: "fault", role: "alert" });
  const under = hint === undefined ? undefined : h("p", { id: `${id}-hint`, class: "hint" }, voice.say(hint));
  const node = h("div", { class: "field" }, h("label", { for: id }, voice.say(label)), input, under, wrong);
  return {
    node,
    input,
    fault(word) {
      wrong.textContent = word === undefined ? "" : voice.say(word);
      input.setAttribute("aria-invalid", String(word !== undefined));
      if (word !== undefined) input.focus();
    },
  };
}
