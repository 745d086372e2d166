/** What the wallet decides without a screen: whether a number can be one, when a pass is renewed, what a site's hours say. */
import { describe, expect, test } from "vitest";
import type { HeldPass } from "../src/me/household";
import { checkCharacter, mobileOf, numberFault } from "../src/me/identity";
import { isDue, RENEWAL_WINDOW_S, renewalMoment } from "../src/me/renewal";

const NOW = 1_795_600_020;
const HOUR_S = 3600;

function resident(serial: number): string {
  const body = `9901011980${String((serial % 12) + 1).padStart(2, "0")}15${String(serial % 1000).padStart(3, "0")}`;
  return body + checkCharacter(body);
}

describe("a resident id", () => {
  test("of the standard's own example is accepted, with a small x and full-width digits too", () => {
    for (const typed of [
      "11010519491231002X",
      "11010519491231002x",
      "１１０１０５１９４９１２３１００２Ｘ",
      " 110105 19491231 002X ",
    ]) {
      expect([typed, numberFault("resident-id", typed)]).toEqual([typed, undefined]);
    }
  });

  test("with any one digit wrong, or two neighbours swapped, is noticed", () => {
    for (let serial = 0; serial < 40; serial++) {
      const number = resident(serial);
      expect(numberFault("resident-id", number)).toBeUndefined();
      for (let place = 0; place < 17; place++) {
        const wrong = (Number(number[place]) + 1 + (serial % 9)) % 10;
        const typed = number.slice(0, place) + wrong + number.slice(place + 1);
        expect(numberFault("resident-id", typed)).toBeDefined();
        const swapped = number.slice(0, place) + number[place + 1] + number[place] + number.slice(place + 2);
        if (swapped !== number) expect(numberFault("resident-id", swapped)).toBeDefined();
      }
    }
  });

  test("names what is wrong with it", () => {
    const faults = ["", "1101051949123100", "11010A19491231002X", "11010519490231002X", "110105194912310021"].map(
      (one) => numberFault("resident-id", one),
    );
    expect(faults).toEqual(["id-missing", "id-length", "id-form", "id-birth-date", "id-check-digit"]);
  });
});

test("other documents are held to their own forms", () => {
  expect(numberFault("passport", "e12345678")).toBeUndefined();
  expect(numberFault("passport", "E1")).toBe("id-form");
  expect(numberFault("hk-macao-permit", "H12345678")).toBeUndefined();
  expect(numberFault("taiwan-permit", "12345678")).toBeUndefined();
  expect(numberFault("foreigner-permanent-residence", "ABC123456789012")).toBeUndefined();
});

test("a phone is read however it is dressed", () => {
  for (const typed of ["13800000001", "+86 138 0000 0001", "0086-138-0000-0001", "１３８００００００01"]) {
    expect([typed, mobileOf(typed)]).toEqual([typed, "13800000001"]);
  }
  for (const typed of ["", "1380000000", "23800000001", "138000000011"]) expect(mobileOf(typed)).toBeUndefined();
});

describe("a renewal", () => {
  const held: Omit<HeldPass, "key"> = {
    id: "p#u",
    pid: "p",
    unit: "u",
    token: "",
    packed: "",
    expiresAt: NOW + 10 * HOUR_S,
    fetchedAt: NOW,
  };
  const pass = (more: Partial<HeldPass> = {}): HeldPass => ({ ...held, ...more }) as HeldPass;
  const sampled = NOW - 38 * HOUR_S;
  const newer = { state: "issued", sampledAt: sampled + HOUR_S };

  test("falls into the last hours, each moment as likely as another, never after the end", () => {
    for (const [life, chance] of [
      [48, 0],
      [48, 0.5],
      [48, 0.9999],
      [2, 0],
      [2, 0.9999],
      [0, 0.5],
    ] as const) {
      const end = NOW + life * HOUR_S;
      const moment = renewalMoment(NOW, end, chance);
      expect(moment).toBeGreaterThanOrEqual(Math.max(NOW, end - RENEWAL_WINDOW_S));
      expect(moment).toBeLessThanOrEqual(end);
    }
    expect(renewalMoment(NOW, NOW + 48 * HOUR_S, 0.5)).toBe(NOW + 45 * HOUR_S);
  });

  test("waits for its moment, and for a newer sample", () => {
    const moment = { renewAt: NOW + 5 * HOUR_S };
    expect(isDue(pass(moment), sampled, newer, NOW)).toBe(false);
    expect(isDue(pass(moment), sampled, newer, NOW + 5 * HOUR_S)).toBe(true);
    expect(isDue(pass(moment), sampled, { ...newer, sampledAt: sampled + 59 }, NOW + 5 * HOUR_S)).toBe(false);
  });

  test("does not wait without a pass, after its end, or when it was withdrawn meanwhile", () => {
    expect(isDue(undefined, 0, newer, NOW)).toBe(true);
    expect(isDue(pass(), sampled, newer, NOW + 10 * HOUR_S)).toBe(true);
    expect(isDue(pass(), sampled, { state: "entitled", sampledAt: sampled }, NOW)).toBe(true);
  });

  test("is not asked for when there is none to have", () => {
    for (const state of ["withdrawn", "not-eligible", "expired", "another"]) {
      expect(isDue(undefined, 0, { state }, NOW)).toBe(false);
    }
  });
});
