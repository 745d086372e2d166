/** A poster's life: scan it on the door or type its short code, and say what is seen. */
import { readCode } from "../checkin/code";
import type { View } from "../desk/shell";
import { h } from "../shared/dom";
import { Offline, Problem } from "../shared/api";
import { keepFiles } from "../shared/offline";
import { type Step, STEPS, type Venue } from "./answers";
import type { ScanFault } from "./scan";
import { actButton, Part, Waiting, type Worker } from "./worker";

/** A code that was scanned or typed, and whose it is where that is known. */
interface Seen {
  readonly venue: string;
  readonly short: string;
  readonly name?: string | undefined;
}

const SHORT_AT = 1;
const SHORT_LENGTH = 10;

/** The code of a poster's address; undefined for anything else. */
export function codeOfPoster(text: string, me: string): Seen | undefined {
  if (!text.startsWith(`${me}/c/`)) return undefined;
  const read = readCode(text.slice(me.length).split(/[?#]/)[0] ?? "");
  if (read === undefined) return undefined;
  const from = read.venue.length + SHORT_AT;
  return { venue: read.venue, short: read.code.slice(from, from + SHORT_LENGTH) };
}

/** A short code as it is kept: what people read for something else is put right (functions/venues/codes.py). */
export function shortOf(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
}

export class PosterView implements View {
  private readonly waiting: Waiting;
  private readonly part = new Part(() => this.content());
  private readonly fault = h("p", { class: "fault", role: "alert" });
  private readonly video = h("video", { class: "sight", playsinline: "", muted: "", hidden: "" });
  private readonly done = h("p", { class: "done", role: "status", tabindex: "-1" });
  private typed = "";
  private seen: Seen | undefined;
  private stop: (() => void) | undefined;
  private left = false;

  constructor(private readonly worker: Worker) {
    this.waiting = new Waiting(worker);
    // Whoever looks at posters shall read them in a basement too; without a network now, it waits for another time.
    void import("./scan").then(
      ({ FILES }) => keepFiles(FILES),
      () => undefined,
    );
  }

  title(): string {
    return this.worker.voice.say("posterTitle");
  }

  leave(): void {
    this.left = true;
    this.close();
    this.waiting.leave();
  }

  draw(): readonly Node[] {
    const say = h("p", {}, this.worker.voice.say("posterSay"));
    return [say, this.waiting.part.refresh(), this.done, this.video, this.fault, this.part.refresh()];
  }

  private close(): void {
    this.stop?.();
    this.stop = undefined;
    this.video.hidden = true;
  }

  private content(): readonly (Node | undefined)[] {
    return this.seen === undefined ? this.finding() : this.choosing(this.seen);
  }

  private finding(): readonly Node[] {
    const { voice } = this.worker;
    const scan = actButton(voice, voice.say("scanPoster"), "solid wide big", this.fault, () => this.scan());
    const input = h("input", {
      id: "short",
      autocomplete: "off",
      autocapitalize: "characters",
      spellcheck: "false",
      maxlength: "20",
      "aria-describedby": "short-hint",
    });
    input.value = this.typed;
    input.addEventListener("input", () => (this.typed = input.value));
    const find = h("button", { type: "submit", class: "plain wide" }, voice.say("findCode"));
    const form = h(
      "form",
      { class: "card stack", novalidate: "" },
      h("label", { for: "short" }, voice.say("shortCode")),
      h("p", { class: "hint", id: "short-hint" }, voice.say("shortHint")),
      input,
      find,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.find();
    });
    return [scan, form];
  }

  private async scan(): Promise<void> {
    this.done.textContent = "";
    this.video.hidden = false;
    const { look } = await import("./scan");
    const stop = await look(
      this.video,
      (text) => this.found(text),
      (why) => this.cannot(why),
    );
    if (this.left || this.seen !== undefined) stop();
    else this.stop = stop;
  }

  private cannot(why: ScanFault): void {
    this.video.hidden = true;
    this.fault.textContent = this.worker.voice.say(`camera:${why}`);
  }

  private found(text: string): boolean {
    const { voice, config } = this.worker;
    const seen = codeOfPoster(text.trim(), config.pages.me);
    if (seen === undefined) {
      this.fault.textContent = voice.say("noVenueCode");
      return false;
    }
    this.video.hidden = true;
    this.show(seen);
    void this.name(seen);
    return true;
  }

  /** The name is an ornament: without a network the code alone is enough. */
  private async name(seen: Seen): Promise<void> {
    try {
      const { name } = await this.worker.desk.ask<Venue>("GET", `/venues/${seen.venue}`);
      if (this.seen === seen) this.show({ ...seen, name });
    } catch (error) {
      if (!(error instanceof Offline || error instanceof Problem)) throw error;
    }
  }

  private async find(): Promise<void> {
    const { voice, desk } = this.worker;
    const short = shortOf(this.typed);
    this.fault.textContent = "";
    try {
      const { venue, name } = await desk.ask<Venue>("GET", `/venue-codes/${encodeURIComponent(short)}`);
      this.show({ venue, short, name });
    } catch (error) {
      if (error instanceof Problem && error.status === 404) {
        const replaced = error.code === "code-replaced";
        this.fault.textContent = voice.say(replaced ? "codeReplaced" : "codeUnknown");
      } else if (error instanceof Offline) this.fault.textContent = voice.say("codeNeedsNetwork");
      else if (error instanceof Problem) this.fault.textContent = voice.say("faultOurs");
      else throw error;
      document.getElementById("short")?.focus();
    }
  }

  private show(seen: Seen): void {
    this.close();
    this.seen = seen;
    this.fault.textContent = "";
    this.part.refresh();
    document.getElementById("poster-head")?.focus();
  }

  private choosing(seen: Seen): readonly Node[] {
    const { voice } = this.worker;
    const { short, name } = seen;
    const spelled = `${short.slice(0, 4)}-${short.slice(4, 8)}-${short.slice(8)}`;
    const steps = STEPS.map((step, place) =>
      actButton(voice, voice.say(`step:${step}`), place === 0 ? "solid" : "plain", this.fault, () =>
        this.note(seen, step),
      ),
    );
    const other = h("button", { type: "button", class: "plain wide" }, voice.say("otherPoster"));
    other.addEventListener("click", () => this.begin());
    return [
      h(
        "section",
        { class: "card stack" },
        h("h2", { id: "poster-head", tabindex: "-1" }, name ?? voice.say("aPoster")),
        h("p", { class: "short" }, spelled),
        h("p", {}, voice.say("whatIsSeen")),
        h("div", { class: "steps" }, ...steps),
      ),
      other,
    ];
  }

  private begin(): void {
    this.seen = undefined;
    this.typed = "";
    this.part.refresh();
  }

  private async note(seen: Seen, step: Step): Promise<void> {
    const { voice } = this.worker;
    const book = await this.worker.opening;
    await book.poster(seen, step);
    this.begin();
    this.done.textContent = voice.say("posterKept", {
      state: voice.say(`step:${step}`),
      name: seen.name ?? seen.short,
    });
    this.done.focus();
  }
}
