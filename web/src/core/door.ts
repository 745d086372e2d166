/**
 * The check-in decision from policy, as the service makes it: `functions/checkins/door.py`, held together by the
 * vectors in `tests/vectors/door`. Every rule is asked of a venue and of all it lies in; the strictest is the decision.
 */

export type Verdict = "admitted" | "refused" | "unsure";
export type Outcome = "passed" | "failed" | "not-checked" | "not-asked";

/** In this order: of several that refuse, the first is named. Nothing knows a colour or a journey yet. */
export const RULES = [
  "closed",
  "dates",
  "hours",
  "temperature",
  "persons",
  "pass",
  "oldest-test",
  "health",
  "colour",
  "travel",
  "capacity",
] as const;
export type Rule = (typeof RULES)[number];

export interface Hours {
  /** Of the week, 1 is Monday. */
  readonly days: readonly number[];
  readonly opens: string;
  readonly closes: string;
}

/** What a venue asks, as the service answers it: what is not there is not asked. */
export interface Policy {
  readonly pass_required?: boolean;
  readonly oldest_test_s?: number | null;
  readonly persons?: "everyone" | "listed";
  readonly hours?: readonly Hours[];
  readonly opens_on?: string;
  readonly closes_on?: string;
  readonly capacity?: number | null;
  readonly temperature?: boolean;
  readonly never_refuses?: boolean;
}

/** One venue of those a door leads into; `inside` is null when nobody knows how many are inside. */
export interface Door {
  readonly venue: string;
  readonly open: boolean;
  readonly policy: Policy;
  readonly inside: number | null;
  readonly returning: boolean;
}

export interface Found {
  readonly decision: Verdict;
  readonly cause: string;
}

/**
 * What is known of a person; `negative_at` is 0 when it is known that there is no negative sample, null when nothing is.
 * `temperature_c` was measured at the door, in degrees Celsius; `party` is how many people come in with this check-in.
 */
export interface Facts {
  readonly direction: "in" | "out";
  readonly entitled: Found;
  readonly registered: Found;
  readonly listed: boolean | null;
  readonly negative_at: number | null;
  readonly temperature_c?: number | null;
  readonly party?: number;
}

export interface Decision extends Found {
  readonly rule: Rule;
  readonly venue: string;
  readonly checks: Readonly<Record<Rule, Outcome>>;
}

export const SHOWS_THE_WAY = "hospital-shows-the-way";
/** 发热: at or above it the guard calls the medical post. */
export const FEVER_C = 37.3;

interface Said extends Found {
  readonly rule: Rule;
  readonly venue: string;
  readonly outcome: Outcome;
}

type Answer = readonly [Outcome, Verdict, string];
type Finder = (facts: Facts, door: Door, at: number) => Answer | undefined;

const STATUS: ReadonlySet<Rule> = new Set(["persons", "pass", "oldest-test", "health"]);
/** What is asked of whoever comes in alone: it is no matter of who leaves. */
const ON_THE_WAY_IN: ReadonlySet<Rule> = new Set([
  "closed",
  "dates",
  "hours",
  "temperature",
  "persons",
  "oldest-test",
  "capacity",
]);
const SEVERITY: Readonly<Record<Verdict, number>> = { admitted: 0, unsure: 1, refused: 2 };
const GRAVITY: Readonly<Record<Outcome, number>> = { "not-asked": 0, passed: 1, "not-checked": 2, failed: 3 };
const OUTCOMES: Readonly<Record<Verdict, Outcome>> = { admitted: "passed", unsure: "not-checked", refused: "failed" };

const PASSED: Answer = ["passed", "admitted", ""];
const UNKNOWN: Answer = ["not-checked", "admitted", ""];
const CHINA_S = 8 * 3600;
const DAY_MIN = 24 * 60;
const WEEK_MIN = 7 * DAY_MIN;

const refused = (cause: string): Answer => ["failed", "refused", cause];
const unsure = (cause: string): Answer => ["not-checked", "unsure", cause];
const passed = (whether: boolean, cause: string): Answer => (whether ? PASSED : refused(cause));
const of = ({ decision, cause }: Found): Answer => [OUTCOMES[decision], decision, cause];
const asksPass = ({ policy }: Door): boolean => policy.pass_required ?? true;
const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

function localDay(at: number): string {
  return new Date((at + CHINA_S) * 1000).toISOString().slice(0, 10);
}

/** Whether an instant lies within hours; what closes at or before it opens, closes on the next day. */
function isOpen(hours: readonly Hours[], at: number): boolean {
  const local = Math.floor((at + CHINA_S) / 60);
  // The first day of the epoch was a Thursday, the fourth of the week.
  const minute = (local + 3 * DAY_MIN) % WEEK_MIN;
  return hours.some(({ days, opens, closes }) => {
    const [from, to] = [minuteOf(opens), minuteOf(closes)];
    const length = to > from ? to - from : to - from + DAY_MIN;
    return days.some((day) => (minute - (day - 1) * DAY_MIN - from + WEEK_MIN) % WEEK_MIN < length);
  });
}

const FINDERS: Readonly<Record<Rule, Finder>> = {
  closed: (_facts, { open }) => passed(open, "venue-closed"),
  dates: (_facts, { policy: { opens_on: first = "", closes_on: last = "" } }, at) => {
    if (first === "" && last === "") return undefined;
    const day = localDay(at);
    return passed(first <= day && (last === "" || day <= last), "outside-dates");
  },
  hours: (_facts, { policy: { hours = [] } }, at) =>
    hours.length === 0 ? undefined : passed(isOpen(hours, at), "outside-hours"),
  temperature: ({ temperature_c: measured = null }, { policy: { temperature = false } }) => {
    if (!temperature) return undefined;
    if (measured === null) return UNKNOWN;
    return measured >= FEVER_C ? ["failed", "unsure", "fever"] : PASSED;
  },
  persons: ({ listed }, { policy: { persons = "everyone" } }) => {
    if (persons === "everyone") return undefined;
    return listed === null ? unsure("listing-unknown") : passed(listed, "not-listed");
  },
  pass: ({ entitled }, door) => (asksPass(door) ? of(entitled) : undefined),
  "oldest-test": ({ negative_at: sampled }, { policy: { oldest_test_s: oldest = null } }, at) => {
    if (oldest === null) return undefined;
    if (sampled === null) return unsure("test-age-unknown");
    return sampled === 0 ? refused("no-test") : passed(at < sampled + oldest, "test-older-than-asked");
  },
  health: ({ registered }, door) => (asksPass(door) ? undefined : of(registered)),
  colour: () => UNKNOWN,
  travel: () => UNKNOWN,
  capacity: ({ party = 1 }, { policy: { capacity = null }, inside, returning }) => {
    if (capacity === null) return undefined;
    return inside === null ? UNKNOWN : passed(inside + party <= capacity || returning, "full");
  },
};

function ask(rule: Rule, facts: Facts, door: Door, at: number): Said {
  const { venue } = door;
  const free = facts.direction === "out" && ON_THE_WAY_IN.has(rule);
  const found = free ? undefined : FINDERS[rule](facts, door, at);
  const [outcome, decision, cause] = found ?? (["not-asked", "admitted", ""] as const);
  return { rule, venue, outcome, decision, cause };
}

/** What an admission rests on: what a hospital forgave, the pass, or that none is asked for. */
function admission(said: readonly Said[], forgiven: readonly Said[]): Said | undefined {
  const first = forgiven.find(({ decision }) => decision !== "admitted");
  if (first !== undefined) return { ...first, decision: "admitted", cause: SHOWS_THE_WAY };
  const pass = said.find(({ rule, outcome }) => rule === "pass" && outcome === "passed");
  return pass ?? said.find(({ rule }) => rule === "health");
}

/**
 * Decide at the instant `at`, epoch seconds; `doors` are the venue itself first, then all it lies in. A way out is
 * never refused: whoever leaves was there, and the record is what counts.
 */
export function decideAtDoor(facts: Facts, doors: readonly Door[], at: number): Decision {
  const said = RULES.flatMap((rule) => doors.map((door) => ask(rule, facts, door, at)));
  const own = doors[0]?.policy.never_refuses === true;
  const forgiving = new Set(doors.filter(({ policy }) => policy.never_refuses === true).map(({ venue }) => venue));
  const forgiven = said.filter(({ rule, venue }) => STATUS.has(rule) && (own || forgiving.has(venue)));
  const rest = said.filter((one) => !forgiven.includes(one));
  const gravest = Math.max(...rest.map(({ decision }) => SEVERITY[decision]));
  const decided =
    gravest === 0 ? admission(said, own ? forgiven : []) : rest.find(({ decision }) => SEVERITY[decision] === gravest);
  if (decided === undefined) throw new Error("a door leads into no venue");
  const checks = Object.fromEntries(RULES.map((rule) => [rule, outcomeOf(rule, said)])) as Record<Rule, Outcome>;
  const { cause, rule, venue } = decided;
  const decision = facts.direction === "out" ? "admitted" : decided.decision;
  return { decision, cause, rule, venue, checks };
}

function outcomeOf(rule: Rule, said: readonly Said[]): Outcome {
  const outcomes = said.filter((one) => one.rule === rule).map(({ outcome }) => outcome);
  return outcomes.reduce((worst, one) => (GRAVITY[one] > GRAVITY[worst] ? one : worst), "not-asked" as Outcome);
}
