/** What the guard's pages on shift say: their own words, and the verifier's reasons in the words of the pass check. */
import { speaker, type Speaker } from "../shared/words";
import { HEADS } from "../gate/catalogue";
import englishReasons from "../gate/words/en.json";
import chineseReasons from "../gate/words/zh.json";
import english from "./words/en.json";
import chinese from "./words/zh.json";

export type Word = keyof typeof chinese | keyof typeof chineseReasons | keyof typeof HEADS.zh;

export const voice: Speaker<Word> = speaker<Word>(
  { ...HEADS.zh, ...chineseReasons, ...chinese },
  { ...HEADS.en, ...englishReasons, ...english },
);
