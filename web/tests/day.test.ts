/** The day's page without a page: its text, and how often it asks. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { DayReport } from "../src/officer/dayanswers";
import { dayText } from "../src/officer/daytext";
import { Follow } from "../src/officer/following";
import { OFFICER_WORDS, type Voice } from "../src/officer/words";
import { fill } from "../src/shared/words";

const ZH: Voice = {
  language: "zh",
  other: "en",
  say: (word, values) => fill(OFFICER_WORDS.zh[word], values),
  sayIn: (which, word, values) => fill(OFFICER_WORDS[which][word], values),
  change: () => undefined,
};
const DAY = {
  day: "2026-11-23",
  applications: 1,
  approvals: 0,
  checkins: 7,
  assisted: 1,
  groups: 1,
  companions: 2,
  scans: 2,
};
const COUNTS = {
  applications: { day: 2, cumulative: 3 },
  approvals: { day: 1, cumulative: 1 },
  checkins: { day: 1234, cumulative: 5678 },
  assisted: { day: 12, cumulative: 50 },
  groups: { day: 3, cumulative: 9 },
  companions: { day: 8, cumulative: 20 },
  scans: { day: 0, cumulative: 2 },
  waiting: 4,
  codes: 9,
  before: DAY,
};
const REPORT: DayReport = {
  ...COUNTS,
  area: "990101",
  day: "2026-11-24",
  as_of: "2026-11-24T01:00:00Z",
  below: [{ ...COUNTS, area: "990101003" }],
  trend: [DAY],
};

test("a day as text: a title, the area, a line a figure and a line an area", () => {
  const lines = dayText(ZH, REPORT).split("\n");
  expect(lines[0]).toBe("【区划日报】");
  expect(lines).toContain("日期：2026-11-24");
  expect(lines).toContain("扫码登记：当日1234，前一日7，累计5678");
  expect(lines).toContain("扫码登记中：代登记 12，多人同行 3（另带 8 人）");
  expect(lines).toContain("在用场所码：当前9");
  expect(lines.at(-1)).toBe("990101003：场所申请 2，场所批准 1，扫码登记 1234，查验 0，待处理申请 4，在用场所码 9");
});

let listener: (() => void) | undefined;
const page = { visibilityState: "visible" };

beforeEach(() => {
  vi.useFakeTimers();
  page.visibilityState = "visible";
  vi.stubGlobal("document", {
    get visibilityState() {
      return page.visibilityState;
    },
    addEventListener: (_: string, heard: () => void) => (listener = heard),
    removeEventListener: () => (listener = undefined),
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** How often it is asked in so many seconds. */
async function asked(follow: Follow, calls: { n: number }, seconds: number): Promise<number> {
  const before = calls.n;
  follow.start();
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  follow.stop();
  return calls.n - before;
}

test("it asks every five seconds while it is seen, slower when nothing answers, and stops when it is left", async () => {
  const calls = { n: 0, answered: true };
  const follow = new Follow(
    async () => {
      calls.n++;
      return calls.answered;
    },
    () => true,
  );
  expect(await asked(follow, calls, 61)).toBe(12);
  const left = calls.n;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls.n).toBe(left);
  calls.answered = false;
  const slower = await asked(follow, calls, 120);
  expect(slower).toBeGreaterThan(2);
  expect(slower).toBeLessThan(9);
});

test("a hidden tab asks nothing, and asks at once when it is seen again", async () => {
  const calls = { n: 0 };
  const follow = new Follow(
    async () => ++calls.n > 0,
    () => true,
  );
  page.visibilityState = "hidden";
  follow.start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls.n).toBe(0);
  page.visibilityState = "visible";
  listener?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(calls.n).toBe(1);
  follow.stop();
});

test("a day that is over is not asked for again", async () => {
  const calls = { n: 0 };
  const follow = new Follow(
    async () => ++calls.n > 0,
    () => false,
  );
  expect(await asked(follow, calls, 60)).toBe(0);
});
