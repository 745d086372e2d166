/**
 * What the page is in a browser that holds a shift: it says *admit*, beside the guard's own secret, and records.
 *
 * Judged by what the shift keeps, so a verdict needs no network; what is recorded waits here until it is sent.
 */
import { chinaClock } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h, refill } from "../shared/dom";
import { KeptLists } from "../shift/lists";
import { marksOf } from "../shift/marks";
import { add, count, keepFlushing, note, onChange, tally } from "../shift/records";
import { ownSecret, picture, pictureName, type Secret } from "../shift/secret";
import { forgetOld, look, proofInstant } from "../shift/seen";
import { type Direction, openShiftBook, type Shift, type ShiftBook } from "../shift/shift";
import type { Word } from "./catalogue";
import type { Answer } from "./check";
import { byRules } from "./doorrules";
import css from "./later-duty.css?url";
import type { Config } from "./load";
import { type Facing, markOf, type State } from "./view";
import { wear } from "./wear";
import en from "./words/duty.en.json";
import zh from "./words/duty.zh.json";

/** A list younger than this is good enough to answer by; an older one is asked for once more, for a moment. */
const FRESH_S = 60;
const MOMENT_MS = 1500;
/** Refusals of a genuine pass, which leave a row; a copy shown again is the row that stands. */
const RECORDED: readonly string[] = ["expired", "withdrawn", "not-yet-valid", "not-live"];

type Noted = Direction | "refusal";

function later(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/** A shift as the page shows it. */
export class Duty {
  private answered: Answer | undefined;
  private noted: Noted | undefined;
  private failed = false;
  private waiting = 0;
  private lost = 0;
  private overruled = 0;
  private marks = "";
  /** Whose rule turned somebody away, when it is a venue's that the gate's own lies in. */
  private place = "";
  private readonly flushing: ReturnType<typeof keepFlushing>;

  constructor(
    private readonly book: ShiftBook,
    private readonly shift: Shift,
    private readonly lists: KeptLists,
    private readonly secret: Secret | undefined,
    private readonly facing: Facing,
    private readonly redraw: () => void,
  ) {
    this.flushing = keepFlushing(shift, book.session(shift), ({ stopped }) => {
      if (stopped === "over") void this.endIfOver();
    });
    onChange(() => void this.count());
    lists.keepFresh();
    setInterval(() => void this.mark(), 1000);
  }

  now(): number {
    return serverNow();
  }

  /** Ended or revoked meanwhile, says the service: asked once more, for the page must not go on to say admit. */
  private async endIfOver(): Promise<void> {
    await this.book.refresh(this.shift).catch(() => undefined);
    if ((await this.book.current()) === undefined) location.reload();
  }

  /** Judge what was scanned; undefined when the shift is over, then the page is as for everybody. */
  async answer(text: string): Promise<Answer | undefined> {
    const shift = await this.book.current();
    if (shift === undefined) {
      location.reload();
      return undefined;
    }
    // By the rules as this shift was last told them, perhaps by its other page.
    const { answer, place } = byRules(shift, await this.sighted(text, await this.judged(text)));
    this.place = place;
    this.answered = answer;
    this.noted = undefined;
    this.failed = false;
    if (answer.verdict === "refused") await this.noteRefusal(text, answer);
    if (answer.verdict === "unsure") await note(this.shift, "unsure");
    return answer;
  }

  /** What stands above and below the verdict. */
  nodes(state: State, text: string): readonly [above: Node[], below: Node[]] {
    if (state.kind !== "answer" || state.stale) return [[this.post(false)], [this.home()]];
    const mark = markOf(state);
    const record = mark === "genuine" ? this.acts(text, "acts") : undefined;
    const anyway = mark === "unsure" && state.answer.pass !== undefined ? this.anyway(text) : undefined;
    const below = [this.rule(mark), record ?? anyway ?? this.said(), this.counted(), this.home()];
    return [[this.post(mark === "genuine")], below.filter((node) => node !== undefined)];
  }

  async count(): Promise<void> {
    this.waiting = await count();
    ({ lost: this.lost, overruled: this.overruled } = await tally(this.shift));
    const line = document.getElementById("sent");
    if (line !== null) refill(line, this.counts());
  }

  async mark(): Promise<void> {
    const { receipts } = this.shift;
    const made = receipts && (await marksOf(receipts, this.now()));
    this.marks = made?.text ?? "";
    const shown = document.getElementById("marks");
    if (shown !== null && shown.textContent !== this.marks) shown.textContent = this.marks;
  }

  private say(word: Word, values: Readonly<Record<string, string | number>> = {}): string {
    return this.facing.say(word, values);
  }

  private async judged(text: string): Promise<Answer> {
    const answer = await this.lists.check(text, this.now());
    const { pass, statusAgeS = Number.POSITIVE_INFINITY } = answer;
    if (answer.code === "no-keys" || answer.foreign) await Promise.race([this.lists.refresh(), later(2 * MOMENT_MS)]);
    else if (pass && (answer.code === "status-unknown" || (answer.code === "ok" && statusAgeS > FRESH_S))) {
      await Promise.race([this.lists.fetchList(pass.statusList), later(MOMENT_MS)]);
    } else return answer;
    return this.lists.check(text, answer.at);
  }

  private async sighted(text: string, answer: Answer): Promise<Answer> {
    const iat = answer.verdict === "genuine" ? proofInstant(text) : undefined;
    if (answer.pass === undefined || iat === undefined) return answer;
    if ((await look(answer.pass, iat, answer.at)) !== "replayed") return answer;
    return { ...answer, verdict: "refused", code: "not-live", why: "why-replayed", todo: "say-replayed" };
  }

  private async noteRefusal(text: string, answer: Answer): Promise<void> {
    await note(this.shift, "refused");
    if (answer.pass === undefined || answer.why === "why-replayed" || !RECORDED.includes(answer.code)) return;
    const { direction } = this.shift;
    await this.keep(text, direction, answer, "refusal");
  }

  private async keep(text: string, direction: Direction, answer: Answer, noted: Noted): Promise<void> {
    const checked = answer.verdict === "identity" ? { identity_checked: true } : {};
    try {
      await add(this.shift, { presentation: text, direction, at: answer.at, ...checked });
    } catch {
      // The disk is full, or storage was taken away: then nothing may say that it is recorded.
      this.failed = true;
      return;
    }
    this.failed = false;
    this.noted = noted;
    this.flushing.now();
  }

  private async act(text: string, direction: Direction): Promise<void> {
    const { answered } = this;
    if (answered === undefined || this.noted !== undefined) return;
    await this.keep(text, direction, answered, direction);
    if (this.noted !== undefined) await note(this.shift, direction);
    this.redraw();
    document.getElementById("noted")?.focus();
  }

  /** Whose post this is, and how the guard knows that this page is no forgery. */
  private post(admits: boolean): Node {
    const { secret, shift } = this;
    const { language } = this.facing;
    const place = h("p", { class: "post-gate" }, h("b", {}, shift.gateName), ` · ${shift.venueName}`);
    const own =
      secret === undefined
        ? h("p", { class: "no-secret" }, this.say("noSecret"))
        : h(
            "p",
            {
              class: "secret",
              role: "img",
              "aria-label": `${this.say("secret")}: ${pictureName(secret, language)}, ${secret.word}`,
            },
            picture(secret.kind, secret.colour),
            h("b", {}, secret.word),
          );
    const receipt = h(
      "p",
      { class: "receipt" },
      h("span", {}, this.say(this.shift.receipts === undefined ? "noReceipt" : "receipt")),
      h("b", { id: "marks", lang: "zh-CN" }, this.marks),
    );
    return h(
      "section",
      { class: admits ? "post admits" : "post", "aria-label": this.say("dutyAt") },
      own,
      place,
      receipt,
    );
  }

  private rule(mark: string): Node | undefined {
    if (this.place !== "") return h("p", { class: "provenance" }, this.say("ruleOf", { place: this.place }));
    return mark === "genuine" ? h("p", { class: "provenance" }, this.say("ruleUnchecked")) : undefined;
  }

  private acts(text: string, kind: string): Node {
    if (this.noted !== undefined) return this.said() as Node;
    const first = this.shift.direction;
    const button = (direction: Direction): Node => {
      const made = h(
        "button",
        { type: "button", id: `go-${direction}`, class: direction === first ? "go first" : "go" },
        h("b", {}, this.say(direction)),
        h("span", {}, this.say(direction === "in" ? "goesIn" : "goesOut")),
      );
      made.addEventListener("click", () => void this.act(text, direction));
      return made;
    };
    const problem = this.failed ? h("p", { class: "failed", role: "alert" }, this.say("notKept")) : undefined;
    return h("section", { class: kind }, problem, button(first), button(first === "in" ? "out" : "in"));
  }

  private anyway(text: string): Node {
    if (this.noted !== undefined) return this.said() as Node;
    return h("details", { class: "anyway" }, h("summary", {}, this.say("byRule")), this.acts(text, "acts-within"));
  }

  private said(): Node | undefined {
    const { answered, noted } = this;
    if (answered === undefined || (noted === undefined && !this.failed)) return undefined;
    if (noted === undefined) return h("p", { class: "failed", role: "alert" }, this.say("notKept"));
    const time = this.say("notedAt", { t: chinaClock(answered.at) });
    const word = noted === "refusal" ? this.say("refusalNoted") : this.say(noted === "in" ? "noted-in" : "noted-out");
    return h(
      "section",
      { class: "noted", id: "noted", tabindex: "-1", role: "status" },
      h("b", {}, word),
      h("p", {}, time),
    );
  }

  private counts(): Node[] {
    const { waiting, lost, overruled } = this;
    const lines = [waiting > 0 ? this.say("waiting", { n: waiting }) : this.say("allSent")];
    if (lost > 0) lines.push(this.say("lost", { n: lost }));
    if (overruled > 0) lines.push(this.say("overruled", { n: overruled }));
    if (!this.book.lasting) lines.push(this.say("notLasting"));
    return lines.map((line) => h("p", {}, line));
  }

  private counted(): Node {
    return h("section", { class: "provenance", id: "sent", role: "status" }, ...this.counts());
  }

  private home(): Node {
    return h("p", { class: "provenance" }, h("a", { class: "home", href: "/" }, this.say("dutyHome")));
  }
}

/** The shift that this browser holds, ready to judge; undefined when it is over. Rejects when its style does not come. */
export async function openDuty(config: Config, facing: Facing, redraw: () => void): Promise<Duty | undefined> {
  const book = await openShiftBook();
  const shift = await book.current();
  if (shift === undefined) return undefined;
  const [lists, secret] = await Promise.all([KeptLists.open(config, shift.maxListAgeS), ownSecret(), wear(css)]);
  facing.teach({ zh, en });
  const duty = new Duty(book, shift, lists, secret, facing, redraw);
  await Promise.all([duty.count(), duty.mark(), forgetOld(serverNow())]);
  return duty;
}
