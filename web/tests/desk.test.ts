/** What the desk decides without a screen: a sign-in's answer, a file's format, a job's causes, who needs a test today. */
import { expect, test } from "vitest";
import { fromUtf8, toBase64url, utf8 } from "../src/core/bytes";
import { sha256 } from "../src/core/jws";
import { asText, neutral } from "../src/desk/copying";
import { inLanguage } from "../src/desk/faults";
import { badRows, causeText, holdsOf, type Job, lawText, ownerMayApply, unchangedRows } from "../src/desk/jobs";
import { authorizeUrl, type Begun, codeOf, NotSignedIn, staffOf, thenOf } from "../src/desk/oidc";
import type { Desk } from "../src/desk/service";
import { formatOf, sendSheet, sheetFormat } from "../src/desk/uploading";
import { DESK_WORDS, type DeskWord } from "../src/desk/words";
import { fill, type Language, type Speaker, type Values } from "../src/shared/words";
import { approvalWord, type Unit } from "../src/unit/approval";
import { batches, MOST_AT_ONCE } from "../src/unit/printing";
import { canPrint, needsTestToday, type Person, standingOf, tomorrowNoon } from "../src/unit/standing";

const BEGUN: Begun = { state: "s".repeat(43), nonce: "n".repeat(43), verifier: "v".repeat(43), then: "", again: false };
const NOW = 1_800_000_000;

function voiceOf(language: Language): Speaker<DeskWord> {
  const say = (word: DeskWord, values?: Values): string => fill(DESK_WORDS[language][word], values);
  return { language, other: language === "zh" ? "en" : "zh", say, sayIn: (_, word) => word, change: () => undefined };
}

function token(claims: object): string {
  return `h.${toBase64url(utf8(JSON.stringify(claims)))}.s`;
}

function faultOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof NotSignedIn) return error.fault;
    throw error;
  }
  return "none";
}

test("a sign-in asks for a code bound to its verifier, state and nonce, wherever the login is", async () => {
  const desk = "https://desk.example.gov/callback";
  for (const authorize of ["/oidc/authorize", "https://login.example.gov/a?tenant=1"]) {
    const url = new URL(await authorizeUrl({ client: "epipass", authorize, token: "" }, BEGUN, desk));
    expect(url.origin).toBe(authorize.startsWith("/") ? "https://desk.example.gov" : "https://login.example.gov");
    expect(url.searchParams.get("tenant")).toBe(authorize.startsWith("/") ? null : "1");
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: "code",
      scope: "openid",
      redirect_uri: desk,
      state: BEGUN.state,
      nonce: BEGUN.nonce,
      code_challenge: await sha256(BEGUN.verifier),
      code_challenge_method: "S256",
    });
    expect(url.href).not.toContain(BEGUN.verifier);
  }
});

test("an answer counts only for the request that was begun in this tab, and an error is never a code", () => {
  const answer = (text: string): URLSearchParams => new URLSearchParams(text);
  expect(codeOf(answer(`code=c&state=${BEGUN.state}`), BEGUN)).toBe("c");
  expect(faultOf(() => codeOf(answer("code=c&state=other"), BEGUN))).toBe("state");
  expect(faultOf(() => codeOf(answer("code=c"), BEGUN))).toBe("state");
  expect(faultOf(() => codeOf(answer(`code=c&state=${BEGUN.state}`), undefined))).toBe("state");
  expect(faultOf(() => codeOf(answer(`error=access_denied&state=${BEGUN.state}`), BEGUN))).toBe("refused");
});

test("an ID token counts only for this client, this nonce, and while it lasts", () => {
  const good = { aud: "epipass", nonce: "n", exp: NOW + 60, epi_role: "unit", epi_scope: "U-1" };
  const of = (claims: object): unknown => staffOf(token(claims), "epipass", "n", NOW);
  expect(of(good)).toEqual({ token: token(good), role: "unit", scope: "U-1", endsAt: NOW + 60 });
  expect(of({ ...good, aud: ["other", "epipass"] })).toMatchObject({ role: "unit" });
  for (const wrong of [{ aud: "other" }, { nonce: "m" }, { nonce: undefined }, { exp: NOW }, { epi_role: 1 }]) {
    expect(faultOf(() => of({ ...good, ...wrong }))).toBe("token");
  }
  for (const none of [undefined, "", "a.b", "a.!.c"]) {
    expect(faultOf(() => staffOf(none, "epipass", "n", NOW))).toBe("token");
  }
});

test("after a sign-in the desk goes on to its own consoles alone", () => {
  expect(["/unit", "/unit#job/J-1", "/officer#runs"].map(thenOf)).toEqual(["/unit", "/unit#job/J-1", "/officer#runs"]);
  for (const wanted of [null, "//evil.example", "https://evil.example", "/unit#<x>", "javascript:alert(1)", "/unitx"]) {
    expect(thenOf(wanted)).toBe("");
  }
});

test("a file's format is what its first bytes say, then what its name says", () => {
  const zip = new Uint8Array([0x50, 0x4b, 3, 4, 0]);
  const compound = new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 0]);
  const text = utf8("姓名,证件号码");
  expect(formatOf("list.csv", zip)).toBe("xlsx");
  expect(formatOf("名单.et", compound)).toBe("xlsx");
  expect(formatOf("list.CSV", text)).toBe("csv");
  expect(formatOf("list.xls", utf8("<html>"))).toBe("xlsx");
  expect(formatOf("list", utf8(' \n{"name":"a"}'))).toBe("jsonl");
  expect(formatOf("list.jsonl", text)).toBe("jsonl");
  expect(formatOf("list", text)).toBe("csv");
  expect(formatOf("photo.jpg", new Uint8Array([0xff, 0xd8, 0, 1]))).toBeUndefined();
});

test("a sentence in both languages is told in one, wherever the Chinese half begins", () => {
  const both = "Save it again. Nothing is guessed. UTF-8文本中有损坏的字符。";
  expect(inLanguage(both, "zh")).toBe("UTF-8文本中有损坏的字符。");
  expect(inLanguage(both, "en")).toBe("Save it again. Nothing is guessed.");
  for (const alone of ["Only English.", "只有中文。", ""]) {
    expect([inLanguage(alone, "zh"), inLanguage(alone, "en")]).toEqual([alone, alone]);
  }
});

test("errors.csv is read as it is written, whatever stands in it", () => {
  const csv =
    'row,column,law\r\n2,name,"name: This is no name. 姓名须为1至64个字符。"\r\n3,"a,""b""","odd"\r\n4,\'=x,"phone: No phone. 不是手机号。"\r\n';
  const rows = badRows(csv);
  expect(rows.map(({ row, column, law }) => [row, column, law])).toEqual([
    ["2", "name", "name"],
    ["3", 'a,"b"', ""],
    ["4", "'=x", "phone"],
  ]);
  expect(rows.map((row) => lawText(row, "zh"))).toEqual(["姓名须为1至64个字符。", "odd", "不是手机号。"]);
  expect(badRows("")).toEqual([]);
});

function job(facts: Partial<Job>): Job {
  const rows = { rows_total: 10, rows_accepted: 9, rows_rejected: 1, rows_applied: 0 };
  const whose = { job: "J-1", owner: "U-1", kind: "staff-list", state: "held" } as const;
  return { ...whose, ...rows, created_at: "2026-11-26T00:00:00Z", ...facts };
}

test("the owner may confirm that people leave, and nothing else that is held", () => {
  const leaving = job({ cause: "leaving: 2 of 10 people leave and wait for confirmation" });
  const many = job({ cause: "leaving-many: the unit would lose 9 of its 20 people, over 20 %" });
  const both = job({
    cause: `systematic: 5 of 6 bad rows break one law in one column: phone in phone; ${leaving.cause}`,
  });
  expect([leaving, many, both].map(holdsOf)).toEqual([["leaving"], ["leaving-many"], ["systematic", "leaving"]]);
  expect([leaving, many, both, job({ state: "running" })].map(ownerMayApply)).toEqual([true, false, false, false]);
  expect(unchangedRows(job({ added: 2, changed: 3, rows_repeated: 1 }))).toBe(3);
});

test("a cause is told in the page's language, without its code", () => {
  const quota = "over-quota: the list would hold 70 people, the unit's quota is 60";
  for (const language of ["zh", "en"] as const) {
    const told = causeText(voiceOf(language), quota);
    expect(told).toMatch(/70.*60/);
    expect(told).not.toContain("over-quota");
    expect(causeText(voiceOf(language), "cancelled: leaving: 2 of 10 people leave")).not.toContain("leaving");
  }
  expect(causeText(voiceOf("zh"), "empty: The file holds no rows. 文件没有任何数据行。")).toBe("文件没有任何数据行。");
});

test("columns are named as clerks write them, and headers are found by those names", () => {
  const missing =
    "header-missing: No row names these columns: name, id_number. 前十行中找不到包含下列列名的表头：name, id_number。";
  expect(causeText(voiceOf("zh"), missing)).toBe("前十行中找不到包含下列列名的表头：姓名、证件号码。");
  expect(causeText(voiceOf("en"), missing)).toBe("No row names these columns: Name, Id number.");
});

test("nothing that is copied or shown becomes a formula or another cell when it is pasted", () => {
  for (const start of ["=", "+", "-", "@", "\t=", "\r=", "  =", "＝"]) {
    expect(neutral(`${start}cmd|' /C calc'!A0`)).toMatch(/^'/);
  }
  expect(asText([["张*明", "a\tb\nc", 3]])).toBe("张*明\ta b c\t3");
  expect(fromUtf8(utf8(neutral("张*明")))).toBe("张*明");
});

function person(facts: Partial<Person>): Person {
  return { ref: "r", name: "张*", state: "issued", cause: "", has_device: false, ...facts };
}

test("who needs a test today: no valid test, or a pass that ends before noon tomorrow in China", () => {
  const now = Date.parse("2026-11-24T15:59:00Z") / 1000; // 23:59 of the 24th in China
  const noon = tomorrowNoon(now);
  expect(new Date(noon * 1000).toISOString()).toBe("2026-11-25T04:00:00.000Z");
  expect(tomorrowNoon(now + 60)).toBe(noon + 86_400);
  const ending = (at: number): Person => person({ expires_at: new Date(at * 1000).toISOString() });
  expect([noon - 1, noon].map((at) => needsTestToday(ending(at), now))).toEqual([true, false]);
  const states = [
    person({ state: "not-eligible", cause: "needs-test" }),
    person({ state: "expired", cause: "needs-test" }),
    person({ state: "not-eligible", cause: "result-pending" }),
    person({ state: "withdrawn", cause: "not-eligible" }),
  ];
  expect(states.map((one) => needsTestToday(one, now))).toEqual([true, true, false, false]);
  expect(states.map((one) => standingOf(one, now).mark)).toEqual(["wait", "wait", "busy", "bad"]);
});

test("an approval that ended, ends soon, or was never given is a warning", () => {
  const until = (at: number): Unit => ({
    name: "",
    approved: true,
    quota: 1,
    ends_at: new Date(at * 1000).toISOString(),
  });
  const words = [NOW, NOW + 1, NOW + 7 * 86_400].map((at) => approvalWord(until(at), NOW));
  expect(words).toEqual(["approvalEnded", "approvalSoon", "approvalUntil"]);
  expect(approvalWord({ ...until(NOW + 86_400), approved: false }, NOW)).toBe("notApproved");
});

test("a pass is printed only for the entitled without a phone, as many at once as a request takes", () => {
  expect(canPrint(person({}))).toBe(true);
  expect(canPrint(person({ state: "entitled" }))).toBe(true);
  expect(canPrint(person({ has_device: true }))).toBe(false);
  expect(canPrint(person({ state: "withdrawn", cause: "not-eligible" }))).toBe(false);
  const refs = Array.from({ length: 2 * MOST_AT_ONCE + 1 }, (_, place) => place);
  expect(batches(refs, MOST_AT_ONCE).map(({ length }) => length)).toEqual([MOST_AT_ONCE, MOST_AT_ONCE, 1]);
  expect(batches(refs, MOST_AT_ONCE).flat()).toEqual(refs);
});

test("a spreadsheet is sent again from where a request stopped, each answer is taken once, and a list of lines is none", async () => {
  const paths: string[] = [];
  const answers = [{ next_row: 101 }, { next_row: 2 ** 20 }, { next_row: null }, {}];
  const ask = async (_method: string, path: string) => (paths.push(path), answers.shift());
  const taken: unknown[] = [];
  const desk = { ask } as unknown as Desk;
  await sendSheet<object>(desk, "/areas/990101/register?format=csv", new Blob(["a"]), (part) => taken.push(part));
  expect(paths.map((path) => path.split("from_row=")[1])).toEqual(["1", "101", "1048576"]);
  expect(taken).toEqual([{ next_row: 101 }, { next_row: 2 ** 20 }, { next_row: null }]);
  await sendSheet<object>(desk, "/areas/990101/register?format=csv", new Blob(["a"]), (part) => taken.push(part));
  expect([taken.length, paths.length]).toEqual([4, 4]);
  const named = ["a.csv", "a.et", "a.jsonl"].map((name) => sheetFormat(new File(["x"], name)));
  expect(await Promise.all(named)).toEqual(["csv", "xlsx", undefined]);
});
