/** The server's clock as a page learns it from answers. */
import { expect, test } from "vitest";
import { learnClock, serverNowMs } from "../src/shared/clock";

const DATE = "Sun, 22 Nov 2026 02:00:00 GMT";
const AT_MS = 1_795_312_800_000;

function off(toMs: number): number {
  return Math.abs(serverNowMs() - toMs);
}

test("an answer's date, and how long a shared cache has held it, are the server's time", () => {
  const now = performance.now();
  learnClock(DATE, now, now);
  expect(off(AT_MS)).toBeLessThan(1000);
  learnClock(DATE, now, now, "25");
  expect(off(AT_MS + 25_000)).toBeLessThan(1000);
});

test("an answer without a date, as a kept one is, teaches nothing", () => {
  const before = serverNowMs();
  learnClock(null, 0, 0);
  learnClock("yesterday", 0, 0, "5");
  expect(off(before)).toBeLessThan(1000);
});
