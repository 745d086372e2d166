/** Days and times as forms have them, in China. */

/** Epoch seconds of a day (`2026-11-24`) and a time (`23:59`) in China; undefined when they are none. */
export function chinaEpoch(day: string, time: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || !/^\d\d:\d\d$/.test(time)) return undefined;
  const ms = Date.parse(`${day}T${time}:00+08:00`);
  // A 31st of February is rolled over by some engines and refused by others.
  const same = new Date(ms + 8 * 3_600_000);
  return Number.isNaN(ms) || same.toISOString().slice(0, 10) !== day ? undefined : ms / 1000;
}
