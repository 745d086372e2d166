/** What every screen of the wallet gets, and what it gives back. */
import { chinaInstant, instantOf } from "../shared/china";
import { h } from "../shared/dom";
import { type Speaker, speaker } from "../shared/words";
import type { Person, Wallet } from "./wallet";
import en from "./words/en.json";
import zh from "./words/zh.json";

export type Word = keyof typeof zh;
export type Voice = Speaker<Word>;

/** The screens, by the name in the address's fragment; nothing personal is ever in it. */
export const ROUTES = [
  "",
  "enrol",
  "back",
  "status",
  "devices",
  "checkins",
  "lookups",
  "sites",
  "people",
  "install",
] as const;
export type Route = (typeof ROUTES)[number];

export interface App {
  readonly wallet: Wallet;
  readonly voice: Voice;
  /** Whose screen it is: the person chosen on the first one. */
  readonly person: Person | undefined;
  choose(pid: string): void;
  go(route: Route): void;
  /** Build the screen again as it is. */
  redraw(): void;
  /** Say something to a screen reader. */
  announce(text: string): void;
}

export interface Screen {
  readonly nodes: readonly (Node | undefined)[];
  /** Whether it is built again when something changed; a form is not, or it would lose what was typed. */
  readonly follows: boolean;
  /** Called each second with the server's time. */
  readonly tick?: (now: number) => void;
  /** Called when another screen, or the same one anew, takes its place. */
  readonly close?: () => void;
}

export function makeVoice(): Voice {
  return speaker<Word>(zh, en);
}

/** A word for a code of the service, or undefined for one that this build does not know. */
export function wordFor(kind: string, code: string): Word | undefined {
  const word = `${kind}:${code}`;
  return word in zh ? (word as Word) : undefined;
}

/** What a code of the service means in words; an unknown one is shown as it came. */
export function meaning(voice: Voice, kind: string, code: string): string {
  const word = wordFor(kind, code);
  return word === undefined ? voice.say("unknownCode", { code }) : voice.say(word);
}

export interface ButtonLook {
  readonly id?: string;
  readonly kind?: "solid" | "plain" | "plain wide" | "solid wide" | "row" | "tab";
  readonly current?: boolean;
  readonly label?: string;
}

export function button(text: string, onClick: () => void, look: ButtonLook = {}): HTMLButtonElement {
  const { id, kind = "plain", current, label } = look;
  const pressed = current === undefined ? undefined : String(current);
  const made = h("button", { type: "button", class: kind, id, "aria-pressed": pressed, "aria-label": label }, text);
  made.addEventListener("click", onClick);
  return made;
}

/** The screen's heading: where the focus goes when the screen appears. */
export function heading(text: string, ...more: (Node | string | undefined)[]): HTMLElement {
  return h("h1", { tabindex: "-1" }, text, ...more);
}

/** The way back to the first screen, above a heading. */
export function backTo({ voice, go }: App): HTMLElement {
  return button(`‹ ${voice.say("back")}`, () => go(""), { kind: "row", id: "back" });
}

/** An instant with its date in China time, as a time element. */
export function when(voice: Voice, at: number | string): HTMLElement {
  const epochS = typeof at === "string" ? instantOf(at) : at;
  return h("time", { datetime: new Date(epochS * 1000).toISOString() }, chinaInstant(voice.language, epochS));
}

/** What a person is called: what the phone's owner calls them beside the masked name. */
export function calledOf({ member }: Person): string {
  const name = member.name || "*";
  return member.nickname === "" ? name : `${member.nickname} ${name}`;
}

export function row(label: string, ...value: (Node | string | undefined)[]): HTMLElement {
  return h("div", {}, h("dt", {}, label), h("dd", {}, ...value));
}
