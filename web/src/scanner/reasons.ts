/** Why, and what the person can do: of a verdict by signature, by the venue's rules, or by the service's answer. */
import type { Hours, Outcome, Rule } from "../core/door";
import { lasting } from "../shared/china";
import type { Ruled } from "../shift/venue";
import { uncheckedOf } from "../shift/venue";
import type { Standing } from "./standing";
import { voice, type Word } from "./words";

/** What a guard is told; an empty text is nothing to tell. */
export interface Told {
  readonly why: string;
  readonly todo: string;
}

/** Causes with words of their own here; `entitled` needs none. */
const CAUSES = [
  "venue-closed",
  "outside-dates",
  "outside-hours",
  "full",
  "test-older-than-asked",
  "test-age-unknown",
  "no-test",
  "not-listed",
  "listing-unknown",
  "pass-not-required",
  "hospital-shows-the-way",
  "needs-test",
  "result-pending",
  "not-eligible",
  "decided-since",
  "withdrawn",
  "left",
  "fever",
] as const;
type Known = (typeof CAUSES)[number];
const HOUR_S = 3600;
const NOTHING: Told = { why: "", todo: "" };

function isKnown(cause: string): cause is Known {
  return (CAUSES as readonly string[]).includes(cause);
}

function comma(): string {
  return voice.language === "zh" ? "、" : ", ";
}

/** Days of the week as people say them: 1–5 is Monday to Friday. */
function daysText(days: readonly number[]): string {
  if (days.length === 7) return voice.say("everyDay");
  const runs: number[][] = [];
  for (const day of days) {
    const run = runs[runs.length - 1];
    if (run !== undefined && run[run.length - 1] === day - 1) run.push(day);
    else runs.push([day]);
  }
  const named = (day: number | undefined): string => voice.say(`day${day ?? 1}` as Word);
  const said = runs.map((run) => (run.length > 1 ? `${named(run[0])}–${named(run[run.length - 1])}` : named(run[0])));
  return said.join(comma());
}

/** Opening hours in a line. */
export function hoursText(hours: readonly Hours[]): string {
  return hours.map(({ days, opens, closes }) => `${daysText(days)} ${opens}–${closes}`).join(comma());
}

/** Minutes matter to nobody once it is hours. */
function ageText(seconds: number): string {
  return seconds < 2 * HOUR_S ? lasting(voice, seconds) : voice.say("ageHours", { h: Math.floor(seconds / HOUR_S) });
}

function valuesOf({ policy, inside, sampleAgeS }: Ruled): Record<string, string | number> {
  const { hours = [], opens_on: first = "", closes_on: last = "", oldest_test_s: oldest, capacity } = policy;
  return {
    hours: hoursText(hours),
    dates: [first, last].join(" – ").trim(),
    asked: Math.round((oldest ?? 0) / HOUR_S),
    age: ageText(sampleAgeS ?? 0),
    n: inside ?? "",
    m: capacity ?? "",
  };
}

/** By the venue's rules, with the name of the venue whose rule it is when it is not the gate's own. */
function toldByRule(ruled: Ruled): Told {
  if (!isKnown(ruled.cause)) return NOTHING;
  const values = valuesOf(ruled);
  const why = voice.say(`rule-${ruled.cause}`, values);
  const todo = voice.say(ruled.perhapsInside === true ? "doFullPerhaps" : `do-${ruled.cause}`, values);
  return { why: ruled.place === undefined ? why : voice.say("ruleOf", { place: ruled.place, why }), todo };
}

/** By the service: it tells a coarse cause, and no numbers of the venue's. */
function toldByService(cause: string): Told {
  if (cause === "entitled" || cause === "pass-not-required") return NOTHING;
  if (!isKnown(cause)) return { why: voice.say("rule-other", { cause }), todo: voice.say("do-other") };
  const bare = { hours: "", dates: "", asked: "", age: "", n: "", m: "" };
  const told = `told-${cause}` as Word;
  const has = cause === "outside-hours" || cause === "outside-dates" || cause === "full" || /^test-older/.test(cause);
  return { why: voice.say(`rule-${cause}`, bare), todo: voice.say(has ? told : `do-${cause}`, bare) };
}

/** What is told of what stands. */
export function toldOf(standing: Standing): Told {
  const { reason, answer, ruled, assisted, mark } = standing;
  if (reason !== undefined) {
    const minutes = Math.max(1, Math.ceil((assisted?.waitS ?? 0) / 60));
    return { why: voice.say(`why${reason}`), todo: voice.say(`say${reason}`, { m: minutes }) };
  }
  if (assisted?.answer !== undefined) return toldByService(assisted.answer.cause);
  const byRule = ruled === undefined ? NOTHING : toldByRule(ruled);
  const rules = ruled !== undefined && (ruled.decision !== "admitted" || answer?.verdict !== "genuine");
  if (rules && byRule.why !== "" && !(mark === "identity" || standing.code === "identity-checked")) return byRule;
  if (mark === "admit") return { why: standing.numbered ? voice.say("numberPassed") : "", todo: voice.say("admitSay") };
  // The verifier's reasons are among our words; only the pass check's own page knows the others of its catalogue.
  const said = (word: string | undefined): string => (word === undefined ? "" : voice.say(word as Word));
  return { why: said(answer?.why), todo: said(answer?.todo) };
}

/** The rules that nobody checked, in a line: never said aloud, for it is so at every person; empty when all were. */
export function uncheckedLine({ ruled, assisted }: Standing): string {
  const told = assisted?.answer?.checks;
  const found = told?.filter(({ outcome }) => outcome === "not-checked").map(({ rule }) => rule as Rule);
  const checks: Readonly<Record<Rule, Outcome>> | undefined = ruled?.checks;
  const rules = found ?? (checks === undefined ? [] : uncheckedOf(checks));
  if (rules.length === 0) return "";
  const names = rules.map((rule) => voice.say(`ruleName-${rule}`)).join(comma());
  return voice.say("notChecked", { rules: names });
}

/** What the guard hears after the phrase of the verdict: the venue's rule that stands in the way; empty when none does. */
export function ruleAloud(standing: Standing): string {
  const byRule = standing.ruled !== undefined && standing.ruled.decision !== "admitted";
  const byService = standing.assisted?.answer !== undefined && standing.mark !== "admit";
  const shows = standing.code === "hospital-shows-the-way";
  return byRule || byService || shows ? toldOf(standing).why : "";
}
