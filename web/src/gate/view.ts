/** The page's three parts (bar, verdict with facts, foot) built for one state. */
import type { Pass } from "../core/profile";
import { type Language, say, type Taught, type Word } from "./catalogue";
import { type Answer, OLD_STATUS_S } from "./check";
import { chinaClock, chinaInstant, lasting } from "./china";
import { h, refill } from "../shared/dom";
import { type Mark, mark, seal } from "./seal";

/** What the screen shows: an answer, or the time before and after one. */
export type State =
  | { readonly kind: "empty" }
  | { readonly kind: "checking" }
  | { readonly kind: "answer"; readonly answer: Answer; readonly identityChecked: boolean; readonly stale: boolean };

export interface Facing {
  readonly language: Language;
  readonly specimen: boolean;
  readonly phone: string;
  /** For parts that came later: their words, and to say them. */
  teach(words: Taught): void;
  say(word: Word, values?: Readonly<Record<string, string | number>>): string;
  onIdentity(): void;
  onAgain(): void;
  onPaste(text: string): void;
  onLanguage(): Promise<void>;
}

/** Nodes, and what to do each second while they are shown. */
export interface Shown {
  readonly node: Node;
  readonly tick: (now: number) => void;
}

export const LANG: Readonly<Record<Language, string>> = { zh: "zh-CN", en: "en" };

function other(language: Language): Language {
  return language === "zh" ? "en" : "zh";
}

export function markOf(state: State): Mark {
  if (state.kind !== "answer") return state.kind;
  if (state.stale) return "stale";
  return state.identityChecked ? "genuine" : state.answer.verdict;
}

/** The word that heads the page. */
export function headWord(state: State): Word {
  const kind = markOf(state);
  return kind === "genuine" && state.kind === "answer" && state.identityChecked ? "identityIs" : kind;
}

function explanation(state: State): readonly [why: Word | undefined, todo: Word | undefined] {
  if (state.kind === "empty") return [undefined, "emptySay"];
  if (state.kind !== "answer") return [undefined, undefined];
  if (state.stale) return [undefined, "staleSay"];
  if (state.identityChecked) return [undefined, "checkedSay"];
  return [state.answer.why, state.answer.todo];
}

/** The sentence that a screen reader speaks. */
export function spoken(state: State, language: Language): string {
  const [why, todo] = explanation(state);
  const words = [headWord(state), why, todo].filter((word) => word !== undefined);
  return words.map((word) => say(language, word)).join("。");
}

function identityCheck(pass: Pass, facing: Facing): Node {
  const { language } = facing;
  const tail = h("p", { class: "tail" }, pass.payload.credentialSubject.documentTail ?? "");
  const done = h("button", { type: "button", class: "solid", id: "identity" }, say(language, "identityDone"));
  done.addEventListener("click", () => facing.onIdentity());
  return h("div", { class: "identity" }, tail, h("p", {}, say(language, "identityNote")), done);
}

/** The coloured panel: shape, word in both languages, why, what to do. */
export function panel(state: State, facing: Facing): Node {
  const { language } = facing;
  const second = other(language);
  const head = headWord(state);
  const [why, todo] = explanation(state);
  const asking = state.kind === "answer" && markOf(state) === "identity" ? state.answer.pass : undefined;
  const retry = state.kind === "answer" && markOf(state) === "unsure";
  const again = h("button", { type: "button", class: "solid", id: "again" }, say(language, "again"));
  again.addEventListener("click", () => facing.onAgain());
  return h(
    "section",
    { class: "panel" },
    mark(markOf(state)),
    h("h1", {}, say(language, head), h("span", { lang: LANG[second] }, say(second, head))),
    why && h("p", { class: "why" }, say(language, why)),
    todo && h("p", { class: "todo" }, say(language, todo)),
    asking && identityCheck(asking, facing),
    retry ? again : undefined,
  );
}

function row(language: Language, word: Word, ...value: (Node | string)[]): Node {
  return h("div", { class: word }, h("dt", {}, say(language, word)), h("dd", {}, ...value));
}

function when(language: Language, epochS: number): Node {
  const time = h("time", { datetime: new Date(epochS * 1000).toISOString() }, chinaInstant(language, epochS));
  return h("span", {}, time, " ", h("small", {}, say(language, "chinaTime")));
}

function timeLeft(pass: Pass, language: Language, now: number): string {
  const left = pass.payload.exp - now;
  return left > 0 ? lasting(language, left) : say(language, "ended");
}

/** What the pass says; sample, time left and the seal only while it is accepted. */
export function facts(pass: Pass, accepted: boolean, facing: Facing, now: number): Shown {
  const { language } = facing;
  const { credentialSubject: subject, exp } = pass.payload;
  const { number, issuedBy } = subject.officialDocument;
  const left = h("span", {}, timeLeft(pass, language, now));
  const rows = [
    row(language, "name", subject.name),
    row(language, "unit", subject.unit),
    row(language, "zone", subject.zone || say(language, "noZone")),
    subject.venues.length > 0 ? row(language, "venues", subject.venues.join("、")) : undefined,
    accepted ? row(language, "sampled", when(language, pass.sampledAt)) : undefined,
    row(language, "validUntil", when(language, exp)),
    accepted ? row(language, "timeLeft", left) : undefined,
    row(language, "document", number),
    row(language, "issuedBy", issuedBy),
  ];
  const stamp = accepted ? seal(issuedBy, facing.specimen, issuedBy) : undefined;
  const node = h("section", { class: "facts" }, h("dl", {}, ...rows), stamp);
  return { node, tick: (later) => refill(left, [timeLeft(pass, language, later)]) };
}

/** How old the withdrawal data is, and whether that is too old for comfort; undefined when it was not looked at. */
function dataAge({ statusAgeS: age }: Answer, language: Language): { node: Node; old: boolean } | undefined {
  if (age === undefined) return undefined;
  const old = age > OLD_STATUS_S;
  const text = `${say(language, "dataAge")}: ${say(language, "ago", { t: lasting(language, age) })}`;
  const warning = old ? h("strong", {}, say(language, "dataOld")) : undefined;
  return { node: h("p", { id: "age", class: old ? "old" : undefined }, text, warning), old };
}

/** What stands before the facts (a warning that the withdrawal data is old) and what after: where the answer is from. */
export function provenance(answer: Answer, facing: Facing): readonly [before: Node[], after: Node] {
  const { language } = facing;
  const age = dataAge(answer, language);
  const after = h(
    "section",
    { class: "provenance" },
    age?.old ? undefined : age?.node,
    h("p", {}, `${say(language, "checkedAt")} ${chinaClock(answer.at)} (${say(language, "chinaTime")})`),
    h("p", {}, say(language, "notAdmission")),
  );
  return [age?.old ? [h("section", { class: "provenance" }, age.node)] : [], after];
}

export function bar(facing: Facing): Node[] {
  const { language } = facing;
  const second = other(language);
  const toggle = h("button", { type: "button", id: "language", lang: LANG[second] }, say(language, "otherLanguage"));
  toggle.addEventListener("click", () => void facing.onLanguage());
  const notice = facing.specimen ? h("p", { class: "specimen" }, say(language, "specimen")) : undefined;
  const line = h("div", { class: "line" }, h("p", { class: "title" }, say(language, "title")), toggle);
  return notice === undefined ? [line] : [line, notice];
}

/** The help line, within a thumb's reach. */
export function foot({ language, phone }: Facing): Node[] {
  if (phone === "") return [];
  const href = `tel:${phone.replace(/[^0-9+]/g, "")}`;
  return [h("a", { class: "call", href }, say(language, "call"), h("b", {}, phone))];
}
