/** Drawn marks: the shape of each verdict, so that colour never says it alone, and the authority's seal. */
import type { Verdict } from "./check";
import { svg } from "../shared/dom";

export type Mark = Verdict | "stale" | "empty" | "checking";

const CIRCLE = "M50 4a46 46 0 1 0 0 92 46 46 0 0 0 0-92z";
const OCTAGON = "M31 4h38l27 27v38L69 96H31L4 69V31z";
const TRIANGLE = "M50 5 97 91q1 3-3 3H6q-4 0-3-3z";
const CARD = "M12 16h76q8 0 8 8v52q0 8-8 8H12q-8 0-8-8V24q0-8 8-8z";

/** Each verdict's outline and what is drawn inside it. */
const MARKS: Readonly<Record<Mark, readonly [outline: string, strokes: string]>> = {
  genuine: [CIRCLE, "M28 52l15 15 30-33"],
  identity: [CARD, "M20 66q2-14 14-14t14 14M34 34a7 8 0 1 0 .1 0M60 38h22M60 52h22M60 66h12"],
  refused: [OCTAGON, "M33 33l34 34M67 33L33 67"],
  unsure: [TRIANGLE, "M50 36v26M50 77v1"],
  stale: [CIRCLE, "M50 26v26l17 11"],
  empty: [CARD, "M22 34v-6h10M68 28h10v6M78 66v6H68M32 72H22v-6M38 50h24"],
  checking: [CIRCLE, "M30 50h1M50 50h1M70 50h1"],
};

export function mark(kind: Mark): SVGElement {
  const [outline, strokes] = MARKS[kind];
  return svg(
    "svg",
    { viewBox: "0 0 100 100", class: "mark", "aria-hidden": "true" },
    svg("path", { d: outline, class: "outline" }),
    svg("path", { d: strokes, class: "strokes" }),
  );
}

const STAR = "M100 66l6 18h19l-15 12 5 18-15-11-15 11 5-18-15-12h19z";

function ringText(text: string): SVGElement {
  // Long names are set smaller and tighter, so that they always end before the ring's foot.
  const letters = [...text].length;
  const size = Math.max(9, Math.min(22, 250 / Math.max(letters, 8)));
  const arc = svg("textPath", { href: "#ring", startOffset: "50%", "text-anchor": "middle" }, text);
  // Beyond that, squeezed into the ring.
  if (letters > 22) arc.setAttribute("textLength", "250");
  return svg("text", { "font-size": size.toFixed(1) }, arc);
}

function specimenBand(): SVGElement {
  return svg(
    "g",
    { class: "band", transform: "rotate(-8 100 140)" },
    svg("rect", { x: "10", y: "122", width: "180", height: "36", rx: "4" }),
    svg("text", { x: "100", y: "147", "font-size": "20", "text-anchor": "middle" }, "样章 SPECIMEN"),
  );
}

/** The authority's seal: a red ring with its name around a star; a specimen says so across it. */
export function seal(authority: string, specimen: boolean, label: string): SVGElement {
  return svg(
    "svg",
    { viewBox: "0 0 200 200", class: "seal", role: "img", "aria-label": specimen ? `${label} · 样章 SPECIMEN` : label },
    svg("defs", {}, svg("path", { id: "ring", d: "M52 142A64 64 0 1 1 148 142" })),
    svg("circle", { cx: "100", cy: "100", r: "95", class: "rim" }),
    svg("path", { d: STAR }),
    ringText(authority),
    specimen ? specimenBand() : undefined,
  );
}
