/** A venue's rules at its gate: what they make of a pass, what nobody there can know, and that no leaving is refused. */
import { expect, test } from "vitest";
import type { Pass } from "../src/core/profile";
import type { Answer } from "../src/gate/check";
import { byRules } from "../src/gate/doorrules";
import { pauseMs } from "../src/shift/occupancy";
import type { Shift } from "../src/shift/shift";
import {
  lenience,
  ruleOn,
  ruleOnPass,
  uncheckedOf,
  unknownPerson,
  type VenuePolicy,
  type VenueRules,
} from "../src/shift/venue";

const AT = 1_795_312_800; // 2026-11-22 10:00 in China, a Sunday
const HOUR_S = 3600;

function rules(own: VenuePolicy, tower: VenuePolicy = {}, open = true): VenueRules {
  const shop = { venue: "V-shop", name: "小店", open: true, policy: own };
  return { doors: [shop, { venue: "V-tower", name: "大厦", open, policy: tower }], toldAt: AT };
}

function answer(verdict: Answer["verdict"], code: Answer["code"], sampledAt = AT - 20 * HOUR_S): Answer {
  return { verdict, code, todo: "genuineSay", at: AT, pass: { sampledAt } as Pass };
}

const good = answer("genuine", "ok");
const said = (...asked: Parameters<typeof ruleOnPass>) => {
  const found = ruleOnPass(...asked);
  return found && [found.decision, found.cause, found.place ?? ""];
};

test("a good pass meets what the venue asks, and what the tower it lies in asks, which is named", () => {
  expect(said(rules({}), good, "in", undefined)).toEqual(["admitted", "entitled", ""]);
  expect(said(rules({ oldest_test_s: 19 * HOUR_S }), good, "in", undefined)).toEqual([
    "refused",
    "test-older-than-asked",
    "",
  ]);
  expect(said(rules({}, { oldest_test_s: 19 * HOUR_S }), good, "in", undefined)?.[2]).toBe("大厦");
  expect(said(rules({}, {}, false), good, "in", undefined)).toEqual(["refused", "venue-closed", "大厦"]);
  const weekdays = { days: [1, 2, 3, 4, 5], opens: "08:00", closes: "20:00" };
  expect(said(rules({ hours: [weekdays] }), good, "in", undefined)).toEqual(["refused", "outside-hours", ""]);
  expect(said(rules({ closes_on: "2026-11-21" }), answer("identity", "ok"), "in", undefined)?.[1]).toBe(
    "outside-dates",
  );
});

test("nobody is kept in", () => {
  const strict = rules({ oldest_test_s: HOUR_S, capacity: 1, closes_on: "2026-11-01" }, {}, false);
  for (const one of [
    good,
    answer("refused", "expired"),
    answer("refused", "withdrawn"),
    answer("unsure", "status-unknown"),
  ])
    expect(said(strict, one, "out", { present: 9, at: AT })?.[0]).toBe("admitted");
  expect(said(rules({}), answer("refused", "withdrawn"), "out", undefined)).toEqual(["admitted", "left", ""]);
});

test("a full house leaves it open, since who checked in by the poster is counted already", () => {
  const full = ruleOnPass(rules({ capacity: 40 }), good, "in", { present: 40, at: AT });
  expect([full?.decision, full?.rule, full?.perhapsInside, full?.inside]).toEqual(["unsure", "capacity", true, 40]);
  expect(said(rules({ capacity: 40 }), good, "in", { present: 39, at: AT })?.[0]).toBe("admitted");
});

test("what nobody here knows is not checked, never passed: room by an old count, a tower's room, colour, travel", () => {
  const shown = (own: VenuePolicy, tower: VenuePolicy, age: number) =>
    uncheckedOf(ruleOnPass(rules(own, tower), good, "in", { present: 99, at: AT - age })?.checks ?? ({} as never));
  expect(shown({ capacity: 40 }, {}, 121)).toEqual(["colour", "travel", "capacity"]);
  expect(shown({}, { capacity: 40 }, 0)).toEqual(["colour", "travel", "capacity"]);
  expect(shown({}, {}, 0)).toEqual(["colour", "travel"]);
  expect(shown({ temperature: true }, {}, 0)).toEqual(["temperature", "colour", "travel"]);
});

test("a hospital takes in whoever's pass is not good, and is closed all the same when it is closed", () => {
  const hospital = rules({ never_refuses: true });
  for (const one of [answer("refused", "expired"), answer("refused", "withdrawn"), answer("unsure", "status-unknown")])
    expect(said(hospital, one, "in", undefined)).toEqual(["admitted", "hospital-shows-the-way", ""]);
  expect(said(rules({ never_refuses: true }, {}, false), good, "in", undefined)?.[0]).toBe("refused");
  expect(lenience(hospital)).toBe("hospital");
});

test("where no pass is asked one that is over does not matter, and one taken back is a doubt", () => {
  const open = rules({ pass_required: false }, { pass_required: false });
  expect(said(open, answer("refused", "expired"), "in", undefined)).toEqual(["admitted", "pass-not-required", ""]);
  expect(said(open, answer("refused", "withdrawn"), "in", undefined)).toEqual(["unsure", "withdrawn", ""]);
  expect(lenience(open)).toBe("no-pass");
  // A shop that asks for none in a tower that does.
  expect(lenience(rules({ pass_required: false }))).toBeUndefined();
  expect(said(rules({ pass_required: false }), answer("refused", "expired"), "in", undefined)).toBeUndefined();
});

test("the pass's own fault is what is said where a pass is asked, whatever else the venue asks", () => {
  const strict = rules({ oldest_test_s: HOUR_S });
  for (const [verdict, code] of [
    ["refused", "expired"],
    ["refused", "not-live"],
    ["unsure", "no-keys"],
  ] as const)
    expect(said(strict, answer(verdict, code), "in", undefined)).toBeUndefined();
  expect(said(undefined, good, "in", undefined)).toBeUndefined();
});

test("of somebody unknown the place's own rules are told, and nothing about the person", () => {
  expect(ruleOn(rules({}, {}, false), unknownPerson("in", undefined), AT, undefined)?.cause).toBe("venue-closed");
  const open = ruleOn(rules({}), unknownPerson("in", undefined), AT, undefined);
  expect([open?.decision, open?.cause]).toEqual(["unsure", "unchecked"]);
  const hot = ruleOn(rules({ temperature: true }), unknownPerson("in", 37.3), AT, undefined);
  expect([hot?.decision, hot?.cause]).toEqual(["unsure", "fever"]);
});

test("the count is asked for every half minute, later and later after failures, and never before it is let", () => {
  const pauses = [0, 1, 2, 3, 8].map((failures) => pauseMs(failures, 0.5));
  expect(pauses).toEqual([30_000, 60_000, 120_000, 240_000, 300_000]);
  expect(pauseMs(0, 0, 90)).toBe(90_000);
  expect(pauseMs(0, 0)).not.toBe(pauseMs(0, 0.99));
});

test("the page that any camera opens holds to the rules on shift, and leaves a pass that is not good to the guard", () => {
  const at = (asked: VenueRules | undefined, one: Answer, direction: "in" | "out" = "in") => {
    const { answer: found, place } = byRules({ rules: asked, direction } as Shift, one);
    return [found.verdict, found.why ?? "", place];
  };
  expect(at(rules({}), good)).toEqual(["genuine", "", ""]);
  expect(at(undefined, good)).toEqual(["genuine", "", ""]);
  expect(at(rules({}, {}, false), good)).toEqual(["refused", "why-rule-venue-closed", "大厦"]);
  expect(at(rules({}, {}, false), answer("identity", "ok"))[0]).toBe("refused");
  expect(at(rules({ never_refuses: true }), answer("refused", "expired"))).toEqual([
    "unsure",
    "why-rule-hospital-shows-the-way",
    "",
  ]);
  expect(at(rules({}), answer("refused", "expired"))[1]).toBe("");
  expect(at(rules({}), answer("refused", "expired"), "out")[1]).toBe("why-rule-left");
});
