/** What the scanner decides without a camera: what a text is, what a stream of sights means, what a hand scanner typed. */
import { beforeEach, expect, test } from "vitest";
import { kindOf, type Origins } from "../src/scanner/kinds";
import { chooseNumber, spokenNumber } from "../src/scanner/number";
import { isFlat, rangeOf, stretch } from "../src/scanner/pixels";
import { Observer } from "../src/scanner/watch";
import { Wedge } from "../src/scanner/wedge";

const ORIGINS: Origins = { gate: ["https://gate.example.gov"], me: ["https://me.example.gov"] };

test("what bare digits, tokens and our own pass addresses hold is a pass's", () => {
  for (const text of [
    "1234567890",
    "eyJhbGci.bb.cc",
    "eyJhbGci.bb.cc~dd.ee.ff",
    "https://gate.example.gov/v#12",
    "HTTPS://GATE.EXAMPLE.GOV/v#12",
    "#12",
  ]) {
    expect([text, kindOf(text, ORIGINS).kind]).toEqual([text, "pass"]);
  }
});

test("an address of another origin is foreign, whatever it is dressed as, and named by what a browser would open", () => {
  const foreign: readonly (readonly [string, string])[] = [
    ["https://gate.example.gov.evil.test/v#123", "gate.example.gov.evil.test"],
    ["https://gate.example.gov@evil.test/v#123", "evil.test"],
    ["http://gate.example.gov/v#123", "gate.example.gov"],
    ["https://gate.example.gov:8443/v#123", "gate.example.gov"],
    ["https://gаte.example.gov/v#123", "xn--gte-6cd.example.gov"],
    ["evil.test/v#123", "evil.test"],
    ["EVIL.TEST#123", "evil.test"],
    ["www.evil.test", "www.evil.test"],
    [" https://evil.test ", "evil.test"],
    ["https:\\\\evil.test\\v#1", "evil.test"],
  ];
  for (const [text, host] of foreign) {
    expect([text, kindOf(text, ORIGINS)]).toEqual([text, { kind: "foreign", host, reportable: true }]);
  }
});

test("an address that opens an app is foreign too, with no host to report", () => {
  for (const text of [
    "weixin://dl/business",
    "javascript:alert(1)",
    "tel:110",
    "data:text/html,x",
    "intent://x#Intent;end",
  ]) {
    expect([text, kindOf(text, ORIGINS)]).toEqual([
      text,
      { kind: "foreign", host: text.slice(0, text.indexOf(":") + 1), reportable: false },
    ]);
  }
});

test("our other codes are told by name: a venue's poster, a booth's", () => {
  expect(kindOf("https://me.example.gov/c/ABC", ORIGINS)).toEqual({ kind: "venue" });
  expect(kindOf("https://gate.example.gov/#gate=G-101", ORIGINS)).toEqual({ kind: "gate", gate: "G-101" });
  expect(kindOf("https://gate.example.gov/", ORIGINS)).toEqual({ kind: "other" });
  expect(kindOf("https://me.example.gov/", ORIGINS)).toEqual({ kind: "other" });
});

test("what is neither is nothing, however long it is", () => {
  for (const text of ["", "  ", "你好", "WIFI:S:guest;;", "BEGIN:VCARD", "9".repeat(9000)])
    expect(kindOf(text, ORIGINS).kind).toBe("other");
});

const seen = (text: string) => ({ texts: [text], broken: false });
const BROKEN = { texts: [], broken: true };
const NOTHING = { texts: [], broken: false };
let observer: Observer;
beforeEach(() => {
  observer = new Observer();
});

test("a code is one happening as long as it is in view, and a new one when it comes back", () => {
  expect(observer.take(seen("a"), 0)).toEqual({ kind: "text", text: "a", stillInView: false });
  for (let ms = 50; ms < 5000; ms += 50) expect(observer.take(seen("a"), ms)).toBeUndefined();
  expect(observer.take(NOTHING, 5000)).toBeUndefined();
  expect(observer.take(seen("a"), 6000)).toBeUndefined();
  expect(observer.take(seen("a"), 9000)).toEqual({ kind: "text", text: "a", stillInView: false });
});

test("the next code counts at once, and says that one was in view until now", () => {
  observer.take(seen("a"), 0);
  expect(observer.take(seen("b"), 50)).toEqual({ kind: "text", text: "b", stillInView: true });
});

test("of several codes the one already in view stays the one", () => {
  observer.take(seen("a"), 0);
  expect(observer.take({ texts: ["b", "a"], broken: false }, 50)).toBeUndefined();
});

test("a poster behind people neither hides them nor is said again after each of them", () => {
  observer = new Observer((text) => text !== "poster");
  expect(observer.take(seen("poster"), 0)?.kind).toBe("text");
  expect(observer.take({ texts: ["poster", "anna"], broken: false }, 100)).toMatchObject({ text: "anna" });
  expect(observer.take(seen("poster"), 200)).toBeUndefined();
  expect(observer.take({ texts: ["poster", "ben"], broken: false }, 300)).toMatchObject({ text: "ben" });
  for (let ms = 400; ms < 9000; ms += 100) expect(observer.take(seen("poster"), ms)).toBeUndefined();
});

test("of two people's codes in one picture the second has its turn once the first is gone", () => {
  const both = { texts: ["anna", "ben"], broken: false };
  expect(observer.take(both, 0)).toMatchObject({ text: "anna" });
  for (let ms = 100; ms < 3000; ms += 100) expect(observer.take(both, ms)).toBeUndefined();
  expect(observer.take(seen("ben"), 3100)).toMatchObject({ text: "ben" });
});

test("a code that cannot be read is said to be so, once, and not because of one shaken frame", () => {
  expect(observer.take(BROKEN, 0)).toBeUndefined();
  expect(observer.take(BROKEN, 600)).toBeUndefined();
  expect(observer.take(BROKEN, 1200)).toEqual({ kind: "unreadable" });
  expect(observer.take(BROKEN, 1400)).toBeUndefined();
  expect(observer.take(BROKEN, 9000)).toBeUndefined();
  expect(observer.take(BROKEN, 9600)).toBeUndefined();
  expect(observer.take(BROKEN, 10_200)).toEqual({ kind: "unreadable" });
});

test("a phone so slow that it looks once a second says it too, and a code that flickers is one", () => {
  for (const ms of [0, 1000]) expect(observer.take(BROKEN, ms)).toBeUndefined();
  expect(observer.take(BROKEN, 2000)).toEqual({ kind: "unreadable" });
  observer.forget();
  expect(observer.take(BROKEN, 10_000)).toBeUndefined();
  expect(observer.take(NOTHING, 10_500)).toBeUndefined();
  expect(observer.take(BROKEN, 11_200)).toEqual({ kind: "unreadable" });
  observer.forget();
  expect(observer.take(BROKEN, 20_000)).toBeUndefined();
  expect(observer.take(NOTHING, 20_800)).toBeUndefined();
  expect(observer.take(BROKEN, 21_400)).toBeUndefined();
});

test("a phone that is taken away after it was read is not called unreadable", () => {
  observer.take(seen("a"), 0);
  for (let ms = 100; ms < 2500; ms += 100) expect(observer.take(BROKEN, ms)).toBeUndefined();
  for (let ms = 2500; ms < 4000; ms += 100) if (observer.take(BROKEN, ms)?.kind === "unreadable") return;
  expect.unreachable("a code that stays unreadable must be said in the end");
});

test("an empty scene says nothing", () => {
  for (let ms = 0; ms < 60_000; ms += 100) expect(observer.take(NOTHING, ms)).toBeUndefined();
});

function typed(wedge: Wedge, text: string, stepMs: number): string | undefined {
  let ms = 1000;
  let read: string | undefined;
  for (const key of [...text, "Enter"]) read = wedge.press(key, (ms += stepMs)) ?? read;
  return read;
}

test("a hand scanner's keys are one text, with capitals and signs; a person's typing is none", () => {
  const text = "https://gate.example.gov/v#0123456789";
  expect(typed(new Wedge(), text, 5)).toBe(text);
  expect(typed(new Wedge(), text, 120)).toBeUndefined();
});

test("keys that are no characters are passed over, and Enter alone reads nothing", () => {
  const wedge = new Wedge();
  const keys = ["Shift", "A", "Shift", "b", "1", "2", "Enter"];
  expect(keys.map((key, place) => wedge.press(key, 10 * place)).at(-1)).toBe("Ab12");
  expect(wedge.press("Enter", 1000)).toBeUndefined();
});

test("a number has six digits, leading noughts too, and is read in threes", () => {
  const numbers = Array.from({ length: 2000 }, chooseNumber);
  for (const digits of numbers) expect(digits).toMatch(/^[0-9]{6}$/);
  expect(numbers.some((digits) => digits.startsWith("0"))).toBe(true);
  expect(new Set(numbers).size).toBeGreaterThan(1900);
  expect(spokenNumber("012345")).toBe("012 345");
});

test("a dark, flat frame is found out and stretched to the whole range; a good one is left alone", () => {
  const frame = (dark: number, light: number) => {
    const data = new Uint8ClampedArray(4 * 122 * 100);
    for (let at = 0; at < data.length; at += 4) data.fill((at / 244) % 2 < 1 ? dark : light, at, at + 3);
    return { data, width: 122, height: 100 };
  };
  expect(isFlat(rangeOf(frame(0, 255)))).toBe(false);
  const dim = frame(10, 40);
  const range = rangeOf(dim);
  expect([isFlat(range), range]).toEqual([true, { dark: 10, light: 40 }]);
  stretch(dim, range);
  expect(new Set(dim.data.filter((_, place) => place % 4 < 3))).toEqual(new Set([0, 255]));
});
