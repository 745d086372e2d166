/** What every part of the page is handed. */
import { Offline, Problem } from "../shared/api";
import type { OwnKey } from "../shared/keys";
import { KIND_WORDS } from "../shared/kinds";
import { type Speaker, speaker } from "../shared/words";
import type { Facts, Hours } from "./service";
import en from "./words/en.json";
import zh from "./words/zh.json";

const WORDS = { zh: { ...KIND_WORDS.zh, ...zh }, en: { ...KIND_WORDS.en, ...en } } as const;

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

export type Word = keyof typeof WORDS.zh;
export type Voice = Speaker<Word>;

/** An application that this phone sent, and the key that may act for it. */
export interface Sent {
  readonly venue: string;
  readonly name: string;
  readonly key: OwnKey;
}

/** What was typed, kept while the page is open: another language or a refusal loses nothing. */
export interface Draft {
  name: string;
  area: string;
  category: string;
  address: string;
  moves: boolean;
  opens: string;
  closes: string;
  /** The hours of the application that is corrected: it may have other days than this page asks for. */
  known: readonly Hours[];
  peak: string;
  contact: string;
  phone: string;
  code: string;
  position: Facts["position"];
  /** Unknown of a position that an earlier application said. */
  accuracyM: number | undefined;
  parent: string;
  /** The key that applies: the same for every try, so that an answer that got lost does no harm. */
  key: OwnKey | undefined;
  /** Milliseconds of performance.now() of the last code. */
  askedAt: number | undefined;
}

/** What is typed to have another phone act for a venue. */
export interface Joining {
  venue: string;
  phone: string;
  code: string;
  key: OwnKey | undefined;
  askedAt: number | undefined;
}

/** The page's words in both languages, for a form of its that stands on another page. */
export function wordsOfPage(): readonly [typeof WORDS.zh, typeof WORDS.en] {
  return [WORDS.zh, WORDS.en];
}

export function voiceOfPage(): Voice {
  return speaker<Word>(WORDS.zh, WORDS.en);
}

/** A fresh form; an address that ends in `#990101001001` names the community that handed it out. */
export function blank(): Draft {
  const area = /^#\d{6,12}$/.test(location.hash) ? location.hash.slice(1) : "";
  const empty = { name: "", category: "shop", address: "", opens: "", closes: "", peak: "", contact: "", phone: "" };
  const none = { position: undefined, accuracyM: undefined, key: undefined, askedAt: undefined };
  return { ...empty, ...none, known: [], area, code: "", moves: false, parent: "" };
}

/** The hours that a form says: every day's, and what was known already as long as nobody typed others. */
export function hoursOf({ opens, closes, known }: Pick<Draft, "opens" | "closes" | "known">): readonly Hours[] {
  const [first] = known;
  if (first !== undefined && first.opens === opens && first.closes === closes) return known;
  return opens === "" ? [] : [{ days: EVERY_DAY, opens, closes }];
}

/** What went wrong, in words. */
export function faultOf(voice: Voice, error: unknown): string {
  if (error instanceof Offline) return voice.say("noNetwork");
  if (!(error instanceof Problem)) throw error;
  const laws = [error.code, ...error.errors.map(({ law }) => law)].map((law) => `fault:${law}`);
  const word = laws.find((one) => one in zh) as Word | undefined;
  return voice.say(word ?? (error.status === 429 ? "fault:too-many" : "fault:service"));
}
