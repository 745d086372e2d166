/** The server's clock is learnt from what the service says now, never from what a cache kept. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ask } from "../src/shared/api";
import { clockIsBehind, noteInstant, serverNow } from "../src/shared/clock";

const HOUR_S = 3600;
const kept = new Map<string, string>();

function answers(date: number, cacheControl: string): void {
  const headers = { Date: new Date(date * 1000).toUTCString(), "Cache-Control": cacheControl };
  vi.stubGlobal("fetch", async () => new Response("{}", { headers }));
}

function machine(): number {
  return Math.floor(Date.now() / 1000);
}

beforeEach(() => {
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("an answer of the service sets the clock, a kept file does not set it back", async () => {
  answers(machine() + HOUR_S, "no-store");
  await ask("GET", "/me");
  expect(Math.abs(serverNow() - machine() - HOUR_S)).toBeLessThanOrEqual(1);
  answers(machine() - 5 * HOUR_S, "no-cache");
  await ask("GET", "/config.json");
  expect(Math.abs(serverNow() - machine() - HOUR_S)).toBeLessThanOrEqual(1);
});

test("a clock that stood still while the phone slept goes on by the machine's own", async () => {
  answers(machine(), "no-store");
  await ask("GET", "/me");
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 7 * HOUR_S * 1000 });
  expect(Math.abs(serverNow() - machine())).toBeLessThanOrEqual(1);
});

test("an instant later than the clock makes it behind, until the service says what time it is", async () => {
  answers(machine(), "no-store");
  await ask("GET", "/me");
  expect(clockIsBehind()).toBe(false);
  noteInstant(machine() + HOUR_S);
  expect(clockIsBehind()).toBe(true);
  await ask("GET", "/me");
  expect(clockIsBehind()).toBe(false);
});
