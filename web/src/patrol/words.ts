/** The worker's words: the desk's and its own. */
import { DESK_WORDS } from "../desk/words";
import type { Speaker } from "../shared/words";
import en from "./words/en.json";
import zh from "./words/zh.json";

export const WORKER_WORDS = {
  zh: { ...DESK_WORDS.zh, ...zh },
  en: { ...DESK_WORDS.en, ...en },
} as const;
export type WorkerWord = keyof typeof WORKER_WORDS.zh;
export type Voice = Speaker<WorkerWord>;

/** Why a note was not accepted, in words; the code where the catalogue has none. */
export function refusalText(voice: Voice, code: string): string {
  const word = `refused:${code}`;
  if (Object.hasOwn(WORKER_WORDS.zh, word)) return voice.say(word as WorkerWord);
  return voice.say("faultRefused", { code });
}
