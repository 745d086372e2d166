/** The words of cards, said on the officer's page and on the worker's in the language chosen there. */
import { DESK_WORDS } from "../desk/words";
import type { Speaker } from "../shared/words";
import en from "./words/en.json";
import zh from "./words/zh.json";

export const CARD_WORDS = {
  zh: { ...DESK_WORDS.zh, ...zh },
  en: { ...DESK_WORDS.en, ...en },
} as const;
export type CardWord = keyof typeof CARD_WORDS.zh;
export type Voice = Speaker<CardWord>;
