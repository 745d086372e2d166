/** A pass on the screen: signed anew every 15 seconds, the screen kept awake. It says nothing of being valid. */
import { presentLive } from "../core/present";
import { lasting } from "../shared/china";
import { stayAwake } from "../shared/awake";
import { serverNow } from "../shared/clock";
import type { Config } from "../shared/config";
import { h } from "../shared/dom";
import { sign } from "../shared/keys";
import { type Voice, when } from "./app";
import type { Facts } from "./facts";
import type { HeldPass } from "./household";
import { drawSymbol } from "./symbol";

/** A fresh proof each so many seconds; guards accept one of up to 60. */
export const FRESH_S = 15;
/** A number that a guard spoke is shown for so long. */
const SPOKEN_S = 60;
/** What stands around the code (bar, name, times) on a phone, and on a wide screen; in CSS pixels. */
const AROUND = 200;
const AROUND_WIDE = 300;
const WIDE_SCREEN = 600;
/** A phone held sideways: the times stand beside the code, and the bar above is scrolled away. */
const LOW_SCREEN = 500;

export class LiveCode {
  readonly node: HTMLElement;
  private readonly canvas: HTMLCanvasElement;
  private readonly left = h("span", { id: "left" });
  private readonly fresh = h("span", { id: "fresh" });
  private readonly meter = h("span", { class: "meter" });
  private readonly sleep = stayAwake();
  private readonly resized = (): void => {
    this.draw();
    if (isSideways()) this.canvas.scrollIntoView({ block: "center" });
  };
  private signedAt = 0;
  private digits = "";
  private nonce: string | undefined;
  private spokenAt = 0;
  private closed = false;
  /** Screens that show it: a screen that is built anew takes it over, with its number and its place in the 15 s. */
  private users = 0;
  private readonly language: string;

  constructor(
    private readonly voice: Voice,
    private readonly config: Config,
    private readonly pass: HeldPass,
    private readonly facts: Facts,
  ) {
    this.language = voice.language;
    const { name, unit } = facts;
    this.canvas = h("canvas", { role: "img", "aria-label": voice.say("codeLabel", { name, unit }) });
    this.node = this.build();
    addEventListener("resize", this.resized);
    this.tick(serverNow());
  }

  /** Sign with six digits that a guard spoke, for a minute. */
  answer(nonce: string): void {
    this.nonce = nonce;
    this.spokenAt = serverNow();
    void this.renew(this.spokenAt);
  }

  tick(now: number): void {
    this.left.replaceChildren(lasting(this.voice, Math.max(0, this.facts.expiresAt - now)));
    if (this.nonce !== undefined && Math.abs(now - this.spokenAt) >= SPOKEN_S) this.nonce = undefined;
    const age = now - this.signedAt;
    // A negative age: the clock was learnt meanwhile, and it is earlier than was thought.
    if (age >= FRESH_S || age < 0) void this.renew(now);
    const rest = Math.min(FRESH_S, Math.max(0, FRESH_S - (now - this.signedAt)));
    const spoken = this.nonce === undefined ? "" : this.voice.say("spokenIn", { n: this.nonce });
    this.fresh.replaceChildren(this.voice.say("refreshIn", { s: rest }), spoken);
    this.meter.style.width = `${(rest / FRESH_S) * 100}%`;
  }

  /** Whether it can be shown again for this pass, in the language chosen now. */
  fits(pass: HeldPass): boolean {
    return !this.closed && pass.token === this.pass.token && this.voice.language === this.language;
  }

  retain(): this {
    this.users++;
    return this;
  }

  release(): void {
    if (--this.users > 0) return;
    this.closed = true;
    removeEventListener("resize", this.resized);
    this.sleep();
  }

  private build(): HTMLElement {
    const { voice, facts } = this;
    const { name, unit, zone, sampledAt, expiresAt } = facts;
    const where = [unit, zone].filter((text) => text !== "").join(" · ");
    const who = h("div", { class: "who" }, h("h1", { tabindex: "-1" }, name), h("p", {}, where));
    const until = h("p", { class: "until" }, voice.say("validUntil"), " ", h("b", {}, when(voice, expiresAt)));
    return h(
      "section",
      { class: "code", "aria-label": voice.say("codeIs") },
      who,
      h("div", { class: "symbol" }, this.canvas),
      h(
        "div",
        { class: "times" },
        h("p", { class: "refresh" }, this.fresh, h("span", { class: "track", "aria-hidden": "true" }, this.meter)),
        until,
        h("p", { class: "small" }, voice.say("timeLeft"), " ", this.left),
        h("p", { class: "small" }, voice.say("sampledAt"), " ", when(voice, sampledAt)),
        h("p", { class: "only" }, voice.say("onlyGuard")),
      ),
    );
  }

  private async renew(now: number): Promise<void> {
    this.signedAt = now;
    const { pass, config, nonce } = this;
    const digits = await presentLive(pass, config.issuer, now, (text) => sign(pass.key, text), nonce);
    if (this.closed) return;
    const first = this.digits === "";
    this.digits = digits;
    if (first) this.resized();
    else this.draw();
  }

  private draw(): void {
    if (this.digits === "") return;
    drawSymbol(this.canvas, `${this.config.pages.gate}/v#`, this.digits, this.room());
  }

  /** The CSS pixels there are for the side of the code. */
  private room(): number {
    const { innerHeight: high, innerWidth: wide } = window;
    if (isSideways()) return Math.min(high - 16, wide * 0.55);
    return Math.min(this.node.clientWidth || wide, high - (wide < WIDE_SCREEN ? AROUND : AROUND_WIDE));
  }
}

function isSideways(): boolean {
  return window.innerHeight < LOW_SCREEN && window.innerWidth > window.innerHeight;
}
