/** The desk's own words; a console adds its own to them. */
import en from "./words/en.json";
import zh from "./words/zh.json";

export type DeskWord = keyof typeof zh;
export const DESK_WORDS: Readonly<Record<"zh" | "en", Readonly<Record<DeskWord, string>>>> = { zh, en };
