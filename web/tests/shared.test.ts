/** What pages share: the server's clock, keys and proofs, patience, sessions, storage where there is none. */
import { jwtVerify } from "jose";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ask, isBusy, Offline, patiently, Problem } from "../src/shared/api";
import { chinaClock, chinaDay, chinaInstant, instantOf, rfc3339 } from "../src/shared/china";
import { clockIsBehind, learnClock, noteInstant, serverNow } from "../src/shared/clock";
import { dpop, makeKey, sign, thumbprint } from "../src/shared/keys";
import { Session } from "../src/shared/session";
import { openStorage } from "../src/shared/store";
import { scriptUrl } from "../src/shared/trusted";

type Answering = (path: string, init: RequestInit) => Promise<Response>;

const real = globalThis.fetch;
const kept = new Map<string, string>();

beforeEach(() => {
  kept.clear();
  Object.assign(globalThis, {
    location: { origin: "https://me.example.gov" },
    localStorage: {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
    },
  });
});

afterEach(() => {
  globalThis.fetch = real;
});

function answer(answering: Answering): void {
  globalThis.fetch = ((path: string, init: RequestInit) => answering(path, init)) as typeof fetch;
}

function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

test("an instant is read in China, with its date, and midnight is 00:00", () => {
  const at = instantOf("2026-11-24T16:00:00Z");
  expect(chinaInstant("zh", at)).toMatch(/11月25日.*00:00/);
  expect(chinaInstant("en", at)).toMatch(/25 Nov.*00:00/);
  expect([chinaDay(at), chinaClock(at), rfc3339(at)]).toEqual(["2026-11-25", "00:00:00", "2026-11-24T16:00:00Z"]);
});

test("the server's clock is taken from an answer, and an earlier clock than one seen is known to be wrong", () => {
  const mark = performance.now();
  learnClock("Tue, 24 Nov 2026 09:00:00 GMT", mark - 200, mark);
  expect(Math.abs(serverNow() - instantOf("2026-11-24T09:00:00Z"))).toBeLessThanOrEqual(1);
  expect(clockIsBehind()).toBe(false);
  noteInstant(serverNow() + 3600);
  expect(clockIsBehind()).toBe(true);
  learnClock("no date", 0, 0);
  expect(Math.abs(serverNow() - instantOf("2026-11-24T09:00:00Z"))).toBeLessThanOrEqual(1);
});

test("a key's private half cannot leave, and its proof names method, address, instant and token", async () => {
  const key = await makeKey();
  await expect(crypto.subtle.exportKey("jwk", key.pair.privateKey)).rejects.toThrow();
  expect(await thumbprint(key.jwk)).toMatch(/^[\w-]{43}$/);
  expect((await sign(key, "text")).length).toBe(64);
  const proof = await dpop(key, "POST", "/tokens", "a-token");
  const { payload, protectedHeader } = await jwtVerify(proof, key.pair.publicKey, { algorithms: ["ES256"] });
  expect(protectedHeader).toEqual({ typ: "dpop+jwt", alg: "ES256", jwk: key.jwk });
  expect(payload).toMatchObject({ htm: "POST", htu: "https://me.example.gov/tokens", iat: serverNow() });
  expect(payload.ath).toMatch(/^[\w-]{43}$/);
});

test("a refusal carries its code and laws; no answer, or somebody else's page, is offline", async () => {
  const errors = [{ pointer: "/name", law: "name", detail: "…" }];
  answer(async () => json({ code: "name", detail: "A name…", errors }, 422, { "retry-after": "3" }));
  const problem = (await ask("POST", "/people", { body: {} }).catch((error: unknown) => error)) as Problem;
  expect([problem.status, problem.code, problem.errors, problem.retryAfterS]).toEqual([422, "name", errors, 3]);
  answer(async () => new Response("<html>", { status: 502 }));
  expect(((await ask("GET", "/me").catch((error: unknown) => error)) as Problem).code).toBe("gateway");
  answer(async () => new Response("<html>Log in to the café</html>"));
  await expect(ask("GET", "/me")).rejects.toBeInstanceOf(Offline);
  answer(async () => Promise.reject(new TypeError("no network")));
  await expect(ask("GET", "/me")).rejects.toBeInstanceOf(Offline);
});

test("what passes is tried again, what is refused is not", async () => {
  let turns = 0;
  const busy = async (): Promise<string> => {
    turns++;
    if (turns < 2) throw new Problem(503, "busy", "");
    return "done";
  };
  expect([await patiently(busy), turns]).toEqual(["done", 2]);
  turns = 0;
  const wrong = async (): Promise<never> => {
    turns++;
    throw new Problem(422, "name", "");
  };
  await expect(patiently(wrong)).rejects.toMatchObject({ code: "name" });
  expect(turns).toBe(1);
});

test("in a rush a check-in comes back when the service says, and without a network it waits for one at once", async () => {
  vi.useFakeTimers();
  try {
    let turns = 0;
    const busy = async (): Promise<number> => {
      if (++turns === 1) throw new Problem(503, "busy", "", [], 4);
      return turns;
    };
    const done = patiently(busy, 2, isBusy, 6);
    await vi.advanceTimersByTimeAsync(3999);
    expect(turns).toBe(1);
    await vi.advanceTimersByTimeAsync(1001);
    expect(await done).toBe(2);
  } finally {
    vi.useRealTimers();
  }
  for (const error of [new Offline("x"), new Problem(500, "internal", ""), new Problem(429, "cap", "", [], 600)]) {
    let turns = 0;
    const refused = async (): Promise<never> => {
      turns++;
      throw error;
    };
    await expect(patiently(refused, 2, isBusy, 6)).rejects.toBe(error);
    expect(turns).toBe(1);
  }
});

test("requests at once renew one token, and a token refused once is renewed once", async () => {
  let renewals = 0;
  const session = new Session(await makeKey(), async () => ({ token: `token-${++renewals}`, expires_in: 900 }));
  const sent: string[] = [];
  answer(async (_path, init) => {
    sent.push(new Headers(init.headers).get("authorization") ?? "");
    return json({ ok: true });
  });
  await Promise.all([session.ask("GET", "/me"), session.ask("GET", "/me/checkins?next=x")]);
  expect([renewals, sent]).toEqual([1, ["DPoP token-1", "DPoP token-1"]]);
  answer(async (_path, init) =>
    new Headers(init.headers).get("authorization") === "DPoP token-1"
      ? json({ code: "token" }, 401)
      : json({ ok: true }),
  );
  expect([await session.ask("GET", "/me"), renewals]).toEqual([{ ok: true }, 2]);
});

test("where nothing can be kept, it is kept for the page's life and said so", async () => {
  const storage = await openStorage<{ things: { name: string } }>("test", 1, ["things"]);
  expect(storage.lasting).toBe(false);
  const things = storage.store("things");
  await things.put("b", { name: "second" });
  await things.put("a", { name: "first" });
  expect((await things.all()).map(({ name }) => name)).toEqual(["first", "second"]);
  await things.delete("a");
  expect([await things.get("a"), await storage.store("things").get("b")]).toEqual([undefined, { name: "second" }]);
});

test("only our own workers are scripts", () => {
  expect(scriptUrl("/sw.js")).toBe("/sw.js");
  expect(scriptUrl("/assets/reader-Ab1_-x.js")).toBe("/assets/reader-Ab1_-x.js");
  for (const path of [
    "https://evil.example/sw.js",
    "//evil.example/sw.js",
    "/assets/../x.js",
    "data:text/javascript,1",
  ])
    expect(() => scriptUrl(path)).toThrow(TypeError);
});
