/** What the venue's rules make of an answer, in a browser that holds a shift. The scanner's page tells more of it. */
import { ruleOnPass } from "../shift/venue";
import type { Shift } from "../shift/shift";
import type { Word } from "./catalogue";
import type { Answer } from "./check";
import zh from "./words/duty.zh.json";

/** An answer, and the name of the venue whose rule it is when that is not the gate's own. */
export interface Ruled {
  readonly answer: Answer;
  readonly place: string;
}

function isTold(cause: string): boolean {
  return `why-rule-${cause}` in zh;
}

/**
 * The answer by the venue's rules. Whoever a rule turns away is refused; who comes in with a pass that is not good, at a
 * hospital or where none is asked for, is left to the guard, for the pass is not genuine and in time.
 */
export function byRules(shift: Shift, answer: Answer): Ruled {
  // This page asks no network for how many are inside: room is not checked here.
  const ruled = ruleOnPass(shift.rules, answer, shift.direction, undefined);
  const passes = answer.verdict === "genuine" || answer.verdict === "identity";
  if (ruled === undefined || !isTold(ruled.cause) || (passes && ruled.decision === "admitted")) {
    return { answer, place: "" };
  }
  const verdict = ruled.decision === "refused" ? "refused" : "unsure";
  const [why, todo] = [`why-rule-${ruled.cause}`, `say-rule-${ruled.cause}`] as [Word, Word];
  return { answer: { ...answer, verdict, why, todo }, place: ruled.place ?? "" };
}
