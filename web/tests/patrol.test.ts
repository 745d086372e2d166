/** A worker's notes and an officer's walks, without a page. */
import { expect, test, vi } from "vitest";
import type { Desk } from "../src/desk/service";
import type { Staff } from "../src/desk/staff";
import { walksOf } from "../src/officer/patrolling";
import { Book, subjectOf } from "../src/patrol/book";
import { chaseNote, isFinal, posterNote, waitingChase } from "../src/patrol/notes";
import { codeOfPoster, shortOf } from "../src/patrol/poster";
import { Offline } from "../src/shared/api";
import { serverNow } from "../src/shared/clock";

const ME = "https://me.example.gov";
const PLACE = { patrol: "P-1", item: "B-1", name: "青禾便利店" };
const TOLD = { how: "visit", outcome: "refused", note: "" } as const;

test("walks are of one area each and never longer than the service takes, and nothing is lost or doubled", () => {
  const items = new Map(Array.from({ length: 7 }, (_, n) => [`B-${n}`, n % 2 === 0 ? "990101001001" : "990101001002"]));
  const walks = walksOf(items, 3);
  expect(walks.map(([area, own]) => [area.slice(-1), own.length])).toEqual([
    ["1", 3],
    ["1", 1],
    ["2", 3],
  ]);
  expect(walks.flatMap(([, own]) => own).sort()).toEqual([...items.keys()].sort());
  for (const [area, own] of walks) for (const item of own) expect(items.get(item)).toBe(area);
});

test("a chase carries the phone's own id, so that sent twice it is one", () => {
  const note = chaseNote("w|9", PLACE, TOLD, "2026-11-24T01:00:00Z", "c-1");
  expect([note.path, note.body["client"], note.body["at"]]).toEqual([
    "/patrols/P-1/items/B-1/chases",
    "c-1",
    "2026-11-24T01:00:00Z",
  ]);
});

test("the newest note that waits stands for its place; one that was refused does not", () => {
  const first = chaseNote("w", PLACE, TOLD, "2026-11-24T01:00:00Z", "c-1");
  const second = chaseNote("w", PLACE, { ...TOLD, outcome: "done" }, "2026-11-24T02:00:00Z", "c-2");
  expect(waitingChase([first, second], "P-1", "B-1")?.outcome).toBe("done");
  expect(waitingChase([first, { ...second, refused: "personal-data" }], "P-1", "B-1")?.outcome).toBe("refused");
  expect(waitingChase([first, second], "P-1", "B-2")).toBeUndefined();
});

test("a refusal of the note is final, a busy service and somebody else's page are not", () => {
  expect([422, 409, 404].map((status) => isFinal(status, "x"))).toEqual([true, true, true]);
  expect([isFinal(404, "gateway"), isFinal(429, "busy"), isFinal(503, "busy"), isFinal(401, "token")]).toEqual(
    Array(4).fill(false),
  );
});

test("a poster's address is read from our own pages alone, whole or not at all", () => {
  const seen = { venue: "V-10", short: "K7QM3XPA91" };
  const whole = `${ME}/c/V-10-K7QM3XPA91-aebagbaf`;
  expect(codeOfPoster(whole, ME)).toEqual(seen);
  expect(codeOfPoster(whole.replace("91-", "92-"), ME)).toBeUndefined();
  expect(codeOfPoster(whole.replace(ME, "https://me.example.gov.evil.test"), ME)).toBeUndefined();
  expect(codeOfPoster(whole.slice(0, -1), ME)).toBeUndefined();
  expect(posterNote("w", seen, "seen", "2026-11-24T01:00:00Z", "n").path).toBe("/venues/V-10/codes/K7QM3XPA91/poster");
});

test("a typed code is what people meant by it", () => {
  expect(shortOf(" k7qm-3xpa-91 ")).toBe("K7QM3XPA91");
  expect(shortOf("O0il-3xpa-91")).toBe("00113XPA91");
});

test("whose notes they are stands in the token, and nothing breaks on anything else", () => {
  const claims = btoa(JSON.stringify({ sub: "worker-7" })).replace(/=+$/, "");
  expect([subjectOf(`h.${claims}.s`), subjectOf("h.%%.s"), subjectOf("")]).toEqual(["worker-7", "", ""]);
});

function worker(sub: string, endsAt = serverNow() + 3600): Staff {
  return { token: `x.${btoa(JSON.stringify({ sub }))}.x`, role: "worker", scope: "990101001001", endsAt };
}

test("a walk that the service has forgotten is forgotten by the phone, once it reads what there is to walk", async () => {
  vi.useFakeTimers();
  vi.stubGlobal("addEventListener", () => undefined);
  const ends: Readonly<Record<string, string>> = { "P-1": "2026-01-01T00:00:00Z", "P-2": "9999-01-01T00:00:00Z" };
  const desk = {
    who: worker("first"),
    async ask(_method: string, path: string) {
      const [id = ""] = /P-\d$/.exec(path) ?? [];
      return id === "" ? { patrols: [] } : { patrol: id, area: desk.who.scope, ends_at: ends[id], items: [] };
    },
  };
  const book = await Book.open(desk as unknown as Desk);
  for (const id of Object.keys(ends)) await book.patrol(id, () => undefined);
  expect([await book.keptPatrol("P-1"), await book.keptPatrol("P-2")].map(Boolean)).toEqual([true, true]);
  await book.lists(() => undefined);
  expect([await book.keptPatrol("P-1"), await book.keptPatrol("P-2")].map(Boolean)).toEqual([false, true]);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("on a shared phone nobody's notes are sent under the next one's sign-in, nor once the session is over", async () => {
  vi.useFakeTimers();
  vi.stubGlobal("addEventListener", () => undefined);
  const sent: string[] = [];
  let network = false;
  const desk = {
    who: worker("first"),
    async ask() {
      if (!network) throw new Offline("");
      sent.push(subjectOf(desk.who.token));
      return {};
    },
  };
  const book = await Book.open(desk as unknown as Desk);
  await book.poster({ venue: "V-1", short: "K7QM3XPA91" }, "seen");
  await book.send();
  network = true;
  for (const left of [0, 10]) {
    desk.who = worker("first", serverNow() + left);
    await book.send();
    expect([sent, book.kept.length]).toEqual([[], 1]);
  }
  desk.who = worker("second");
  await book.send();
  expect([sent, book.kept.length]).toEqual([[], 0]);
  desk.who = worker("first");
  await book.send();
  expect([sent, book.kept.length]).toEqual([["first"], 0]);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
