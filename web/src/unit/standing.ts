/** Where each person of a list stands: in words and a shape, who needs a test today, who can be printed a pass. */
import { DAY_S, instantOf } from "../shared/china";
import type { Mark } from "../desk/marks";
import type { UnitWord } from "./words";

export type PersonState = "entitled" | "issued" | "not-eligible" | "withdrawn" | "expired";

/** A person as the unit sees them (docs/openapi.json, UnitPerson). */
export interface Person {
  readonly ref: string;
  readonly name: string;
  readonly state: PersonState;
  /** Coarse: `needs-test`, `result-pending`, `not-eligible`, or none. */
  readonly cause: string;
  readonly has_device: boolean;
  readonly expires_at?: string;
}

export interface Standing {
  readonly mark: Mark;
  readonly word: UnitWord;
  readonly todo: UnitWord;
}

const NOT_NOW: Readonly<Record<string, Standing>> = {
  "needs-test": { mark: "wait", word: "needsTest", todo: "needsTestDo" },
  "result-pending": { mark: "busy", word: "resultPending", todo: "resultPendingDo" },
};

/** What to say of a person at an instant (epoch seconds). */
export function standingOf(person: Person, now: number): Standing {
  if (person.state === "issued") {
    return { mark: "good", word: "hasPass", todo: needsTestToday(person, now) ? "testTodayDo" : "hasPassDo" };
  }
  if (person.state === "entitled") {
    return { mark: "ready", word: "entitled", todo: person.has_device ? "entitledDo" : "entitledPrintDo" };
  }
  const known = NOT_NOW[person.cause];
  if (known !== undefined) return known;
  if (person.state === "withdrawn") return { mark: "bad", word: "withdrawn", todo: "notNowDo" };
  return { mark: "bad", word: "notNow", todo: "notNowDo" };
}

/** When the pass ends, in epoch seconds; undefined without one. */
export function endOf({ expires_at }: Person): number | undefined {
  return expires_at === undefined ? undefined : instantOf(expires_at);
}

const CHINA_S = 8 * 3600;
const NOON_S = 12 * 3600;

/** Tomorrow at noon in China, seen from an instant (epoch seconds). */
export function tomorrowNoon(now: number): number {
  const today = Math.floor((now + CHINA_S) / DAY_S) * DAY_S - CHINA_S;
  return today + DAY_S + NOON_S;
}

/**
 * Whether a person must be sampled today: without a valid test now, or with a pass that ends before tomorrow noon.
 *
 * A result takes hours, so a sample of tomorrow morning would come too late for those.
 */
export function needsTestToday(person: Person, now: number): boolean {
  if (person.state === "issued" || person.state === "entitled") {
    const end = endOf(person);
    return end !== undefined && end < tomorrowNoon(now);
  }
  return person.cause === "needs-test";
}

/** Whether the unit may print a pass for this person: entitled, and without a phone to show it on. */
export function canPrint(person: Person): boolean {
  return !person.has_device && (person.state === "entitled" || person.state === "issued");
}

export const FILTERS = ["all", "today", "pending", "pass", "noPhone", "printable"] as const;
export type Filter = (typeof FILTERS)[number];
export const FILTER_WORDS: Readonly<Record<Filter, UnitWord>> = {
  all: "filterAll",
  today: "filterToday",
  pending: "filterPending",
  pass: "filterPass",
  noPhone: "filterNoPhone",
  printable: "filterPrintable",
};

export function fits(filter: Filter, person: Person, now: number): boolean {
  if (filter === "today") return needsTestToday(person, now);
  if (filter === "pending") return person.cause === "result-pending";
  if (filter === "pass") return person.state === "issued";
  if (filter === "noPhone") return !person.has_device;
  return filter === "all" || canPrint(person);
}
