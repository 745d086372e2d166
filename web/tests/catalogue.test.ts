/** The catalogue is whole in both languages. */
import { expect, test } from "vitest";
import { HEADS } from "../src/gate/catalogue";
import en from "../src/gate/words/en.json";
import zh from "../src/gate/words/zh.json";

const chinese: Record<string, string> = { ...HEADS.zh, ...zh };
const english: Record<string, string> = { ...HEADS.en, ...en };

function places(text: string | undefined): string[] {
  return (text?.match(/\{\w+\}/g) ?? []).sort();
}

test("both languages have the same words, each with the same places, none empty", () => {
  expect(Object.keys(english).sort()).toEqual(Object.keys(chinese).sort());
  for (const [word, text] of Object.entries(chinese)) {
    expect([word, text.trim() !== "", english[word]?.trim() !== ""]).toEqual([word, true, true]);
    expect([word, places(english[word])]).toEqual([word, places(text)]);
  }
});

test("Chinese is Chinese and English is English", () => {
  const { otherLanguage: _, ...words } = chinese;
  for (const [word, text] of Object.entries(words))
    expect([word, /[\u4e00-\u9fff]|^\{/.test(text)]).toEqual([word, true]);
  const { otherLanguage: __, ...sayings } = english;
  for (const [word, text] of Object.entries(sayings))
    expect([word, /[\u4e00-\u9fff]/.test(text)]).toEqual([word, false]);
});

test("no sentence to a guard names a medical cause or says to admit", () => {
  const all = [...Object.values(chinese), ...Object.values(english)].join("\n");
  expect(all).not.toMatch(/阳性|确诊|感染|密接|positive|infected|close contact|\badmit\b|放行吧/i);
});
