/**
 * What the gate's venue asks of whoever comes in, kept with the shift, and what that makes of a pass held up there.
 *
 * The rules are the service's own (core/door.ts); here is what a guard's page knows of a person: the pass, and no more.
 */
import {
  decideAtDoor,
  type Decision,
  type Door,
  type Facts,
  type Found,
  type Outcome,
  type Policy,
  type Rule,
  SHOWS_THE_WAY,
} from "../core/door";
import type { Answer } from "../gate/check";
import type { Direction } from "./shift";

/** What a venue asks, as the service answers it; what is not there is not asked. */
export interface VenuePolicy extends Policy {
  /** People inside are counted. */
  readonly occupancy?: boolean;
}

/** One venue of those the gate leads into. */
export interface GateDoor {
  readonly venue: string;
  readonly name: string;
  readonly open: boolean;
  readonly policy: VenuePolicy;
}

/** The gate's own venue first, then all it lies in; `toldAt`: when the service said so, epoch seconds. */
export interface VenueRules {
  readonly doors: readonly GateDoor[];
  readonly toldAt: number;
}

/** How many were inside the gate's own venue, and when, epoch seconds. */
export interface Inside {
  readonly present: number;
  readonly at: number;
}

/** What the rules say of somebody at the door, with what is needed to put it into words. */
export interface Ruled extends Decision {
  /** The name of the venue whose rule it is, when that is one the gate's own lies in. */
  readonly place?: string;
  readonly policy: VenuePolicy;
  readonly inside?: number;
  /** Seconds since the sample, where a pass told it. */
  readonly sampleAgeS?: number;
  /** Nobody here can know whether this person is counted inside already: then it is not this page that refuses them. */
  readonly perhapsInside?: boolean;
}

/** Rules older than this are said to be old: the page asks for them every few minutes. */
export const OLD_RULES_S = 3600;
/** A count older than this is not a count of now. */
export const INSIDE_COUNTS_S = 120;

const ADMITTED: Found = { decision: "admitted", cause: "entitled" };
/** What an admission rests on; whoever leaves is let out whatever the cause. */
const ADMITTING = ["entitled", "pass-not-required", SHOWS_THE_WAY];
export const LEFT = "left";
const NOT_ASKED: Found = { decision: "admitted", cause: "pass-not-required" };
/** Ours, signed, and not good: the person may still come in where no pass is asked for. */
const SPENT = ["expired", "not-yet-valid"];

/** What a verified text tells of whoever shows it; undefined when it is no pass of ours, or not shown live. */
export function factsOf({ verdict, code, pass }: Answer, direction: Direction): Facts | undefined {
  if (pass === undefined) return undefined;
  if (verdict === "genuine" || verdict === "identity") {
    return { direction, entitled: ADMITTED, registered: NOT_ASKED, listed: true, negative_at: pass.sampledAt };
  }
  const found: Found = { decision: verdict, cause: code };
  if (SPENT.includes(code)) {
    return { direction, entitled: found, registered: NOT_ASKED, listed: null, negative_at: pass.sampledAt };
  }
  // Why it was taken back, or whether it was, nobody here knows: perhaps for a result, perhaps for another pass.
  const doubt: Found = { decision: "unsure", cause: code };
  if (code !== "withdrawn" && code !== "status-unknown") return undefined;
  return { direction, entitled: found, registered: doubt, listed: null, negative_at: null };
}

/** Somebody of whom nothing can be known now: by the rules of the place alone. */
export function unknownPerson(direction: Direction, temperature_c: number | undefined): Facts {
  const unknown: Found = { decision: "unsure", cause: "unchecked" };
  const known = { entitled: unknown, registered: unknown, listed: null, negative_at: null };
  return { direction, ...known, temperature_c: temperature_c ?? null };
}

function doorsOf({ doors }: VenueRules, inside: Inside | undefined, at: number, returning: boolean): Door[] {
  const counts = inside !== undefined && Math.abs(at - inside.at) <= INSIDE_COUNTS_S;
  return doors.map(({ venue, open, policy }, place) => ({
    venue,
    open,
    policy,
    // Of what the venue lies in, this gate is told no number.
    inside: place === 0 && counts ? inside.present : null,
    returning,
  }));
}

/** What the venue's rules say at `at` (epoch seconds); undefined when the service has not told them yet. */
export function ruleOn(
  rules: VenueRules | undefined,
  facts: Facts,
  at: number,
  inside: Inside | undefined,
): Ruled | undefined {
  if (rules === undefined || rules.doors.length === 0) return undefined;
  const decided = decideAtDoor(facts, doorsOf(rules, inside, at, false), at);
  // Who checked in by the poster a moment ago is counted already, and takes no more room.
  const asCounted = decided.rule === "capacity" && decided.decision === "refused";
  const perhapsInside = asCounted && decideAtDoor(facts, doorsOf(rules, inside, at, true), at).decision === "admitted";
  const door = rules.doors.find(({ venue }) => venue === decided.venue);
  const leaves = decided.decision === "admitted" && !ADMITTING.includes(decided.cause);
  return {
    ...decided,
    ...(leaves ? { cause: LEFT } : {}),
    ...(perhapsInside ? { decision: "unsure", perhapsInside } : {}),
    ...(door === undefined || door === rules.doors[0] ? {} : { place: door.name }),
    policy: door?.policy ?? {},
    ...(inside === undefined ? {} : { inside: inside.present }),
    ...(facts.negative_at ? { sampleAgeS: Math.max(0, at - facts.negative_at) } : {}),
  };
}

/** What the rules make of a verified text; undefined: they change nothing, the verifier's own verdict stands. */
export function ruleOnPass(
  rules: VenueRules | undefined,
  answer: Answer,
  direction: Direction,
  inside: Inside | undefined,
): Ruled | undefined {
  const facts = factsOf(answer, direction);
  const ruled = facts && ruleOn(rules, facts, answer.at, inside);
  if (ruled === undefined || answer.verdict === "genuine" || answer.verdict === "identity") return ruled;
  // The pass's own fault is what its holder can mend, so it is what is said, unless the venue does not mind.
  if (ruled.decision === "refused" && (answer.verdict === "refused" || ruled.rule === "pass")) return undefined;
  return ruled.rule === "pass" && ruled.decision === "unsure" ? undefined : ruled;
}

/** Rules that are asked and that nobody could check, in their order; never said to have passed. */
export function uncheckedOf(checks: Readonly<Record<Rule, Outcome>>): Rule[] {
  return (Object.keys(checks) as Rule[]).filter((rule) => checks[rule] === "not-checked");
}

/** Whether the gate's own venue turns nobody away for what is known of them, or asks for no pass at all. */
export function lenience(rules: VenueRules | undefined): "hospital" | "no-pass" | undefined {
  const [own] = rules?.doors ?? [];
  if (own === undefined) return undefined;
  if (own.policy.never_refuses === true) return "hospital";
  return rules?.doors.every(({ policy }) => policy.pass_required === false) === true ? "no-pass" : undefined;
}
