/** What holds for visits on a phone and for receipts, whatever the network does. */
import { describe, expect, test } from "vitest";
import { readCode } from "../src/checkin/code";
import { headOf, isHarmless, outcomeOf } from "../src/checkin/outcome";
import { latest, marksAt } from "../src/checkin/receipt";
import { answered, BATCH, batches, bodyOf, isPast, isTooOld, type Kept, likely, standing } from "../src/checkin/rules";

const AT = 1_795_312_800; // 2026-11-22 10:00 in China
const HOUR = 3600;

function visit(over: Partial<Kept> = {}): Kept {
  const at = over.at ?? AT;
  return { id: String(at), pid: "p", venue: "V-10", venueName: "馆", direction: "in", at, state: "waiting", ...over };
}

describe("a code", () => {
  test("is the last part of the address: the venue is what stands before code and mark", () => {
    expect(readCode("/c/V-10-K7QM3XPA91-aebagbaf")).toEqual({ code: "V-10-K7QM3XPA91-aebagbaf", venue: "V-10" });
    expect(readCode("/c/V-10-K7QM3XPA91-aebagbaf/")?.venue).toBe("V-10");
    expect(readCode(`/c/${"v".repeat(40)}-K7QM3XPA91-aebagbaf`)?.venue).toHaveLength(40);
  });

  test.each([
    "/c/",
    "/c",
    "/c/V-10",
    "/c/V-10-K7QM3XPA91",
    "/c/V-10-K7QM3XPA91-aebagba",
    "/c/V-10-K7QM3XPA92-aebagbaf",
    "/c/V-10-k7qm3xpa91-aebagbaf",
    "/c/V%2010-K7QM3XPA91-aebagbaf",
  ])("%s is none", (path) => expect(readCode(path)).toBeUndefined());

  test("is none when the venue's id could not be one", () => {
    expect(readCode(`/c/${"v".repeat(41)}-K7QM3XPA91-aebagbaf`)).toBeUndefined();
  });
});

describe("a receipt", () => {
  const receipt = { from: "2026-11-22T02:00:00Z", step_s: 30, marks: ["山水", "火月", "日大"] };

  test("shows each pair for its half minute, and nothing after the last", () => {
    expect(marksAt(receipt, AT * 1000)).toEqual({ marks: "山水", leftS: 30 });
    expect(marksAt(receipt, (AT + 29.9) * 1000)).toEqual({ marks: "山水", leftS: 1 });
    expect(marksAt(receipt, (AT + 30) * 1000)).toEqual({ marks: "火月", leftS: 30 });
    expect(marksAt(receipt, (AT + 89) * 1000)?.marks).toBe("日大");
    expect(marksAt(receipt, (AT + 90) * 1000)).toBeUndefined();
  });

  test("of a clock that is a little slow shows its first pair", () => {
    expect(marksAt(receipt, (AT - 3) * 1000)?.marks).toBe("山水");
  });

  test("of several is the one that lasts longest", () => {
    expect(latest([receipt, { ...receipt, from: "2026-11-22T02:00:30Z" }])?.from).toBe("2026-11-22T02:00:30Z");
    expect(latest([])).toBeUndefined();
  });
});

describe("the queue", () => {
  test("goes out by person, in the order of the acts, at most 25 together, and only what waits", () => {
    const mine = Array.from({ length: 60 }, (_, n) => visit({ at: AT - n * 601 }));
    const found = batches([...mine, visit({ pid: "q" }), visit({ state: "answered" }), visit({ state: "refused" })]);
    expect(found.map(([pid, batch]) => [pid, batch.length])).toEqual([
      ["p", BATCH],
      ["p", BATCH],
      ["p", 10],
      ["q", 1],
    ]);
    const sent = found.filter(([pid]) => pid === "p").flatMap(([, batch]) => batch.map(({ at }) => at));
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
    expect(new Set(sent).size).toBe(60);
  });

  test("holds a visit for the service's 72 hours, and never throws away one that waits", () => {
    expect([isTooOld(visit(), AT + 72 * HOUR), isTooOld(visit(), AT + 72 * HOUR + 1)]).toEqual([false, true]);
    const later = AT + 15 * 24 * HOUR;
    expect([isPast(visit(), later), isPast(visit({ state: "answered" }), later)]).toEqual([false, true]);
    expect(isPast(visit({ state: "refused" }), AT + 13 * 24 * HOUR)).toBe(false);
  });

  test("takes an answer as it is: recorded with its decision, refused with its code, and no receipt of an earlier one", () => {
    const receipt = { from: "2026-11-22T02:00:00Z", step_s: 30, marks: ["山水"] };
    const done = answered(visit(), { status: 200, decision: "admitted", cause: "entitled", receipt });
    expect(done).toMatchObject({ state: "answered", decision: "admitted", cause: "entitled", receipt });
    expect(answered(done, { decision: "refused", cause: "no-test" })).not.toHaveProperty("receipt");
    const refused = answered(visit(), { status: 422, cause: "at-out-of-window" });
    expect(refused).toMatchObject({ state: "refused", cause: "at-out-of-window" });
    expect(answered(visit(), { status: 404, cause: "no-venue" }).state).toBe("refused");
  });
});

describe("what is sent", () => {
  test("is the act with the code that was scanned and how many came, and of an earlier page's visit the act alone", () => {
    const bare = { venue: "V-10", direction: "in", at: "2026-11-22T02:00:00Z" };
    expect(JSON.parse(JSON.stringify(bodyOf(visit())))).toEqual(bare);
    const told = { code: "V-10-K7QM3XPA91-aebagbaf", party: 3 };
    expect(bodyOf(visit(told))).toEqual({ ...bare, ...told });
  });

  test("is answered with whether the poster is an old one, and a later answer forgets it", () => {
    const done = answered(visit(), { decision: "admitted", cause: "entitled", poster: "replaced" });
    expect(done.poster).toBe("replaced");
    expect(answered(done, { status: 200, decision: "admitted", cause: "entitled" })).not.toHaveProperty("poster");
  });
});

describe("in or out", () => {
  test("is out after in, here and on this day in China, and in otherwise", () => {
    const now = AT + 5 * HOUR;
    expect(likely([], "V-10", now)).toBe("in");
    expect(likely([visit()], "V-10", now)).toBe("out");
    expect(likely([visit({ at: AT + HOUR, direction: "out" }), visit()], "V-10", now)).toBe("in");
    expect(likely([visit()], "V-11", now)).toBe("in");
    expect(likely([visit({ state: "refused" })], "V-10", now)).toBe("in");
    // 23:59 and 00:01 in China are two days, though one in UTC.
    const midnight = AT + 14 * HOUR;
    expect(likely([visit({ at: midnight - 60 })], "V-10", midnight + 60)).toBe("in");
  });

  test("a page opened again shows the newest act here, for five minutes", () => {
    const family = [visit({ pid: "p" }), visit({ pid: "q" })];
    const all = [...family, visit({ at: AT - 100 }), visit({ venue: "V-11", at: AT + 1 })];
    expect(standing(all, "V-10", AT + 10)).toEqual(family);
    expect(standing(all, "V-10", AT + 301)).toEqual([]);
  });
});

describe("what is said", () => {
  test("beside a receipt, of whoever leaves with a positive, is folded as a refusal's cause is", () => {
    const leaves = visit({ state: "answered", direction: "out", decision: "admitted", cause: "positive" });
    expect([outcomeOf(leaves), isHarmless(leaves)]).toEqual(["left", false]);
    expect(isHarmless({ ...leaves, cause: "entitled" })).toBe(true);
    expect(isHarmless({ ...leaves, decision: "refused", cause: "no-test" })).toBe(false);
  });

  const admitted = visit({ state: "answered", decision: "admitted" });
  const refused = visit({ state: "answered", decision: "refused", cause: "positive" });

  test("one outcome is the head, several send to each person's line", () => {
    expect(headOf([admitted, admitted])).toBe("headIn");
    expect(headOf([refused])).toBe("headRefused");
    expect(headOf([admitted, refused])).toBe("headMixed");
    expect(headOf([visit()])).toBe("headWaiting");
  });

  test("whoever leaves has left, whatever their standing", () => {
    expect(outcomeOf({ ...refused, direction: "out" })).toBe("left");
    expect(outcomeOf(visit({ state: "refused", cause: "no-venue", direction: "out" }))).toBe("failed");
  });
});
