/** People without a smartphone: what a reader typed, what a card says, what is sent, and what an answer becomes. */
import { beforeEach, expect, test, vi } from "vitest";
import { Offline, Problem } from "../src/shared/api";
import { readCard } from "../src/scanner/codes";
import { readDocument } from "../src/scanner/documents";
import { Duty } from "../src/scanner/duty";
import { kindOf } from "../src/scanner/kinds";
import type { Asked, Given, Means, Standing } from "../src/scanner/standing";
import { readTemperature } from "../src/scanner/temperature";
import { Wedge } from "../src/scanner/wedge";
import { type Act, assist, type Assisted, countActs, keepAct, medianOf, sendActs } from "../src/shift/assisted";
import type { Session } from "../src/shared/session";
import type { Shift } from "../src/shift/shift";
import { ruleOn, type VenueRules } from "../src/shift/venue";

const NUMBER = "11010519491231002X";
const CARD = "K7QM3XPA91";
const ORIGINS = { gate: ["https://gate.example.gov"], me: [] };

test("an id reader's number is found with its name, whatever stands between them and whichever comes first", () => {
  const texts = [
    `${NUMBER}\t张小明`,
    `张小明,${NUMBER}`,
    `${NUMBER},张小明`,
    `姓名：张小明；公民身份号码：${NUMBER.toLowerCase()}`,
    `张小明\t男\t汉\t19491231\t北京市朝阳区幸福路1号\t${NUMBER}\t北京市公安局朝阳分局\t20100101-长期`,
    `张小明|男|汉族|1949年12月31日|朝阳区|${NUMBER}`,
  ];
  for (const text of texts) expect([text, readDocument(text)]).toEqual([text, { number: NUMBER, name: "张小明" }]);
  expect(readDocument(`买买提·阿卜杜拉\t${NUMBER}`)?.name).toBe("买买提·阿卜杜拉");
  for (const bare of [NUMBER, `${NUMBER}\t`, `${NUMBER},男`, `1101051949１２３１002X`])
    expect([bare, readDocument(bare)]).toEqual([bare, { number: NUMBER }]);
});

test("a number that was misread is said to be so by its check digit, before anybody is asked", () => {
  const digits = "0123456789";
  for (let place = 0; place < 17; place++)
    for (const digit of digits) {
      const misread = NUMBER.slice(0, place) + digit + NUMBER.slice(place + 1);
      if (misread !== NUMBER) expect([misread, readDocument(misread)?.fault !== undefined]).toEqual([misread, true]);
    }
  for (const none of ["12345", "9".repeat(19), "9".repeat(900), "张小明", ""])
    expect(readDocument(none)).toBeUndefined();
});

test("a card is known by its address and by its ten characters, and a wrong character by its check digits", () => {
  for (const text of [`https://gate.example.gov/p#${CARD}`, "K7QM-3XPA-91", "k7qm 3xpa 91", CARD])
    expect([text, kindOf(text, ORIGINS)]).toEqual([text, { kind: "card", card: CARD }]);
  expect(kindOf(`https://gate.example.gov/p#K7QM3XPB91`, ORIGINS)).toEqual({ kind: "card", card: undefined });
  expect(kindOf(`https://evil.test/p#${CARD}`, ORIGINS).kind).toBe("foreign");
  expect(readCard("0000000000")).toBe(readCard("OOOO-0OOO-00"));
  for (const other of ["K7QM3XPA92", "K7QM3XP91", "", "K7QM3XPU91"]) expect(readCard(other)).toBeUndefined();
  expect(kindOf(NUMBER, ORIGINS)).toEqual({ kind: "document", read: { number: NUMBER } });
  expect(kindOf("1234567890", ORIGINS).kind).toBe("pass");
});

test("a reader's Tab stands between number and name, and ends what nothing follows", () => {
  const type = (text: string): [Wedge, string | undefined, number] => {
    const wedge = new Wedge();
    let [ms, read] = [1000, undefined as string | undefined];
    for (const key of text.split("").map((one) => ({ "\t": "Tab", "\n": "Enter" })[one] ?? one))
      read = wedge.press(key, (ms += 5)) ?? read;
    return [wedge, read, ms];
  };
  expect(type(`${NUMBER}\t张小明\n`)[1]).toBe(`${NUMBER}\t张小明`);
  const [wedge, read, ms] = type(`${NUMBER}\t`);
  expect([read, wedge.settle(ms + 40), wedge.settle(ms + 100), wedge.settle(ms + 200)]).toEqual([
    undefined,
    undefined,
    NUMBER,
    undefined,
  ]);
  expect(wedge.sinceMs).toBe(1005);
});

test("a temperature has one decimal and is one that a person has", () => {
  expect(["36.8", "３６．８", "36,8", " 37 "].map(readTemperature)).toEqual([36.8, 36.8, 36.8, 37]);
  expect(readTemperature("")).toBeUndefined();
  for (const wrong of ["368", "36.85", "warm", "20", "45.1", "-36.0"]) expect(readTemperature(wrong)).toBeNaN();
});

test("the middle one of an odd number, and the middle of two", () => {
  expect([medianOf([9, 1, 5]), medianOf([4, 1, 9, 2])]).toEqual([5, 3]);
});

let sent: Act[];
let kept: Act[];
let counted: string[];
let shown: Standing[];
let paced: string[];
let over: boolean;
let given: Given | undefined;
let rules: VenueRules | undefined;
let answer: () => Promise<Assisted>;
let duty: Duty;

beforeEach(() => {
  [sent, kept, counted, shown, paced, over] = [[], [], [], [], [], false];
  [given, rules] = [{ direction: "in" }, undefined];
  answer = async () => ({ decision: "admitted", cause: "entitled", name: "张*明", name_matches: true });
  const means: Partial<Means> = {
    direction: "in",
    origins: ORIGINS,
    now: () => 1_795_312_800,
    ms: () => 5000,
    given: () => given,
    async assist(act) {
      sent.push(act);
      return answer();
    },
    async keepAct(act) {
      kept.push(act);
    },
    ruleOn: (facts, at) => ruleOn(rules, facts, at, undefined),
    pace: (way, ms) => paced.push(`${way} ${ms}`),
    over: () => (over = true),
    hold: () => undefined,
    count: (...what) => counted.push(...what),
    show: (standing) => shown.push(standing),
  };
  duty = new Duty(means as Means);
});

const typed: Asked = { way: "typed", named: { id_number: NUMBER }, name: "张小明", sinceMs: 1000 };
const says = () =>
  shown
    .filter(({ mark }) => mark !== "ready" && mark !== "asking")
    .map(({ mark, code, reason }) => [mark, code, reason ?? ""].join(" ").trim());

test("a card and a document from a reader are asked for at once, with what was set for the person, and paced", async () => {
  given = { direction: "out", temperature_c: 36.8 };
  await duty.take(`https://gate.example.gov/p#${CARD}`, false, 4200);
  await duty.take(`${NUMBER}\t张小明`, false, 3000);
  const set = { direction: "out", at: 1_795_312_800, temperature_c: 36.8 };
  expect(sent).toEqual([
    { card: CARD, ...set },
    { id_number: NUMBER, name: "张小明", ...set },
  ]);
  expect([says(), paced, counted]).toEqual([
    ["admit entitled", "admit entitled"],
    ["card 800", "reader 2000"],
    ["assisted", "assisted"],
  ]);
  await duty.leave();
  expect(kept).toEqual([]);
});

test("while a temperature is to be typed again nobody is asked for, whatever is held up: a fever would be left out", async () => {
  given = undefined;
  await duty.take(`https://gate.example.gov/p#${CARD}`, false, 4200);
  await duty.assist(typed);
  expect([sent, kept, shown, counted]).toEqual([[], [], [], []]);
  given = { direction: "in", temperature_c: 38.5 };
  await duty.take(`https://gate.example.gov/p#${CARD}`, false, 4200);
  expect(sent.map(({ temperature_c: measured }) => measured)).toEqual([38.5]);
});

test("a misread card or document is said at once and nobody is asked", async () => {
  await duty.take("https://gate.example.gov/p#K7QM3XPB91");
  await duty.take("110105194912310021", false, 0);
  expect([sent, says()]).toEqual([
    [],
    ["unreadable not-recorded CardMisread", "unreadable not-recorded DocumentMisread"],
  ]);
});

test("a document's number in a camera's picture is no document: anybody can print such a code", async () => {
  await duty.take(NUMBER);
  expect([sent, says()]).toEqual([[], ["unreadable unreadable NoPass"]]);
});

test("a name that is not the register's is recorded only once it was compared, and is forgotten otherwise", async () => {
  answer = () => Promise.reject(new Problem(409, "name-differs", ""));
  await duty.assist(typed);
  expect(says()).toEqual(["unsure not-recorded NameDiffers"]);
  answer = async () => ({ decision: "admitted", cause: "entitled", name_matches: false });
  await duty.confirmName();
  expect([sent.length, sent[1]?.name_confirmed]).toEqual([2, true]);
  answer = () => Promise.reject(new Problem(409, "name-differs", ""));
  await duty.assist(typed);
  await duty.dismiss();
  await duty.confirmName();
  expect(sent.length).toBe(3);
  expect(JSON.stringify(duty)).not.toContain(NUMBER);
});

test("each refusal of the service has its own words, and none counts anybody", async () => {
  const codes = {
    "no-card": 404,
    "card-replaced": 409,
    "card-ended": 409,
    "known-over": 403,
    document: 422,
    card: 422,
    "assisted-cap": 429,
    scope: 403,
  };
  for (const [code, status] of Object.entries(codes)) {
    answer = () => Promise.reject(new Problem(status, code, "", [], 600));
    await duty.assist(typed);
  }
  const reasons = [
    "CardUnknown",
    "CardReplaced",
    "CardEnded",
    "KnownOver",
    "DocumentMisread",
    "CardMisread",
    "Cap",
    "Declined",
  ];
  expect(says().map((one) => one.split(" ")[2])).toEqual(reasons);
  expect([counted, kept, paced]).toEqual([[], [], []]);
});

test("without a network nothing is said to be checked, and a tap keeps it the way the person went", async () => {
  for (const error of [new Offline("x"), new Problem(503, "gateway", "")]) {
    answer = () => Promise.reject(error);
    await duty.assist(typed);
    expect(says().at(-1)).toBe("unsure unchecked Unchecked");
    await duty.leave();
  }
  expect(kept).toEqual([]);
  await duty.assist(typed);
  await duty.record("out");
  expect(kept).toEqual([{ id_number: NUMBER, name: "张小明", direction: "out", at: 1_795_312_800 }]);
  expect(counted).toEqual(["unchecked"]);
});

test("without a network a closed venue is closed all the same, and an old reference can be kept by nobody", async () => {
  rules = { doors: [{ venue: "V-1", name: "市场", open: false, policy: {} }], toldAt: 0 };
  answer = () => Promise.reject(new Offline("x"));
  await duty.assist(typed);
  await duty.assist({ way: "known", named: { known: "ref" }, sinceMs: 0 });
  await duty.record("in");
  expect([says(), kept, counted]).toEqual([
    ["refused venue-closed", "unsure not-recorded KnownOffline"],
    [],
    ["refused"],
  ]);
});

test("a shift that is over ends here too", async () => {
  answer = () => Promise.reject(new Problem(403, "shift", ""));
  await duty.assist(typed);
  expect(over).toBe(true);
});

test("what waits is kept without its name, and sent until it was answered; what will never be taken is lost aloud", async () => {
  vi.stubGlobal("navigator", {});
  const shift = { gate: "G-1", venue: "V-1" } as Shift;
  const bodies: Record<string, unknown>[] = [];
  let refuse: Problem | Offline | undefined = new Offline("x");
  const session = {
    async ask(_method: string, _path: string, asked: { body: Record<string, unknown> }) {
      if (refuse !== undefined) throw refuse;
      bodies.push(asked.body);
    },
  } as unknown as Session;
  const settled: string[] = [];
  const send = () => sendActs(shift, session, async (what) => void settled.push(what));
  await keepAct(shift, { id_number: NUMBER, name: "张小明", direction: "in", at: 1_795_312_800 });
  await expect(send()).rejects.toBe(refuse);
  expect([await countActs("G-1"), await countActs("G-2")]).toEqual([1, 0]);
  refuse = new Problem(429, "assisted-cap", "", [], 60);
  await expect(send()).rejects.toBe(refuse);
  for (const status of [400, 404]) {
    refuse = new Problem(status, "gateway", "");
    await expect(send()).rejects.toBe(refuse);
  }
  expect(await countActs("G-1")).toBe(1);
  refuse = undefined;
  await send();
  expect(bodies).toEqual([{ id_number: NUMBER, direction: "in", at: "2026-11-22T02:00:00Z" }]);
  const measures = {
    async ask(_m: string, _p: string, asked: { body: Record<string, unknown> }) {
      if ("temperature_c" in asked.body) throw new Problem(422, "no-temperature", "");
      bodies.push(asked.body);
    },
  } as unknown as Session;
  await assist(shift, measures, { card: CARD, direction: "in", at: 1, temperature_c: 36.8 });
  expect(bodies.pop()).toEqual({ card: CARD, direction: "in", at: "1970-01-01T00:00:01Z" });
  refuse = new Problem(409, "card-ended", "");
  await keepAct(shift, { card: CARD, direction: "in", at: 1 });
  await send();
  expect([settled, await countActs()]).toEqual([["assisted", "lost"], 0]);
});
