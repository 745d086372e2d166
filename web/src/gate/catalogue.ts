/**
 * Every word the guard's page says. The words that head it are always there in both languages; the rest of a language
 * is loaded when it is chosen. A missing word does not compile, and a test compares the two.
 */
import en from "./words/en.json?url";
import type chinese from "./words/zh.json";
import zh from "./words/zh.json?url";

export type Language = "zh" | "en";
export type Words = Readonly<Record<keyof typeof chinese, string>>;

export const HEADS = {
  zh: {
    again: "再查一次",
    whyNoNetwork: "没有网络",
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
    whyNoNetwork: "No network",
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
export type Word = Head | keyof Words;

const loaded: Partial<Record<Language, Words>> = {};

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

/** Says a word in a language, with the values for its {places}; empty until the language was learnt. */
export function say(language: Language, word: Word, values: Readonly<Record<string, string | number>> = {}): string {
  const text = ({ ...loaded[language], ...HEADS[language] } as Partial<Record<Word, string>>)[word] ?? "";
  return text.replace(/\{(\w+)\}/g, (_, place: string) => String(values[place] ?? ""));
}
