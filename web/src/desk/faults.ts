/** What went wrong, in words: the service's own sentence where it has one, and what to do. */
import { Offline, Problem } from "../shared/api";
import type { Language, Speaker } from "../shared/words";
import type { DeskWord } from "./words";

const HAN = /[\u3400-\u9fff\uf900-\ufaff“]/;

/**
 * One language's half of a sentence that the service writes in both: English, then Chinese.
 *
 * A Chinese half may begin with a Latin word ("UTF-8文本…"), so it begins after the last full stop before its first
 * Chinese character. A text in one language alone is said as it is.
 */
export function inLanguage(text: string, language: Language): string {
  const first = text.search(HAN);
  if (first < 0) return text.trim();
  const before = /^[\s\S]*[.!?]\s/.exec(text.slice(0, first))?.[0] ?? "";
  const half = language === "en" ? before : text.slice(before.length);
  return half.trim() === "" ? text.trim() : half.trim();
}

const BY_STATUS: Readonly<Record<number, DeskWord>> = {
  403: "faultForbidden",
  404: "faultMissing",
  409: "faultConflict",
  413: "faultTooLarge",
  429: "faultTooMany",
};

/** A sentence for what a request ended with; anything that is no answer of the service's is thrown on. */
export function faultText(voice: Speaker<DeskWord>, error: unknown): string {
  if (error instanceof Offline) return voice.say("faultOffline");
  if (!(error instanceof Problem)) throw error;
  if (error.status >= 500) return voice.say("faultOurs");
  const general = BY_STATUS[error.status];
  const told = inLanguage(error.detail, voice.language);
  if (general === undefined) return told === "" ? voice.say("faultRefused", { code: error.code }) : told;
  // Half of the service's sentences are English alone: the general one leads, in the language of the page.
  return told === "" || (voice.language === "zh" && !HAN.test(told))
    ? voice.say(general)
    : `${voice.say(general)} ${told}`;
}
