import { describe, expect, it } from "vitest";
import { hoursOf } from "../src/apply/page";

const WEEKDAYS = { days: [1, 2, 3, 4, 5], opens: "09:00", closes: "18:00" };
const SATURDAY = { days: [6], opens: "10:00", closes: "14:00" };

describe("the hours of an application", () => {
  it("are those of every day, or none", () => {
    expect(hoursOf({ opens: "", closes: "", known: [] })).toEqual([]);
    expect(hoursOf({ opens: "08:00", closes: "20:00", known: [] })).toEqual([
      { days: [1, 2, 3, 4, 5, 6, 7], opens: "08:00", closes: "20:00" },
    ]);
  });

  it("stay as they were when a correction types no others", () => {
    const known = [WEEKDAYS, SATURDAY];
    expect(hoursOf({ opens: "09:00", closes: "18:00", known })).toEqual(known);
    expect(hoursOf({ opens: "09:00", closes: "17:00", known })).toEqual([
      { days: [1, 2, 3, 4, 5, 6, 7], opens: "09:00", closes: "17:00" },
    ]);
    expect(hoursOf({ opens: "", closes: "", known })).toEqual([]);
  });
});
