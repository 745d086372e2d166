/** Every catalogue of words is whole in both languages; the rooms that have one are found, not listed. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { HEADS } from "../src/gate/catalogue";

type Words = Record<string, string>;

const SOURCES = new URL("../src/", import.meta.url);

function words(path: string): Words {
  return JSON.parse(readFileSync(new URL(path, SOURCES), "utf8")) as Words;
}

/** `words/zh.json` and `words/en.json` of a room, or `words/NAME.zh.json` and `words/NAME.en.json`. */
function catalogues(): [name: string, zh: Words, en: Words][] {
  const rooms = readdirSync(SOURCES).filter((room) => existsSync(new URL(`${room}/words`, SOURCES)));
  const chinese = rooms.flatMap((room) =>
    readdirSync(new URL(`${room}/words`, SOURCES))
      .filter((file) => /(^|\.)zh\.json$/.test(file))
      .map((file) => `${room}/words/${file}`),
  );
  return chinese.map((path) => [path, words(path), words(path.replace(/zh\.json$/, "en.json"))]);
}

function places(text: string | undefined): string[] {
  return (text?.match(/\{\w+\}/g) ?? []).sort();
}

const FOUND = [...catalogues(), ["gate/catalogue.ts", { ...HEADS.zh }, { ...HEADS.en }] as [string, Words, Words]];

describe.each(FOUND)("%s", (_, chinese, english) => {
  test("has the same words in both languages, each with the same places, none empty", () => {
    expect(Object.keys(english).sort()).toEqual(Object.keys(chinese).sort());
    for (const [word, text] of Object.entries(chinese)) {
      expect([word, text.trim() !== "", english[word]?.trim() !== ""]).toEqual([word, true, true]);
      expect([word, places(english[word])]).toEqual([word, places(text)]);
    }
  });

  test("speaks Chinese in Chinese and English in English", () => {
    const { otherLanguage: _zh, ...sentences } = chinese;
    // The name of an app is what it is.
    for (const [word, text] of Object.entries(sentences).filter(([one]) => !one.startsWith("app-")))
      expect([word, /[\u4e00-\u9fff]|^\{/.test(text)]).toEqual([word, true]);
    const { otherLanguage: _en, ...sayings } = english;
    for (const [word, text] of Object.entries(sayings))
      expect([word, /[\u4e00-\u9fff]/.test(text)]).toEqual([word, false]);
  });
});

function said(rooms: RegExp): string {
  const found = FOUND.filter(([name]) => rooms.test(name));
  return found.flatMap(([, zh, en]) => [...Object.values(zh), ...Object.values(en)]).join("\n");
}

test("no sentence to a guard names a medical cause", () => {
  expect(said(/^(gate|scanner|shift)\//)).not.toMatch(/阳性|确诊|感染|密接|positive|infected|close contact/i);
});

test("the page that any camera opens never says to admit; only a shift's words do", () => {
  expect(said(/^gate\/(?!words\/duty\.)/)).not.toMatch(/\badmit\b|放行吧/i);
});
