/** What is asked at a venue's doors: each rule as a sentence, and what changes between two policies. */
import type { Kind } from "../shared/kinds";
import type { OfficerWord, Voice } from "./words";
import { hoursText, type Hours } from "./week";

/** The rules of a venue or of a kind of venue, as the service tells them; what is not there is not asked. */
export interface Policy {
  readonly pass_required: boolean;
  readonly max_list_age_s: number;
  readonly oldest_test_s?: number | null;
  readonly persons?: "everyone" | "listed";
  readonly hours?: readonly Hours[];
  readonly opens_on?: string;
  readonly closes_on?: string;
  readonly occupancy?: boolean;
  readonly capacity?: number | null;
  readonly stay_s?: number | null;
  readonly temperature?: boolean;
  readonly never_refuses?: boolean;
}

export interface Preset {
  readonly kind: Kind;
  readonly own: boolean;
  readonly policy: Policy;
}

export interface Rule {
  readonly name: OfficerWord;
  readonly text: string;
  /** It is not asked here: said all the same, so that nobody has to guess. */
  readonly idle: boolean;
}

const MINUTE_S = 60;
const HOUR_S = 3600;

/** A length of time as people say it: 48小时, 1小时30分. */
export function lengthText(voice: Voice, seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / HOUR_S), Math.round((seconds % HOUR_S) / MINUTE_S)];
  if (hours === 0) return voice.say("lengthMinutes", { m: minutes });
  return minutes === 0 ? voice.say("lengthHours", { h: hours }) : voice.say("lengthBoth", { h: hours, m: minutes });
}

function datesText(voice: Voice, { opens_on: from = "", closes_on: until = "" }: Policy): string {
  if (from !== "" && until !== "") return voice.say("ruleDatesBoth", { from, until });
  if (from !== "") return voice.say("ruleDatesFrom", { from });
  return until === "" ? voice.say("ruleDatesNone") : voice.say("ruleDatesUntil", { until });
}

function countingRules(voice: Voice, policy: Policy): readonly Rule[] {
  const { occupancy = false, capacity, stay_s: stay } = policy;
  if (!occupancy) return [{ name: "ruleOccupancy", text: voice.say("ruleOccupancyNot"), idle: true }];
  const gap = voice.language === "zh" ? "" : " ";
  const leaving = stay ? gap + voice.say("ruleStay", { time: lengthText(voice, stay) }) : "";
  const most = capacity ? voice.say("ruleCapacityMost", { n: capacity }) : voice.say("ruleCapacityNone");
  return [
    { name: "ruleOccupancy", text: voice.say("ruleOccupancySay") + leaving, idle: false },
    { name: "ruleCapacity", text: most, idle: !capacity },
  ];
}

/** Every rule in the order in which a decision looks at them. */
export function rulesOf(voice: Voice, policy: Policy): readonly Rule[] {
  const { oldest_test_s: oldest, persons = "everyone", hours = [], never_refuses: never = false } = policy;
  const { temperature = false, pass_required: pass, opens_on: from = "", closes_on: until = "" } = policy;
  const test = oldest ? voice.say("ruleTestAge", { time: lengthText(voice, oldest) }) : voice.say("ruleTestNone");
  return [
    { name: "rulePass", text: voice.say(pass ? "rulePassSay" : "rulePassNot"), idle: !pass },
    { name: "ruleTest", text: test, idle: !oldest },
    { name: "rulePersons", text: voice.say(`persons:${persons}`), idle: persons === "everyone" },
    {
      name: "ruleHours",
      text: hours.length === 0 ? voice.say("ruleHoursNone") : hoursText(voice, hours),
      idle: hours.length === 0,
    },
    { name: "ruleDates", text: datesText(voice, policy), idle: from === "" && until === "" },
    ...countingRules(voice, policy),
    {
      name: "ruleTemperature",
      text: voice.say(temperature ? "ruleTemperatureSay" : "ruleTemperatureNot"),
      idle: !temperature,
    },
    {
      name: "ruleList",
      text: voice.say("ruleListSay", { time: lengthText(voice, policy.max_list_age_s) }),
      idle: false,
    },
    ...(never ? [{ name: "ruleNever" as const, text: voice.say("ruleNeverSay"), idle: false }] : []),
  ];
}

/** What another policy says differently, a line each: `Oldest test: 48 h → 24 h`. */
export function changesOf(voice: Voice, before: Policy, after: Policy): readonly string[] {
  const was = new Map(rulesOf(voice, before).map(({ name, text }) => [name, text]));
  const now = new Map(rulesOf(voice, after).map(({ name, text }) => [name, text]));
  const none = voice.say("ruleNotAsked");
  return [...new Set([...was.keys(), ...now.keys()])]
    .filter((name) => was.get(name) !== now.get(name))
    .map((name) =>
      voice.say("ruleChange", { rule: voice.say(name), before: was.get(name) ?? none, after: now.get(name) ?? none }),
    );
}

/** The rules in one line, those alone that ask something: for a list of kinds. */
export function briefly(voice: Voice, policy: Policy): string {
  const asked = rulesOf(voice, policy).filter(({ idle, name }) => !idle && name !== "ruleList");
  if (asked.length === 0) return voice.say("ruleRegistersOnly");
  const [stop, gap] = voice.language === "zh" ? ["。", ""] : [".", " "];
  return asked.map(({ text }) => text.replace(/[。.]?$/, stop)).join(gap);
}
