/** Reports as plain text, for a message to colleagues: a title, the area, China time with the date, a line a fact. */
import type { Job } from "../desk/jobs";
import { chinaInstant, instantOf } from "../shared/china";
import { neutral } from "../desk/copying";
import type { Counts, Figures, Run, Tally } from "./answers";
import type { Arrived } from "./arrivals";
import { whyHeld } from "./holding";
import type { Names } from "./names";
import { named, type OfficerWord, type Voice, wordOf } from "./words";

const MOST_UNITS = 30;

/** The marks a message is set with in each language; words are the catalogue's. */
const MARKS = {
  zh: { title: (text: string) => `【${text}】`, section: (text: string) => `〔${text}〕`, comma: "，" },
  en: { title: (text: string) => `[${text}]`, section: (text: string) => `${text}:`, comma: ", " },
} as const;

/** Several things in one line. */
export function listed(voice: Voice, texts: readonly string[]): string {
  return texts.join(MARKS[voice.language].comma);
}

function item(text: string): string {
  return `· ${text}`;
}

/** A cause of the eligibility policy in words; one of a policy to come is named by its code. */
export function causeText(voice: Voice, cause: string): string {
  const word = wordOf("cause", cause);
  return word === undefined ? cause : voice.say(word);
}

export function sumOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, n) => sum + n, 0);
}

/** Counts by cause, the largest first. */
export function byCause(voice: Voice, counts: Counts): (readonly [string, number])[] {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([cause, n]) => [causeText(voice, cause), n] as const);
}

export const FIGURES = ["applications", "approvals", "checkins", "scans"] as const;
export const OUTCOMES = ["entitled", "renewed", "kept", "withdrawn"] as const;

export function figureWord(metric: (typeof FIGURES)[number]): OfficerWord {
  return `figure:${metric}`;
}

export function outcomeWord(outcome: (typeof OUTCOMES)[number]): OfficerWord {
  return `outcome:${outcome}`;
}

function instant(voice: Voice, text: string): string {
  return chinaInstant(voice.language, instantOf(text));
}

/** Title, area and when it was written; `at` in epoch seconds. */
export function head(voice: Voice, title: OfficerWord, area: string, at: number): string[] {
  return [
    MARKS[voice.language].title(voice.say(title)),
    voice.say("textArea", { area }),
    voice.say("textWritten", { time: chinaInstant(voice.language, at) }),
  ];
}

export function section(voice: Voice, title: OfficerWord, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", MARKS[voice.language].section(voice.say(title)), ...lines];
}

// Names come from spreadsheets, and a report is pasted into others.
export function lines(texts: readonly string[]): string {
  return texts.map(neutral).join("\n");
}

/** What waits for somebody: jobs with their owners, and runs' held units as one line each. */
export function waitingLines(voice: Voice, names: Names, jobs: readonly Job[], units: readonly string[]): string[] {
  const held = jobs.map((job) => item(`${names.owner(job)}: ${whyHeld(voice, job).join(" ")}`));
  return [...held, ...units.map((text) => item(text))];
}

export function figuresText(voice: Voice, figures: Figures, waiting: readonly string[], at: number): string {
  const counted = FIGURES.map((metric) => {
    const { day, cumulative } = figures[metric];
    return voice.say("textFigure", { what: voice.say(figureWord(metric)), day, total: cumulative });
  });
  return lines([
    ...head(voice, "startTitle", figures.area, at),
    ...section(voice, "figuresTitle", [voice.say("textDay", { day: figures.day }), ...counted]),
    ...section(voice, "waitingTitle", waiting.length > 0 ? waiting : [voice.say("nothingWaits")]),
  ]);
}

export function holdsText(voice: Voice, waiting: readonly string[], area: string, at: number): string {
  return lines([
    ...head(voice, "holdsTitle", area, at),
    "",
    ...(waiting.length > 0 ? waiting : [voice.say("nothingWaits")]),
  ]);
}

export interface Stuck {
  readonly jobs: readonly Job[];
  /** Held units of the run: name, people, losing. */
  readonly units: readonly string[];
}

function arrivedLines(voice: Voice, { lists, results, since, until, more }: Arrived): string[] {
  return [
    voice.say("arrivedBetween", { since: instant(voice, since), until: instant(voice, until) }),
    voice.say("arrivedLists", { ...lists }),
    voice.say("arrivedResults", { ...results }),
    ...(more ? [voice.say("arrivedMore")] : []),
  ];
}

/** How one unit came out of a run. */
export function tallyText(voice: Voice, tally: Tally): string {
  const counts = OUTCOMES.filter((outcome) => tally[outcome] > 0).map(
    (outcome) => `${voice.say(outcomeWord(outcome))} ${tally[outcome]}`,
  );
  const refused = byCause(voice, tally.refused).map(([cause, n]) => `${cause} ${n}`);
  const unit = named(voice, tally.name, tally.unit);
  const said = listed(voice, [...counts, ...refused]);
  return voice.say("textUnit", { unit, people: tally.people, said });
}

export interface RunReport {
  readonly run: Run;
  readonly arrived: Arrived | undefined;
  readonly stuck: Stuck;
}

export function runText(voice: Voice, names: Names, report: RunReport, area: string, at: number): string {
  const { run, arrived, stuck } = report;
  const changed = run.units.filter((tally) => tally.entitled + tally.withdrawn + sumOf(tally.refused) > 0);
  const left = Math.max(0, changed.length - MOST_UNITS) + run.units_left_off;
  return lines([
    ...head(voice, "runTitle", area, at),
    voice.say("textCutoff", { time: instant(voice, run.cutoff) }),
    voice.say("textState", { state: voice.say(`run:${run.state}`) }),
    ...section(
      voice,
      "outcomesTitle",
      OUTCOMES.map((outcome) => `${voice.say(outcomeWord(outcome))} ${run[outcome]}`),
    ),
    ...section(
      voice,
      "refusedTitle",
      byCause(voice, run.refused).map(([cause, n]) => `${cause} ${n}`),
    ),
    ...section(voice, "arrivedTitle", arrived === undefined ? [] : arrivedLines(voice, arrived)),
    ...section(voice, "stuckTitle", stuckLines(voice, names, stuck)),
    ...section(
      voice,
      "changedTitle",
      changed.slice(0, MOST_UNITS).map((tally) => tallyText(voice, tally)),
    ),
    ...(left > 0 ? [voice.say("unitsLeftOff", { n: left })] : []),
  ]);
}

function stuckLines(voice: Voice, names: Names, { jobs, units }: Stuck): string[] {
  const waiting = waitingLines(voice, names, jobs, units);
  return waiting.length > 0 ? waiting : [voice.say("nothingWaits")];
}

/** A gate's shifts and the foreign links reported there. */
export function gateText(
  voice: Voice,
  gate: string,
  { on, links }: { readonly on: readonly string[]; readonly links: readonly string[] },
  area: string,
  at: number,
): string {
  return lines([
    MARKS[voice.language].title(voice.say("gateTitle", { gate })),
    voice.say("textArea", { area }),
    voice.say("textWritten", { time: chinaInstant(voice.language, at) }),
    ...section(voice, "shifts", on.length > 0 ? on.map((text) => item(text)) : [voice.say("nobodyOnShift")]),
    ...section(voice, "reportsTitle", links.length > 0 ? links.map((text) => item(text)) : [voice.say("noReports")]),
  ]);
}
