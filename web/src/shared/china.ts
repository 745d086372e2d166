/** Instants as people in China read them, always with the date; and lengths of time. */
import type { Language, Speaker } from "./words";

const LOCALES = { zh: "zh-CN", en: "en-GB" } as const;
export const DAY_S = 86_400;
const CHINA_S = 8 * 3600;

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
  return new Date((epochS + CHINA_S) * 1000).toISOString().slice(11, 19);
}

/** The calendar day in China: 2026-11-24. */
export function chinaDay(epochS: number): string {
  return new Date((epochS + CHINA_S) * 1000).toISOString().slice(0, 10);
}

/** Epoch seconds of an RFC 3339 text of ours. */
export function instantOf(text: string): number {
  return Math.floor(Date.parse(text) / 1000);
}

/** RFC 3339 in UTC, to the second. */
export function rfc3339(epochS: number): string {
  return `${new Date(epochS * 1000).toISOString().slice(0, 19)}Z`;
}

/** A length of time, in hours and minutes, rounded down. */
export function lasting(voice: Speaker<"hours" | "minutes" | "underMinute">, seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return voice.say("underMinute");
  if (minutes < 60) return voice.say("minutes", { m: minutes });
  return voice.say("hours", { h: Math.floor(minutes / 60), m: minutes % 60 });
}
