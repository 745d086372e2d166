/** Days and times in China: as forms have them, and with the year where that is another. */
import { chinaDay, chinaInstant } from "../shared/china";
import { serverNow } from "../shared/clock";
import type { Language } from "../shared/words";

/** An instant (epoch seconds) in China time with its date, and with its year when that is not this one. */
export function datedInstant(language: Language, epochS: number): string {
  const year = chinaDay(epochS).slice(0, 4);
  const text = chinaInstant(language, epochS);
  if (year === chinaDay(serverNow()).slice(0, 4)) return text;
  return language === "zh" ? `${year}年${text}` : `${text} (${year})`;
}

/** Epoch seconds of a day (`2026-11-24`) and a time (`23:59`) in China; undefined when they are none. */
export function chinaEpoch(day: string, time: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || !/^\d\d:\d\d$/.test(time)) return undefined;
  const ms = Date.parse(`${day}T${time}:00+08:00`);
  // A 31st of February is rolled over by some engines and refused by others.
  const same = new Date(ms + 8 * 3_600_000);
  return Number.isNaN(ms) || same.toISOString().slice(0, 10) !== day ? undefined : ms / 1000;
}
