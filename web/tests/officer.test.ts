/** The officer's reports and reasons, without a page: what is counted, and the text that is copied. */
import { expect, test } from "vitest";
import type { Job } from "../src/desk/jobs";
import type { Run } from "../src/officer/answers";
import { areaFault, firstArea, mayRun } from "../src/officer/areas";
import { arrivedAmong, sinceOf } from "../src/officer/arrivals";
import { countsOf, whatReleaseDoes, whyHeld } from "../src/officer/holding";
import { chinaEpoch } from "../src/officer/instants";
import type { Names } from "../src/officer/names";
import { decisionsAt, isWaiting } from "../src/officer/queue";
import { runText } from "../src/officer/reporting";
import { OFFICER_WORDS, type Voice } from "../src/officer/words";
import { fill, type Language } from "../src/shared/words";

function voiceOf(language: Language): Voice {
  return {
    language,
    other: language === "zh" ? "en" : "zh",
    say: (word, values) => fill(OFFICER_WORDS[language][word], values),
    sayIn: (which, word, values) => fill(OFFICER_WORDS[which][word], values),
    change: () => undefined,
  };
}

const ZH = voiceOf("zh");
const EN = voiceOf("en");
const NAMES = { owner: ({ owner }: Job) => `=${owner}` } as unknown as Names;

function job(given: Partial<Job>): Job {
  const counts = { rows_total: 10, rows_accepted: 4, rows_rejected: 6, rows_applied: 0 };
  const when = { created_at: "2026-11-24T01:00:00Z" };
  return { job: "J-1", owner: "U-1", kind: "staff-list", state: "held", ...counts, ...when, ...given };
}

const RUN: Run = {
  run: "r",
  state: "held",
  cutoff: "2026-11-24T01:00:00Z",
  policy: "default-1",
  parts_total: 2,
  parts_done: 2,
  entitled: 3,
  renewed: 0,
  kept: 16,
  withdrawn: 1,
  refused: { "no-test": 2, positive: 1, "a-cause-to-come": 5 },
  held_units: ["U-1"],
  holds: [{ unit: "U-1", people: 25, losing: 9, decision: "" }],
  units: [
    {
      unit: "U-1",
      name: "青禾",
      people: 25,
      entitled: 3,
      renewed: 0,
      kept: 16,
      withdrawn: 1,
      refused: { "no-test": 2 },
      held: true,
    },
  ],
  areas: [],
  missed: 0,
  stages: { fold: 1 },
  units_left_off: 7,
};

test("an area has 6, 9 or 12 digits and lies within one's own", () => {
  expect([areaFault("990101", "9901"), areaFault("990101003", "990101")]).toEqual([undefined, undefined]);
  expect(["99", "9901", "9901010", "99010１", "", "990101 "].map((code) => areaFault(code, "99"))).toEqual(
    Array(6).fill("areaForm"),
  );
  expect([areaFault("990102", "990101"), areaFault("990101", "990101003")]).toEqual(["areaOutside", "areaOutside"]);
  expect([firstArea("9901"), firstArea("990101003")]).toEqual(["", "990101003"]);
  expect([mayRun("99"), mayRun("990101"), mayRun("990101003")]).toEqual([true, true, false]);
});

test("a day and a time are China's, wherever the browser is; days that do not exist are none", () => {
  expect(chinaEpoch("2026-11-24", "00:00")).toBe(Date.parse("2026-11-23T16:00:00Z") / 1000);
  expect(["2026-02-31", "2026-13-01", "", "24.11.2026"].map((day) => chinaEpoch(day, "10:00"))).toEqual(
    Array(4).fill(undefined),
  );
  expect(chinaEpoch("2026-11-24", "25:00")).toBeUndefined();
});

test("each reason is said in words, with its own numbers", () => {
  const cause =
    "systematic: 5 of 6 bad rows break one law in one column: id-form in id_number; leaving-many: the unit would lose 8 of its 30 people, over 20 %";
  const held = job({ cause, leaving: 8, added: 1, changed: 0 });
  expect(whyHeld(ZH, held)).toEqual([
    "6行有问题，其中5行是“证件号码”一列的同一个问题。",
    "8人将离开名单（原有30人），超过20%。",
  ]);
  expect(whyHeld(EN, held)[1]).toBe("People who leave the list: 8 of 30, over 20 %.");
  expect(whyHeld(ZH, job({ cause: "leaving: 2 of 9 people leave and wait for confirmation", leaving: 2 }))).toEqual([
    "2人将离开名单（原有9人），单位尚未确认。",
  ]);
  const clock = job({ kind: "results", cause: "clock: all times are ahead", shift_s: 27_000 });
  expect(whyHeld(ZH, clock)).toEqual(["全部时间都晚于上传时间：对方的时钟快了约7.5小时。"]);
  expect(whatReleaseDoes(ZH, clock)).toContain("所有时间往回调7.5小时。");
  expect(whatReleaseDoes(ZH, held)).toContain("8人离开名单，他们在该单位的通行证随即撤销，不能恢复。");
  expect(countsOf(ZH, held).map(([, n]) => n)).toEqual(["10", "4", "6", "1", "0", "8"]);
});

test("arrivals are those after the run before and up to this one, by kind", () => {
  const heads = ["2026-11-23T21:00:00Z", "2026-11-24T01:00:00Z", "2026-11-22T21:00:00Z"].map((cutoff) => ({
    run: cutoff,
    state: "done" as const,
    cutoff,
    held_units: 0,
  }));
  expect(sinceOf(RUN, heads)).toBe("2026-11-23T21:00:00Z");
  expect(sinceOf(RUN, [])).toBe("2026-11-23T01:00:00Z");
  const jobs = [
    job({ created_at: "2026-11-23T21:00:00Z" }),
    job({ created_at: "2026-11-23T21:00:01Z", state: "done" }),
    job({ created_at: "2026-11-24T01:00:00Z", kind: "results", state: "failed", rows_accepted: 0, rows_rejected: 9 }),
    job({ created_at: "2026-11-24T01:00:01Z" }),
  ];
  const arrived = arrivedAmong(jobs, sinceOf(RUN, heads), RUN.cutoff);
  expect(arrived.lists).toEqual({ files: 1, good: 4, bad: 6 });
  expect(arrived.results).toEqual({ files: 1, good: 0, bad: 9 });
  expect(arrived.failed).toHaveLength(1);
});

test("a run's text has its title, area, China time with the date, counts by cause, and who waits", () => {
  const arrived = arrivedAmong([], "2026-11-23T21:00:00Z", RUN.cutoff, true);
  const stuck = { jobs: [job({ cause: "leaving: 2 of 9 people leave", leaving: 2 })], units: ["青禾: 9"] };
  const at = Date.parse("2026-11-24T02:00:00Z") / 1000;
  const text = runText(ZH, NAMES, { run: RUN, arrived, stuck }, "990101", at).split("\n");
  expect(text.slice(0, 5)).toEqual([
    "【数据比对报告】",
    "区划：990101",
    "时间：11月24日周二 10:00（中国时间）",
    "数据截止：11月24日周二 09:00",
    "状态：有单位待核验",
  ]);
  // The largest cause first; one of a policy to come by its code rather than not at all.
  expect(text.slice(text.indexOf("〔不具备资格的人，按原因〕") + 1).slice(0, 3)).toEqual([
    "a-cause-to-come 5",
    "没有检测结果 2",
    "阳性 1",
  ]);
  expect(text).toContain("· 青禾（U-1），25人：新获资格 3，不变 16，撤销 1，没有检测结果 2");
  expect(text).toContain("· =U-1: 2人将离开名单（原有9人），单位尚未确认。");
  expect(text).toContain("另有7个单位未列出。");
  expect(text).toContain("上传太多，以上为至少数。");
  const english = runText(EN, NAMES, { run: RUN, arrived: undefined, stuck }, "990101", at);
  expect(english).toContain("[Report of a matching run]\nArea: 990101\nWritten: Tue 24 Nov, 10:00 (China time)");
  expect(english).not.toMatch(/[〔【，（]/);
});

test("no line of a copied text is a formula to a spreadsheet", () => {
  const units = [{ ...(RUN.units[0] as Run["units"][number]), name: "=cmd|' /C calc'!A0" }];
  const stuck = { jobs: [job({ cause: "leaving: 2 of 9 people leave", leaving: 2 })], units: ["@evil"] };
  const text = runText(ZH, NAMES, { run: { ...RUN, units }, arrived: undefined, stuck }, "990101", 0);
  expect(text.split("\n").filter((line) => /^[=+\-@\t]/.test(line))).toEqual([]);
});

test("a community is offered to check and to ask again, a subdistrict everything, and neither what is done already", () => {
  expect(decisionsAt("990101001001", "applied")).toEqual(["check", "return"]);
  expect(decisionsAt("990101001001", "checked")).toEqual(["return"]);
  expect(decisionsAt("990101001", "checked")).toEqual(["approve", "refuse", "return"]);
  expect(decisionsAt("990101", "returned")).toEqual(["approve", "refuse", "check"]);
  expect(["applied", "checked", "returned", "approved", "closed"].filter(isWaiting)).toHaveLength(3);
});
