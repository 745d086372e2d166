/** Copy as text: what a report says, for a message or a spreadsheet. */
import { h } from "../shared/dom";
import type { Speaker } from "../shared/words";
import type { DeskWord } from "./words";

const STARTS_A_FORMULA = /^ *[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/** Text that no spreadsheet takes for a formula when it is pasted (OWASP, CSV Injection), on one line. */
export function neutral(text: string): string {
  const line = text.replace(/[\t\r\n]+/g, " ");
  return STARTS_A_FORMULA.test(text) ? `'${line}` : line;
}

/** Rows with tabs between their cells, as spreadsheets paste them. */
export function asText(rows: readonly (readonly (string | number)[])[]): string {
  return rows
    .map((cells) => cells.map((cell) => (typeof cell === "number" ? String(cell) : neutral(cell))).join("\t"))
    .join("\n");
}

/** A button that copies, and where the browser forbids it shows the text to be copied by hand. */
export function copyButton(voice: Speaker<DeskWord>, text: () => string): HTMLElement {
  const button = h("button", { type: "button", class: "plain small" }, voice.say("copy"));
  const said = h("span", { role: "status" });
  const place = h("div", { class: "copy" }, button, said);
  const byHand = (): void => {
    const area = h("textarea", { readonly: "", rows: "8", "aria-label": voice.say("copyByHand") });
    area.value = text();
    place.replaceChildren(button, h("p", {}, voice.say("copyByHand")), area);
    area.select();
  };
  button.addEventListener("click", () => {
    said.textContent = "";
    if (navigator.clipboard === undefined) byHand();
    else navigator.clipboard.writeText(text()).then(() => (said.textContent = voice.say("copied")), byHand);
  });
  return place;
}
