/** Instants as people in China read them, always with the date; and lengths of time. */
import { type Language, say } from "./catalogue";

const LOCALES = { zh: "zh-CN", en: "en-GB" } as const;

/** An instant (epoch seconds) in China time, with its date: 11月24日 周二 09:00. */
export function chinaInstant(language: Language, epochS: number): string {
  const format = new Intl.DateTimeFormat(LOCALES[language], {
    timeZone: "Asia/Shanghai",
    month: language === "zh" ? "long" : "short",
    day: "numeric",
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
  return format.format(epochS * 1000).replace(/\b24:/, "00:");
}

/** The time of day in China, to the second. */
export function chinaClock(epochS: number): string {
  return new Date((epochS + 8 * 3600) * 1000).toISOString().slice(11, 19);
}

/** A length of time, in hours and minutes, rounded down. */
export function lasting(language: Language, seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return say(language, "underMinute");
  if (minutes < 60) return say(language, "minutes", { m: minutes });
  return say(language, "hours", { h: Math.floor(minutes / 60), m: minutes % 60 });
}
