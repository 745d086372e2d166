/**
 * One catalogue a page, in two languages. A missing word does not compile, and a test compares every pair of files.
 *
 * The language is the one chosen before, else the browser's own.
 */
export type Language = "zh" | "en";
export type Values = Readonly<Record<string, string | number>>;

export const LANG: Readonly<Record<Language, string>> = { zh: "zh-CN", en: "en" };
const CHOSEN = "epipass.language";

/** Says words; `W` are the catalogue's. */
export interface Speaker<W extends string> {
  readonly language: Language;
  readonly other: Language;
  /** A word with the values for its {places}. */
  say(word: W, values?: Values): string;
  /** The same in a language that is not the chosen one. */
  sayIn(language: Language, word: W, values?: Values): string;
  /** Choose the other language, from now on and at the next visit. */
  change(): void;
}

export function firstLanguage(): Language {
  try {
    const kept = localStorage.getItem(CHOSEN);
    if (kept === "zh" || kept === "en") return kept;
  } catch {
    // Storage is denied; the browser's own language decides.
  }
  return /^zh\b/i.test(navigator.language) ? "zh" : "en";
}

export function keepLanguage(language: Language): void {
  try {
    localStorage.setItem(CHOSEN, language);
  } catch {
    // Storage is denied; the choice lasts as long as the page.
  }
}

export function fill(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)\}/g, (_, place: string) => String(values[place] ?? ""));
}

/** A speaker of two files of words; the document's language follows it. */
export function speaker<W extends string>(
  zh: Readonly<Record<W, string>>,
  en: Readonly<Record<W, string>>,
): Speaker<W> {
  const words = { zh, en };
  let language = firstLanguage();
  document.documentElement.lang = LANG[language];
  return {
    get language() {
      return language;
    },
    get other() {
      return language === "zh" ? "en" : "zh";
    },
    say: (word, values) => fill(words[language][word], values),
    sayIn: (which, word, values) => fill(words[which][word], values),
    change() {
      language = this.other;
      keepLanguage(language);
      document.documentElement.lang = LANG[language];
    },
  };
}

/** A speaker of other words in the language that another speaker has. */
export function following<W extends string>(
  leader: Speaker<never>,
  zh: Readonly<Record<W, string>>,
  en: Readonly<Record<W, string>>,
): Speaker<W> {
  const words = { zh, en };
  return {
    get language() {
      return leader.language;
    },
    get other() {
      return leader.other;
    },
    say: (word, values) => fill(words[leader.language][word], values),
    sayIn: (which, word, values) => fill(words[which][word], values),
    change: () => leader.change(),
  };
}
