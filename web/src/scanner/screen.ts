/** The screen of a guard on shift: the camera's picture, the verdict over it, and what a thumb reaches below. */
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import { bar } from "../shared/shell";
import { lenience } from "../shift/venue";
import { assistSheet } from "./assistsheet";
import { spokenNumber } from "./number";
import { otherWays } from "./otherways";
import { announce, button, pageElement, shellOf } from "./page";
import { panel } from "./panel";
import type { Running } from "./scanner";
import type { SightFault } from "./sight";
import type { Given, Standing } from "./standing";
import { statusParts } from "./statusline";
import { voice, type Word } from "./words";

const FAULTS: Readonly<Record<SightFault, Word>> = {
  denied: "deniedSay",
  none: "noneSay",
  busy: "busySay",
  unsupported: "unsupportedSay",
  noReader: "noReaderSay",
};

export class Screen {
  readonly video = h("video", { playsinline: "", muted: "", "aria-hidden": "true", tabindex: "-1" });
  private readonly verdict = h("section", { class: "verdict" });
  private readonly tools = h("section", { class: "tools" });
  private readonly status = h("p", { class: "status" });
  private readonly sound = h("p", { class: "sound", hidden: "" }, "");
  private readonly numberBox = h("section", { class: "number" });
  private readonly faultBox = h("section", { class: "camera-fault" });
  private more = otherWays(this.on);
  private sheet = assistSheet(this.on);
  private shown = false;

  constructor(private readonly on: Running) {}

  /** Whether the camera's screen is the one that stands. */
  get isShown(): boolean {
    return this.shown;
  }

  draw(): void {
    this.shown = true;
    document.body.className = "duty";
    document.title = voice.say("title");
    this.more = otherWays(this.on);
    this.sheet = assistSheet(this.on);
    const frame = { config: this.on.post.config, redraw: () => this.draw() };
    const counters = button("counters", "link", () => void this.leaveFor(() => this.on.post.onCounters(this.on)));
    counters.id = "counters";
    this.sound.textContent = voice.say("touchForSound");
    const title = h("p", { class: "gate" }, `${this.on.shift.gateName} · ${voice.say(this.on.shift.direction)}`);
    const view = h("div", { class: "view" }, this.video, h("div", { class: "aim" }), this.faultBox, this.sound);
    pageElement().replaceChildren(
      ...bar(shellOf(frame), title, counters),
      h(
        "main",
        { class: "post" },
        view,
        this.status,
        this.numberBox,
        this.verdict,
        this.tools,
        this.more.node,
        this.sheet.node,
      ),
    );
    this.show(this.on.duty.standing);
    this.drawTools();
  }

  leave(): void {
    this.shown = false;
    this.sheet.close();
  }

  /** What the guard set for the next person without a smartphone; undefined when some of it is to be mended first. */
  given(): Given | undefined {
    return this.sheet.given();
  }

  /** Draw what stands. */
  show(standing: Standing): void {
    document.body.dataset.mark = standing.mark;
    document.body.dataset.code = standing.code;
    document.body.dataset.reason = standing.reason ?? "";
    this.drawNumber();
    if (!this.shown) return;
    const focused = this.verdict.contains(document.activeElement);
    const { secret, shift, post, sight } = this.on;
    this.verdict.replaceChildren(
      ...panel(standing, this.on.duty, {
        secret,
        direction: shift.direction,
        phone: post.config?.phone ?? "",
        lenient: lenience(this.on.rules),
        sameInView: sight?.seesCode ?? false,
      }),
    );
    if (standing.mark !== "ready") {
      this.more.close();
      this.sheet.close();
    }
    // Whoever works by keyboard goes on with the next thing to do; others are not pulled about.
    if (focused)
      (this.verdict.querySelector<HTMLElement>(".own, .solid, button") ?? this.tools.querySelector("button"))?.focus();
  }

  /** What changes by itself: the age of the data, what waits, the marks, the number's time. */
  tick(): void {
    if (!this.shown) return;
    void this.drawStatus();
    this.sound.hidden = this.on.voice.allowed || this.on.voice.muted;
    this.drawNumber();
    const hint = this.verdict.querySelector(".todo");
    const { standing } = this.on.duty;
    if (standing.mark === "ready" && hint !== null) {
      const word = voice.say(this.on.sight.seesCode ? "sameInView" : "readySay");
      if (hint.textContent !== word) hint.textContent = word;
    }
  }

  drawTools(): void {
    if (!this.shown) return;
    const { sight, duty, voice: sound } = this.on;
    const { camera, fault } = sight;
    const tool = (word: Word, id: string, act: () => void): HTMLElement => {
      const made = button(word, "tool", act);
      made.id = id;
      return made;
    };
    const torch = (): void => void camera?.light(!camera.torch).then(() => this.drawTools());
    const mute = (): void => {
      sound.mute(!sound.muted);
      this.drawTools();
    };
    const focused = document.activeElement?.id ?? "";
    this.tools.replaceChildren(
      tool("assist", "assist", () => this.sheet.open()),
      tool("number", "ask", () => void duty.ask().then(() => this.sayNumber())),
      tool("lookNow", "look", () => (camera === undefined ? void duty.unreadable("Nothing") : sight.lookNow())),
      ...(camera?.hasTorch ? [tool(camera.torch ? "torchOn" : "torch", "torch", torch)] : []),
      ...(sight.several ? [tool("camera", "camera", () => void sight.switchCamera())] : []),
      tool("more", "more", () => this.more.open()),
      tool(sound.muted ? "unmute" : "mute", "mute", mute),
    );
    if (focused !== "" && this.tools.querySelector(`#${focused}`) !== null) document.getElementById(focused)?.focus();
    this.drawFault(fault);
    this.tick();
  }

  private async leaveFor(act: () => void): Promise<void> {
    await this.on.pause();
    act();
  }

  private drawFault(fault: SightFault | undefined): void {
    document.body.dataset.camera = fault ?? (this.on.sight.camera === undefined ? "opening" : "on");
    if (fault === undefined) return this.faultBox.replaceChildren();
    const said = voice.say(FAULTS[fault]);
    this.faultBox.replaceChildren(
      h("h2", {}, voice.say("noCamera")),
      h("p", {}, said),
      button("retry", "solid", () => void this.on.sight.open()),
    );
    announce(`${voice.say("noCamera")}。${said}`);
  }

  private drawNumber(): void {
    const { challenge } = this.on.duty;
    this.numberBox.hidden = challenge === undefined;
    if (challenge === undefined) return this.numberBox.replaceChildren();
    const left = voice.say("numberLeft", { s: Math.max(0, challenge.endsAt - serverNow()) });
    const time = this.numberBox.querySelector(".left");
    if (this.numberBox.dataset.digits === challenge.digits && time !== null) {
      time.textContent = left;
      return;
    }
    this.numberBox.dataset.digits = challenge.digits;
    this.numberBox.replaceChildren(
      h("h1", {}, voice.say("numberTitle")),
      h("p", { class: "digits" }, spokenNumber(challenge.digits)),
      h("p", {}, voice.say("numberSay")),
      h("p", { class: "left" }, left),
      button("cancel", "plain", () => void this.on.duty.stopAsking()),
    );
  }

  private sayNumber(): void {
    const { challenge } = this.on.duty;
    if (challenge !== undefined) announce(`${voice.say("numberTitle")}。${[...challenge.digits].join(" ")}`);
  }

  private async drawStatus(): Promise<void> {
    const parts = await statusParts(this.on);
    document.body.dataset.lists = this.on.lists.ageS(serverNow()) === undefined ? "none" : "held";
    const text = parts.map((part) => part.outerHTML).join();
    if (this.status.dataset.drawn === text) return;
    this.status.dataset.drawn = text;
    this.status.replaceChildren(...parts);
  }
}
