/** What became of a visit, in a word and a shape. None of them is a guard's verdict, and none may look like one. */
import { svg } from "../shared/dom";
import type { Kept } from "./rules";
import type { Word } from "./state";

export type Outcome = "admitted" | "left" | "refused" | "unsure" | "waiting" | "failed";

const HEADS: Readonly<Record<Outcome, Word>> = {
  admitted: "headIn",
  left: "headOut",
  refused: "headRefused",
  unsure: "headUnsure",
  waiting: "headWaiting",
  failed: "headFailed",
};

/** Nobody is kept inside: whatever a leaving person's standing is, they left. */
export function outcomeOf({ state, direction, decision = "unsure" }: Kept): Outcome {
  if (state === "waiting") return "waiting";
  if (state === "refused") return "failed";
  return direction === "out" ? "left" : decision;
}

/** Why somebody may come in. Who leaves is recorded whatever is found of them, and their cause may be medical. */
const ADMITTING: ReadonlySet<string> = new Set(["entitled", "pass-not-required", "hospital-shows-the-way"]);

/** Whether a cause may stand open beside a receipt that a guard looks at. */
export function isHarmless({ decision, cause = "" }: Kept): boolean {
  return decision === "admitted" && ADMITTING.has(cause);
}

/** The head over the answers of one act. */
export function headOf(visits: readonly Kept[]): Word {
  const [first, ...others] = new Set(visits.map(outcomeOf));
  return first === undefined || others.length > 0 ? "headMixed" : HEADS[first];
}

/** A slip of paper, a barred octagon, a triangle, an hourglass, a struck circle: told apart without colour. */
const PATHS: Readonly<Record<Outcome, string>> = {
  admitted: "M10 5h20l8 8v30H10zM30 5v8h8M17 22h14M17 29h14M17 36h8",
  left: "M10 5h20l8 8v30H10zM30 5v8h8M16 28h15M25 22l6 6-6 6",
  refused: "M16 5h16l11 11v16L32 43H16L5 32V16zM14 24h20",
  unsure: "M24 6 44 42H4zM24 18v11M24 34v2",
  waiting: "M12 5h24M12 43h24M14 5c0 12 10 13 10 19S14 31 14 43M34 5c0 12-10 13-10 19s10 7 10 19",
  failed: "M24 5a19 19 0 1 0 .1 0zM16 16l16 16M32 16 16 32",
};

export function shapeOf(outcome: Outcome): Element {
  const attributes = { viewBox: "0 0 48 48", class: `shape ${outcome}`, "aria-hidden": "true" };
  return svg("svg", attributes, svg("path", { d: PATHS[outcome] }));
}
