/** Shapes that say a state without its colour. */
import { h, svg } from "../shared/dom";

export type Mark = "good" | "ready" | "wait" | "busy" | "bad" | "none";

const ROUND = "M12 1.5a10.5 10.5 0 1 0 0 21 10.5 10.5 0 0 0 0-21Z";
const OUTLINES: Readonly<Record<Mark, string>> = {
  good: ROUND,
  ready: "M4 2h16a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2Z",
  wait: "M12 1.5 23 21.5H1Z",
  busy: ROUND,
  bad: "M7.5 1.5h9l6 6v9l-6 6h-9l-6-6v-9Z",
  none: ROUND,
};
const SIGNS: Readonly<Record<Mark, string>> = {
  good: "m6.8 12.4 3.6 3.6 6.8-7.4",
  ready: "M12 6v8m-3.6-3L12 14.6 15.6 11M7 18h10",
  wait: "M12 8.5v6m0 3v.4",
  busy: "M12 6v6.4l4 2.4",
  bad: "m8 8 8 8m0-8-8 8",
  none: "M7 12h10",
};

/** The shape alone; words stand beside it. */
export function shape(mark: Mark): SVGElement {
  return svg(
    "svg",
    { viewBox: "0 0 24 24", class: `mark ${mark}`, "aria-hidden": "true" },
    svg("path", { d: OUTLINES[mark], class: "outline" }),
    svg("path", { d: SIGNS[mark], class: "sign" }),
  );
}

/** A state: its shape and its words. */
export function marked(mark: Mark, text: string): HTMLElement {
  return h("span", { class: "marked" }, shape(mark), text);
}
