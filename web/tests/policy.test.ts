/** What is asked at a door, without a page: sentences, what changed, hours as a week, what a form may send. */
import { expect, test } from "vitest";
import { briefly, changesOf, lengthText, type Policy, rulesOf } from "../src/officer/policy";
import { PolicyDraft } from "../src/officer/policyform";
import { halfTyped, type Hours, hoursOf, hoursText, weekOf } from "../src/officer/week";
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
const PLAIN: Policy = { pass_required: true, max_list_age_s: 14_400 };
const WEEKDAYS: Hours = { days: [1, 2, 3, 4, 5], opens: "08:00", closes: "18:00" };
const NIGHT: Hours = { days: [6], opens: "20:00", closes: "02:00" };

test("every rule is said, what is not asked too, and a capacity only where people are counted", () => {
  const plain = rulesOf(ZH, PLAIN);
  expect(plain.map(({ name }) => name)).toEqual([
    "rulePass",
    "ruleTest",
    "rulePersons",
    "ruleHours",
    "ruleDates",
    "ruleOccupancy",
    "ruleTemperature",
    "ruleList",
  ]);
  expect(plain.filter(({ idle }) => !idle).map(({ name }) => name)).toEqual(["rulePass", "ruleList"]);
  const counted = rulesOf(ZH, { ...PLAIN, occupancy: true, capacity: 60, stay_s: 5400 });
  expect(counted.find(({ name }) => name === "ruleCapacity")?.text).toBe("同时最多60人，满员时不放行。");
  expect(counted.find(({ name }) => name === "ruleOccupancy")?.text).toContain("1小时30分后不再计入");
});

test("a change names each rule that differs and no other, in both directions", () => {
  const strict = { ...PLAIN, oldest_test_s: 86_400, never_refuses: true };
  expect(changesOf(ZH, PLAIN, PLAIN)).toEqual([]);
  expect(changesOf(ZH, PLAIN, strict)).toEqual([
    "检测时间：不另查检测时间。 → 须有24小时内采样的阴性检测。",
    "不拒绝：不要求 → 不因本人情况拒绝任何人，改为指引去处。",
  ]);
  expect(changesOf(EN, strict, PLAIN)).toHaveLength(2);
});

test("a kind in one line says what is asked alone", () => {
  expect(briefly(ZH, { ...PLAIN, pass_required: false })).toBe("只登记，不查其他。");
  expect(briefly(ZH, { ...PLAIN, persons: "listed" })).toBe("须持有效通行证。只限各单位名单上的人。");
  expect(briefly(EN, { ...PLAIN, persons: "listed" })).toBe(
    "A standing pass is needed. Only people on some unit’s list.",
  );
});

test("lengths of time lose no minute", () => {
  expect([300, 3600, 5400].map((length) => lengthText(EN, length))).toEqual(["5 min", "1 h", "1 h 30 min"]);
});

test("hours through the week's table and back are the same hours", () => {
  const split: Hours[] = [WEEKDAYS, { days: [1, 3], opens: "19:00", closes: "21:00" }, NIGHT];
  const back = hoursOf(weekOf(split));
  const key = ({ days, opens, closes }: Hours): string => `${opens}-${closes}:${[...days].join("")}`;
  expect(back.map(key).sort()).toEqual(split.map(key).sort());
  expect(weekOf(split)[0]).toEqual([
    { opens: "08:00", closes: "18:00" },
    { opens: "19:00", closes: "21:00" },
  ]);
  expect(hoursOf(weekOf([]))).toEqual([]);
});

test("an opening with one time is no opening, and the day it is on is told", () => {
  const week = weekOf([WEEKDAYS]).map((spans) => [...spans]);
  week[6] = [{ opens: "09:00", closes: "" }];
  expect([halfTyped(week), hoursOf(week)]).toEqual([7, [WEEKDAYS]]);
  expect(halfTyped(weekOf([WEEKDAYS]))).toBeUndefined();
});

test("hours are said by runs of days, with the next day where they end on it", () => {
  expect(hoursText(ZH, [WEEKDAYS, NIGHT])).toBe("周一至周五 08:00–18:00；周六 20:00–次日02:00");
  expect(hoursText(EN, [{ ...WEEKDAYS, days: [1, 3] }])).toBe("Monday, Wednesday 08:00–18:00");
  expect(hoursText(ZH, [{ ...WEEKDAYS, days: [1, 2, 3, 4, 5, 6, 7] }])).toBe("每天 08:00–18:00");
});

test("what a form was opened with it would send again", () => {
  const policy: Policy = {
    ...PLAIN,
    oldest_test_s: 48 * 3600,
    persons: "listed",
    hours: [WEEKDAYS],
    opens_on: "2026-11-01",
    occupancy: true,
    capacity: 60,
    stay_s: 5400,
    temperature: true,
  };
  const draft = new PolicyDraft(policy);
  expect([...draft.faults()]).toEqual([]);
  expect(changesOf(ZH, policy, draft.policy())).toEqual([]);
});

test("each member that the service would refuse is refused beside its field", () => {
  const draft = new PolicyDraft({ ...PLAIN, occupancy: true });
  Object.assign(draft.texts, {
    test: "0",
    capacity: "1.5",
    stay: "5",
    list: "",
    from: "2026-12-02",
    until: "2026-12-01",
  });
  draft.boxes.always = false;
  const found = draft.faults();
  expect([...found.keys()].sort()).toEqual(["capacity", "list", "stay", "test", "until", "week"]);
  // Where nobody is counted there is no capacity to be wrong, and none is sent.
  draft.boxes.occupancy = false;
  expect([...draft.faults().keys()]).not.toContain("capacity");
  expect(draft.policy().capacity).toBeNull();
});
