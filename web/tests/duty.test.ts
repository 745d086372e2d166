/** What a guard's verdict becomes: who is recorded, when, which way, and who is not. */
import { beforeEach, expect, test } from "vitest";
import type { Pass } from "../src/core/profile";
import type { Answer } from "../src/gate/check";
import { Duty } from "../src/scanner/duty";
import { NUMBER_S } from "../src/scanner/number";
import type { Means, Standing } from "../src/scanner/standing";
import type { Scan } from "../src/shift/records";
import type { Ruled } from "../src/shift/venue";

type Seen = "first" | "same" | "replayed";

let now: number;
let kept: Scan[];
let reported: string[];
let counted: string[];
let shown: string[];
let answers: Map<string, Partial<Answer>>;
let sights: Map<string, Seen>;
let looked: string[];
let held: Scan | undefined;
let full: boolean;
let fetched: boolean;
let rules: Map<string, Partial<Ruled>>;
let duty: Duty;

const pass = (sub: string): Pass => ({ payload: { sub, iat: 1 }, statusList: "list" }) as unknown as Pass;
const genuine = (sub: string): Partial<Answer> => ({ verdict: "genuine", code: "ok", pass: pass(sub) });

function said({ mark, code, reason }: Standing): string {
  return [mark, code, reason ?? ""].join(" ").trim();
}

const means: Means = {
  direction: "in",
  origins: { gate: ["https://gate.example.gov"], me: ["https://me.example.gov"] },
  now: () => now,
  check: async (text, at, nonce) =>
    ({
      at,
      todo: "say-unreadable",
      ...(answers.get(nonce === undefined ? text : `${text} ${nonce}`) ?? {
        verdict: "refused",
        code: "not-live",
        pass: pass("stale"),
      }),
    }) as Answer,
  ms: () => now * 1000,
  ruleOnPass: ({ pass }, direction) => rules.get(`${pass?.payload.sub} ${direction}`) as Ruled | undefined,
  ruleOn: () => undefined,
  given: () => ({ direction: "in" }),
  assist: () => Promise.reject(new Error("nobody was named")),
  keepAct: async () => undefined,
  pace: () => undefined,
  over: () => undefined,
  fetchList: async () => fetched,
  refresh: async () => fetched,
  look: async (_, text) => {
    looked.push(text);
    return sights.get(text) ?? "first";
  },
  async keep(scan) {
    if (full) throw new Error("full");
    kept.push(scan);
  },
  hold(scan) {
    held = scan;
  },
  async report(host) {
    reported.push(host);
  },
  count: (...what) => counted.push(...what),
  show(standing, fresh) {
    if (fresh) shown.push(said(standing));
  },
};

beforeEach(() => {
  now = 1000;
  [kept, reported, counted, shown, looked] = [[], [], [], [], []];
  answers = new Map([
    ["1", genuine("anna")],
    ["11", genuine("anna")],
    ["2", genuine("ben")],
    ["3", { verdict: "identity", code: "ok", pass: pass("carl") }],
    ["4", { verdict: "refused", code: "withdrawn", pass: pass("dora") }],
    ["5", { verdict: "unsure", code: "status-unknown", pass: pass("emil") }],
    ["6", { verdict: "refused", code: "untrusted" }],
    ["7", { verdict: "unsure", code: "no-keys" }],
    ["8", { verdict: "refused", code: "unreadable" }],
  ]);
  [sights, rules] = [new Map(), new Map()];
  [full, fetched, held] = [false, false, undefined];
  duty = new Duty(means);
});

test("one tap records the way the person went, once", async () => {
  await duty.take("1");
  await duty.record("out");
  await duty.record("out");
  await duty.leave();
  expect(kept).toEqual([{ presentation: "1", direction: "out", at: 1000 }]);
  expect([counted, duty.standing.mark]).toEqual([["out"], "ready"]);
});

test("who was admitted and given no tap is recorded in the gate's direction: by the next code, 20 s, or the page's end", async () => {
  const ends: (() => Promise<void>)[] = [
    () => duty.take("2"),
    () => duty.take("https://evil.test/"),
    () => duty.unreadable("Broken"),
    () => ((now += 20), duty.tick()),
    () => ((now -= 3600), duty.tick()),
    () => duty.leave(),
  ];
  for (const end of ends) {
    kept = [];
    duty = new Duty(means);
    await duty.take("1");
    await end();
    expect(kept.map(({ presentation, direction }) => [presentation, direction])).toEqual([["1", "in"]]);
  }
});

test("no verdict stands longer than 20 s", async () => {
  for (const text of ["1", "4", "5", "6", "7", "8"]) {
    await duty.take(text);
    now += 19;
    await duty.tick();
    expect([text, duty.standing.mark === "ready"]).toEqual([text, false]);
    now += 1;
    await duty.tick();
    expect([text, duty.standing.mark]).toEqual([text, "ready"]);
  }
});

test("what would be recorded by itself is held from the first moment, and no longer than until it is kept", async () => {
  await duty.take("1");
  expect(held).toEqual({ presentation: "1", direction: "in", at: 1000 });
  await duty.record("out");
  expect([held, kept.length]).toEqual([undefined, 1]);
  await duty.take("2");
  await duty.dismiss();
  expect(held).toBeUndefined();
  await duty.take("3");
  expect(held).toBeUndefined();
  await duty.identityChecked();
  expect(held?.identity_checked).toBe(true);
  await duty.take("5");
  expect([held, kept.length]).toEqual([undefined, 2]);
});

test("who did not go through is not recorded", async () => {
  await duty.take("1");
  await duty.dismiss();
  expect([kept, counted, duty.standing.mark]).toEqual([[], [], "ready"]);
});

test("a printed pass counts only once the identity was checked", async () => {
  await duty.take("3");
  await duty.take("4");
  expect(kept).toEqual([]);
  await duty.take("3");
  await duty.identityChecked();
  expect(duty.standing.mark).toBe("admit");
  await duty.record("in");
  expect(kept.at(-1)).toEqual({ presentation: "3", direction: "in", at: 1000, identity_checked: true });
});

test("a refusal of a genuine pass is recorded by itself and lets nobody in; what is no pass of ours is not sent", async () => {
  for (const text of ["4", "6", "8"]) {
    await duty.take(text);
    await duty.dismiss();
  }
  expect(kept).toEqual([{ presentation: "4", direction: "in", at: 1000 }]);
  expect(counted).toEqual(["refused", "refused"]);
  expect(shown).toEqual(["refused withdrawn", "refused untrusted", "unreadable unreadable NoPass"]);
});

test("of an unsure one only a tap makes a record", async () => {
  await duty.take("5");
  now += 20;
  await duty.tick();
  expect([kept, counted]).toEqual([[], ["unsure"]]);
  await duty.take("5");
  await duty.record("in");
  expect([kept.length, counted]).toEqual([1, ["unsure", "unsure", "in"]]);
});

test("an unsure one is judged again when what was missing has come, and not when it stands no more", async () => {
  fetched = true;
  await duty.take("5");
  answers.set("5", genuine("emil"));
  await Promise.resolve();
  await duty.tick();
  await duty.tick();
  expect(shown).toEqual(["unsure status-unknown", "admit ok"]);
});

test("a proof replayed is refused aloud and not recorded", async () => {
  sights.set("1", "replayed");
  await duty.take("1");
  expect([shown, counted]).toEqual([["refused not-live Replayed"], ["refused"]]);
  await duty.leave();
  expect(kept).toEqual([]);
});

test("the same code twice within seconds is one scan, unless somebody else came between: then it was handed on", async () => {
  await duty.take("1");
  sights.set("1", "same");
  await duty.take("1");
  expect(shown).toEqual(["admit ok"]);
  await duty.take("2");
  await duty.take("1");
  expect(shown).toEqual(["admit ok", "admit ok", "refused not-live Replayed"]);
});

test("the next proof of the pass still in view is the same scan, and remembered so that a picture of it is a copy", async () => {
  await duty.take("1");
  await duty.record("in");
  await duty.take("11", true);
  expect([shown, looked]).toEqual([["admit ok"], ["1", "11"]]);
  await duty.take("11", false);
  expect(shown.length).toBe(2);
});

test("an address of another origin is refused and its host reported; no number's digits hide in it", async () => {
  await duty.take("https://evil.test/v#1");
  expect([shown, reported, kept]).toEqual([["refused foreign Foreign"], ["evil.test"], []]);
  expect(duty.standing.host).toBe("evil.test");
});

test("our other codes are said to be what they are, and count as nothing", async () => {
  await duty.take("https://me.example.gov/c/ABC");
  await duty.take("https://gate.example.gov/#gate=G-101");
  expect(shown).toEqual(["unreadable unreadable Venue", "unreadable unreadable Gate"]);
  expect([counted, reported]).toEqual([[], []]);
});

test("a number is answered by its own proof alone, and by one only", async () => {
  await duty.ask();
  const digits = duty.challenge?.digits ?? "";
  answers.set(`2 ${digits}`, genuine("ben"));
  await duty.take("1");
  await duty.take("3");
  await duty.unreadable("Broken");
  expect([shown, duty.challenge?.digits]).toEqual([[], digits]);
  await duty.take("2");
  expect([shown, duty.standing.numbered, duty.challenge]).toEqual([["admit ok"], true, undefined]);
  await duty.record("in");
  expect(kept).toEqual([{ presentation: "2", direction: "in", at: 1000, nonce: digits }]);
});

test("a number that is not shown in its time is a refusal", async () => {
  await duty.ask();
  now += NUMBER_S - 1;
  await duty.tick();
  expect(shown).toEqual([]);
  now += 1;
  await duty.tick();
  expect([shown, duty.challenge]).toEqual([["refused not-live NumberMissed"], undefined]);
});

test("who is asked for a number in doubt was not let in by the code before it", async () => {
  await duty.take("1");
  await duty.ask();
  await duty.stopAsking();
  expect([kept, counted]).toEqual([[], []]);
});

test("a record that cannot be kept is said, never lost in silence", async () => {
  full = true;
  await duty.take("1");
  await duty.record("in");
  expect([shown.at(-1), counted]).toEqual(["unsure not-saved NotSaved", []]);
  await duty.take("2");
  await duty.take("4");
  expect(duty.unsaved).toBe(2);
});

test("whom only a rule of the venue turns away is recorded by nobody, but for a tap as they leave", async () => {
  rules.set("anna in", { decision: "refused", cause: "outside-hours", rule: "hours" });
  await duty.take("1");
  expect([shown, counted, held]).toEqual([["refused outside-hours"], ["refused"], undefined]);
  now += 20;
  await duty.tick();
  expect([kept, duty.standing.mark]).toEqual([[], "ready"]);
  await duty.take("2");
  await duty.dismiss();
  await duty.take("1");
  await duty.record("out");
  expect(kept).toEqual([{ presentation: "1", direction: "out", at: 1020 }]);
});

test("where a rule leaves it open only the guard's tap lets somebody in", async () => {
  rules.set("anna in", { decision: "unsure", cause: "full", rule: "capacity", perhapsInside: true });
  await duty.take("1");
  await duty.take("2");
  expect([shown, kept]).toEqual([["unsure full", "admit ok"], []]);
  await duty.dismiss();
  await duty.take("1");
  await duty.record("in");
  expect([kept.length, counted]).toEqual([1, ["unsure", "unsure", "in"]]);
});

test("a printed pass against a rule is refused before any document is looked at", async () => {
  rules.set("carl in", { decision: "refused", cause: "test-older-than-asked", rule: "oldest-test" });
  await duty.take("3");
  await duty.identityChecked();
  await duty.leave();
  expect([shown, kept]).toEqual([["refused test-older-than-asked"], []]);
});

test("a rule that forgives admits: a hospital's, and where no pass is asked", async () => {
  rules.set("dora in", { decision: "admitted", cause: "hospital-shows-the-way", rule: "pass" });
  await duty.take("4");
  expect([shown, duty.standing.mark]).toEqual([["admit hospital-shows-the-way"], "admit"]);
  await duty.leave();
  expect([kept.length, counted]).toEqual([1, ["in"]]);
});

test("who was let out and turns round is held to the rules of the way in", async () => {
  duty = new Duty({ ...means, direction: "out" });
  rules.set("anna in", { decision: "refused", cause: "outside-hours", rule: "hours" });
  await duty.take("1");
  await duty.record("in");
  expect([shown, kept]).toEqual([["admit ok", "refused outside-hours"], []]);
  await duty.leave();
  expect(kept).toEqual([]);
});
