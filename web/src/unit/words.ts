/** The words of a unit's and a laboratory's console, with the desk's. */
import { DESK_WORDS } from "../desk/words";
import type { Speaker } from "../shared/words";
import en from "./words/en.json";
import zh from "./words/zh.json";

export const UNIT_WORDS = { zh: { ...DESK_WORDS.zh, ...zh }, en: { ...DESK_WORDS.en, ...en } };
export type UnitWord = keyof typeof UNIT_WORDS.zh;
export type Voice = Speaker<UnitWord>;
