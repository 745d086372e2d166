/** The parts of a day's page: large figures, the areas below, the fortnight as a table. */
import { type Column, table } from "../desk/table";
import { h } from "../shared/dom";
import type { AreaFigures, DayFigures, DayReport } from "./dayanswers";
import { link } from "./panel";
import { FIGURES, figureWord } from "./reporting";
import type { Voice } from "./words";

/** A number as people read it: 12,345. */
export function grouped(n: number): string {
  return n.toLocaleString("en-US");
}

/** What an officer looks at first: what happened on the day, with the day before; what waits and what is live now. */
export function bigFigures(voice: Voice, report: DayReport): HTMLElement {
  const happened = (["checkins", "scans", "applications", "approvals"] as const).map((metric) => {
    const { day, cumulative } = report[metric];
    const beside = voice.say("dayBeside", { before: grouped(report.before[metric]), total: grouped(cumulative) });
    return tile(metric, voice.say(figureWord(metric)), day, beside);
  });
  const now = voice.say("dayNow");
  return h(
    "dl",
    { class: "numbers day-numbers" },
    ...happened,
    tile("waiting", voice.say("figure:waiting"), report.waiting, now),
    tile("codes", voice.say("figure:codes"), report.codes, now),
  );
}

/** Those of the day's check-ins that no phone of the person's own made, or that several people share. */
export function apart(voice: Voice, { assisted, groups, companions }: AreaFigures): string {
  const said = { assisted: grouped(assisted.day), groups: grouped(groups.day), companions: grouped(companions.day) };
  return voice.say("dayApart", said);
}

function tile(metric: string, word: string, n: number, beside: string): HTMLElement {
  return h(
    "div",
    { "data-figure": metric },
    h("dt", {}, word),
    h("dd", { class: "beside" }, beside),
    h("dd", {}, grouped(n)),
  );
}

/** A line for each area below, and the way into it. */
export function areaTable(voice: Voice, areas: readonly AreaFigures[]): HTMLElement {
  const numeric = (head: string): Column => ({ head, numeric: true });
  const columns: Column[] = [
    { head: voice.say("area") },
    numeric(voice.say("figure:checkins")),
    numeric(voice.say("dayBefore")),
    numeric(voice.say("inAll")),
    numeric(voice.say("figure:scans")),
    numeric(voice.say("figure:applications")),
    numeric(voice.say("figure:approvals")),
    numeric(voice.say("figure:waiting")),
    numeric(voice.say("figure:codes")),
  ];
  const rows = areas.map((one) => [
    link(`day/of/${one.area}`, one.area, "row-link"),
    ...[one.checkins.day, one.before.checkins, one.checkins.cumulative, one.scans.day].map(grouped),
    ...[one.applications.day, one.approvals.day, one.waiting, one.codes].map(grouped),
  ]);
  return table(voice.say("dayAreas"), columns, rows);
}

/** What the trends show, in numbers. */
export function trendTable(voice: Voice, days: readonly DayFigures[]): HTMLElement {
  const columns = [
    { head: voice.say("thatDay") },
    ...FIGURES.map((metric) => ({ head: voice.say(figureWord(metric)), numeric: true })),
  ];
  const rows = [...days].reverse().map((one) => [one.day, ...FIGURES.map((metric) => grouped(one[metric]))]);
  return table(voice.say("dayTrend"), columns, rows);
}
