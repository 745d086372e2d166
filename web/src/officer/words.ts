/** The officer's words: the desk's and its own. */
import { DESK_WORDS } from "../desk/words";
import { KIND_WORDS } from "../shared/kinds";
import type { Speaker } from "../shared/words";
import coverageEn from "./words/coverage.en.json";
import coverageZh from "./words/coverage.zh.json";
import dayEn from "./words/day.en.json";
import dayZh from "./words/day.zh.json";
import en from "./words/en.json";
import policyEn from "./words/policy.en.json";
import policyZh from "./words/policy.zh.json";
import postersEn from "./words/posters.en.json";
import postersZh from "./words/posters.zh.json";
import queueEn from "./words/queue.en.json";
import queueZh from "./words/queue.zh.json";
import tracesEn from "./words/traces.en.json";
import tracesZh from "./words/traces.zh.json";
import zh from "./words/zh.json";

export const OFFICER_WORDS = {
  zh: {
    ...DESK_WORDS.zh,
    ...KIND_WORDS.zh,
    ...zh,
    ...coverageZh,
    ...dayZh,
    ...policyZh,
    ...postersZh,
    ...queueZh,
    ...tracesZh,
  },
  en: {
    ...DESK_WORDS.en,
    ...KIND_WORDS.en,
    ...en,
    ...coverageEn,
    ...dayEn,
    ...policyEn,
    ...postersEn,
    ...queueEn,
    ...tracesEn,
  },
} as const;
export type OfficerWord = keyof typeof OFFICER_WORDS.zh;
export type Voice = Speaker<OfficerWord>;

/** What has a name and a code, as a person reads it. */
export function named(voice: Voice, name: string, code: string): string {
  return voice.language === "zh" ? `${name}（${code}）` : `${name} (${code})`;
}

/** What a column of a spreadsheet is called in words; what has none stays as it is. */
export function columnName(voice: Voice, column: string): string {
  const word = wordOf("sheetColumn", column);
  return word === undefined ? column : voice.say(word);
}

/** A word of a family (`cause:` and what follows), or undefined when the catalogue has none. */
export function wordOf(family: string, member: string): OfficerWord | undefined {
  const word = `${family}:${member}`;
  return Object.hasOwn(OFFICER_WORDS.zh, word) ? (word as OfficerWord) : undefined;
}
