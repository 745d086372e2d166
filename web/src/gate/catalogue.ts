/**
 * Every word the guard's page says. The words that head it are always there in both languages; the rest of a language
 * is loaded when it is chosen. A missing word does not compile, and a test compares the two.
 */
import en from "./words/en.json?url";
import type chinese from "./words/zh.json";
import type duty from "./words/duty.zh.json";
import type rest from "./words/rest.zh.json";
import zh from "./words/zh.json?url";

export type Language = "zh" | "en";
export type Words = Readonly<Record<keyof typeof chinese, string>>;
export type Taught = Readonly<Record<Language, Readonly<Partial<Record<Word, string>>>>>;

export const HEADS = {
  zh: {
    again: "再查一次",
    "why-no-network": "没有网络",
    otherLanguage: "English",
    checking: "正在查验…",
    genuine: "真实有效",
    identity: "核对身份",
    refused: "不予通过",
    unsure: "无法确定",
    stale: "请重新扫码",
    empty: "等待扫码",
    identityIs: "已核对身份",
  },
  en: {
    again: "Check again",
    "why-no-network": "No network",
    otherLanguage: "中文",
    checking: "Checking…",
    genuine: "Genuine",
    identity: "Check identity",
    refused: "Refused",
    unsure: "Not sure",
    stale: "Scan again",
    empty: "Ready to scan",
    identityIs: "Identity checked",
  },
} as const;

export type Head = keyof (typeof HEADS)["zh"];
export type Word = Head | keyof Words | keyof typeof rest | keyof typeof duty;

const loaded: Partial<Record<Language, Words>> = {};
const taught: Record<Language, Partial<Record<Word, string>>> = { zh: {}, en: {} };

/** Makes a language ready to be spoken; should its words not arrive, those that head the page must do. */
export async function learn(language: Language): Promise<void> {
  if (loaded[language] !== undefined) return;
  try {
    const answer = await fetch(language === "zh" ? zh : en);
    if (answer.ok) loaded[language] = (await answer.json()) as Words;
  } catch {
    // No network: the page still says its verdict and that there is no network.
  }
}

/** More words in both languages, from a part of the page that came later; they replace what they are called like. */
export function teach({ zh: chinese, en: english }: Taught): void {
  Object.assign(taught.zh, chinese);
  Object.assign(taught.en, english);
}

/** Says a word in a language, with the values for its {places}; empty until the language was learnt. */
export function say(language: Language, word: Word, values: Readonly<Record<string, string | number>> = {}): string {
  const known: Partial<Record<Word, string>> = { ...loaded[language], ...HEADS[language], ...taught[language] };
  const text = known[word] ?? "";
  return text.replace(/\{(\w+)\}/g, (_, place: string) => String(values[place] ?? ""));
}
