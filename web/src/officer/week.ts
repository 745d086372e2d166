/** Opening hours: as the service has them, as a week's table, and in words. Times are China's. */
import type { Voice } from "./words";

/** When it is open; 1 is Monday. What closes at or before it opens, closes the next day. */
export interface Hours {
  readonly days: readonly number[];
  readonly opens: string;
  readonly closes: string;
}

/** One opening of a day; empty while nothing is typed. */
export interface Span {
  opens: string;
  closes: string;
}

/** The openings of Monday to Sunday, in this order. */
export type Week = readonly Span[][];

export const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;

/** The openings of each day, the earliest first. */
export function weekOf(hours: readonly Hours[]): Week {
  return DAYS.map((day) =>
    hours
      .filter(({ days }) => days.includes(day))
      .map(({ opens, closes }) => ({ opens, closes }))
      .sort((a, b) => (a.opens < b.opens ? -1 : 1)),
  );
}

/** The same as the service takes it: days with the same opening are one line. Openings that are half typed are left out. */
export function hoursOf(week: Week): readonly Hours[] {
  const days = new Map<string, number[]>();
  for (const [place, spans] of week.entries()) {
    for (const { opens, closes } of spans) {
      if (opens === "" || closes === "") continue;
      const key = `${opens}-${closes}`;
      const known = days.get(key) ?? [];
      if (!known.includes(place + 1)) days.set(key, [...known, place + 1]);
    }
  }
  return [...days].map(([key, open]) => ({ days: open, opens: key.slice(0, 5), closes: key.slice(6) }));
}

/** The first day with an opening that has one time and not the other; undefined when all are whole. */
export function halfTyped(week: Week): number | undefined {
  const place = week.findIndex((spans) => spans.some(({ opens, closes }) => (opens === "") !== (closes === "")));
  return place < 0 ? undefined : place + 1;
}

function daysText(voice: Voice, days: readonly number[]): string {
  if (days.length === DAYS.length) return voice.say("everyDay");
  const name = (day: number): string => voice.say(`weekday:${day as 1}`);
  const inRow = days.every((day, place) => place === 0 || day === (days[place - 1] ?? 0) + 1);
  const [first = 1] = days;
  const last = days[days.length - 1] ?? first;
  if (days.length > 2 && inRow) return voice.say("daysFromTo", { from: name(first), to: name(last) });
  return days.map(name).join(voice.language === "zh" ? "、" : ", ");
}

/** Opening hours as a sentence: 周一至周五 08:00–18:00。 */
export function hoursText(voice: Voice, hours: readonly Hours[]): string {
  const lines = hours.map(({ days, opens, closes }) => {
    const next = closes <= opens ? voice.say("nextDay") : "";
    return `${daysText(
      voice,
      [...days].sort((a, b) => a - b),
    )} ${opens}–${next}${closes}`;
  });
  return lines.join(voice.language === "zh" ? "；" : "; ");
}
