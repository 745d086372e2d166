/** One list on the way: a card for each place, the next one open, and what came of each call and visit. */
import { faultText } from "../desk/faults";
import { type Mark, marked } from "../desk/marks";
import type { View } from "../desk/shell";
import { chinaInstant, instantOf } from "../shared/china";
import { h } from "../shared/dom";
import { type Chase, type How, type Item, type Outcome, OUTCOMES, type Patrol } from "./answers";
import type { Book } from "./book";
import { waitingChase } from "./notes";
import { actButton, Part, Waiting, type Worker } from "./worker";

const MARKS: Readonly<Record<Outcome, Mark>> = {
  done: "good",
  "code-put-up": "good",
  "nobody-there": "wait",
  refused: "bad",
  "closed-down": "none",
  "damaged-code": "bad",
};
const LONGEST_NOTE = "128";
const HOW_KEPT = "epipass.patrol.how";

/** What is being noted of a place; another place begins anew. */
interface Draft {
  how: How;
  outcome: Outcome | undefined;
  note: string;
}

function lastHow(): How {
  try {
    return sessionStorage.getItem(HOW_KEPT) === "call" ? "call" : "visit";
  } catch {
    return "visit";
  }
}

export class WalkView implements View {
  private readonly waiting: Waiting;
  private readonly part = new Part(() => this.content());
  private readonly said = h("p", { class: "unseen", role: "status" });
  private readonly drafts = new Map<string, Draft>();
  private book: Book | undefined;
  private patrol: Patrol | undefined;
  private error: unknown;
  private open: string | undefined;
  private stop: (() => void) | undefined;
  private left = false;

  constructor(
    private readonly worker: Worker,
    private readonly id: string,
  ) {
    this.waiting = new Waiting(worker);
    void this.load();
  }

  title(): string {
    return this.patrol?.label ?? this.worker.voice.say("walk");
  }

  leave(): void {
    this.left = true;
    this.waiting.leave();
    this.stop?.();
  }

  draw(): readonly Node[] {
    const back = h("p", {}, h("a", { href: "#" }, this.worker.voice.say("backToWalks")));
    return [back, this.waiting.part.refresh(), this.part.refresh(), this.said];
  }

  private async load(): Promise<void> {
    this.error = undefined;
    try {
      const book = (this.book = await this.worker.opening);
      if (this.left) return;
      this.stop ??= book.listen(() => void this.changed());
      await book.patrol(this.id, (patrol) => this.show(patrol));
    } catch (error) {
      faultText(this.worker.voice, error);
      this.error = error;
      this.part.refresh();
    }
  }

  /** What was noted here was kept or sent; nothing is drawn under somebody's finger. */
  private async changed(): Promise<void> {
    const kept = await this.book?.keptPatrol(this.id);
    if (kept !== undefined) this.patrol = kept;
    const active = document.activeElement;
    if (!this.left && !(active instanceof HTMLTextAreaElement)) this.refresh();
  }

  private show(patrol: Patrol): void {
    const first = this.patrol === undefined;
    this.patrol = patrol;
    if (first) this.open = this.next()?.item;
    const heading = document.querySelector("main h1");
    if (heading !== null && this.part.node.isConnected) heading.textContent = patrol.label;
    this.refresh();
  }

  /** Draw again, with the focus on the same control. */
  private refresh(): void {
    const { activeElement } = document;
    const id = this.part.node.contains(activeElement) ? (activeElement?.id ?? "") : "";
    this.part.refresh();
    if (id !== "") document.getElementById(id)?.focus();
  }

  private chaseOf({ item, chase }: Item): { readonly chase: Chase | undefined; readonly waits: boolean } {
    const waiting = waitingChase(this.book?.kept ?? [], this.id, item);
    return waiting === undefined ? { chase: chase ?? undefined, waits: false } : { chase: waiting, waits: true };
  }

  /** The first place, in the order of the walk, that nobody called or visited. */
  private next(): Item | undefined {
    return this.patrol?.items.find((one) => this.chaseOf(one).chase === undefined);
  }

  private content(): readonly (Node | undefined)[] {
    const { voice } = this.worker;
    const { patrol, error } = this;
    const again = h("button", { type: "button", class: "plain small" }, voice.say("tryAgain"));
    again.addEventListener("click", () => void this.load());
    const fault =
      error === undefined
        ? []
        : [h("p", { class: "fault", role: "alert" }, faultText(voice, error)), h("p", { class: "actions" }, again)];
    if (patrol === undefined)
      return error === undefined ? [h("p", { class: "hint", role: "status" }, voice.say("loading"))] : fault;
    const done = patrol.items.filter((one) => this.chaseOf(one).chase !== undefined).length;
    const count = { n: done, of: patrol.items.length };
    const meter = h("progress", { max: String(count.of), value: String(done), "aria-label": voice.say("progress") });
    const cards = [...patrol.items].map((one, place) => this.card(patrol, one, place + 1));
    return [
      ...fault,
      h("p", { class: "hint" }, voice.say(`kind:${patrol.kind}`)),
      h("p", {}, voice.say(count.n === count.of ? "walkedAll" : "walked", count)),
      meter,
      h("ol", { class: "places" }, ...cards),
    ];
  }

  private card(patrol: Patrol, one: Item, place: number): Node {
    const { voice } = this.worker;
    const { chase, waits } = this.chaseOf(one);
    const isOpen = this.open === one.item;
    const head = h(
      "button",
      { type: "button", class: "place-head", id: `place-${place}`, "aria-expanded": String(isOpen) },
      h("b", {}, `${place}. ${one.name}`),
      h("span", { class: "hint" }, one.address || voice.say("noAddress")),
      chase && h("span", { class: "came" }, marked(waits ? "busy" : MARKS[chase.outcome], this.came(chase, waits))),
    );
    head.addEventListener("click", () => {
      this.open = isOpen ? undefined : one.item;
      this.part.refresh();
      document.getElementById(`place-${place}`)?.focus();
    });
    const body = isOpen ? this.form(patrol, one, chase) : undefined;
    return h("li", { class: "place", "data-item": one.item }, head, body);
  }

  private came({ how, outcome, at }: Chase, waits: boolean): string {
    const { voice } = this.worker;
    const time = chinaInstant(voice.language, instantOf(at));
    const text = `${voice.say(`outcome:${outcome}`)} · ${voice.say(`how:${how}`)} · ${time}`;
    return waits ? `${text} · ${voice.say("toBeSent")}` : text;
  }

  private form(patrol: Patrol, one: Item, chase: Chase | undefined): Node {
    const { voice } = this.worker;
    const draft = this.drafts.get(one.item) ?? { how: lastHow(), outcome: undefined, note: "" };
    this.drafts.set(one.item, draft);
    const fault = h("p", { class: "fault", role: "alert" });
    const note = h("textarea", { id: "note", rows: "2", maxlength: LONGEST_NOTE, "aria-describedby": "note-hint" });
    note.value = draft.note;
    note.addEventListener("input", () => (draft.note = note.value));
    const save = actButton(voice, voice.say("saveChase"), "solid wide", fault, () => this.save(one, draft, fault));
    return h(
      "div",
      { class: "place-body stack" },
      chase?.note ? h("p", { class: "hint" }, voice.say("lastNote", { note: chase.note })) : undefined,
      this.choice("how", ["visit", "call"] as const, (how) => voice.say(`how:${how}`), draft),
      this.choice("outcome", OUTCOMES, (outcome) => voice.say(`outcome:${outcome}`), draft),
      h("label", { for: "note" }, voice.say("note")),
      h("p", { class: "hint", id: "note-hint" }, voice.say("noteHint")),
      note,
      fault,
      save,
      this.more(patrol, one),
    );
  }

  /** Large buttons of which one is pressed, as radio buttons, so that a keyboard finds them. */
  private choice<N extends "how" | "outcome", T extends string & Draft[N]>(
    name: N,
    choices: readonly T[],
    text: (one: T) => string,
    draft: Draft,
  ): Node {
    const options = choices.map((one) => {
      const input = h("input", { type: "radio", name, value: one, id: `${name}-${one}` });
      input.checked = draft[name] === one;
      input.addEventListener("change", () => (draft[name] = one));
      return h("label", { class: "option", for: input.id }, input, h("span", {}, text(one)));
    });
    const legend = h("legend", {}, this.worker.voice.say(name === "how" ? "howTitle" : "outcomeTitle"));
    return h("fieldset", { class: "options" }, legend, ...options);
  }

  private more({ kind, patrol }: Patrol, { item }: Item): Node {
    const { voice } = this.worker;
    const to = kind === "without-code" ? `apply/${patrol}/${item}` : "poster";
    return h(
      "a",
      { class: "plain wide", href: `#${to}` },
      voice.say(kind === "without-code" ? "applyForIt" : "itsPoster"),
    );
  }

  private async save(one: Item, draft: Draft, fault: HTMLElement): Promise<void> {
    const { voice } = this.worker;
    const { how, outcome, note } = draft;
    if (outcome === undefined || this.book === undefined) {
      fault.textContent = voice.say("chooseOutcome");
      document.getElementById(`outcome-${OUTCOMES[0]}`)?.focus();
      return;
    }
    await this.book.chase({ patrol: this.id, item: one.item, name: one.name }, { how, outcome, note: note.trim() });
    try {
      sessionStorage.setItem(HOW_KEPT, how);
    } catch {
      // Storage is denied: the next place begins with a visit.
    }
    this.drafts.delete(one.item);
    this.said.textContent = voice.say("chaseKept", { name: one.name });
    const next = this.next();
    this.open = next?.item;
    this.part.refresh();
    const place = next === undefined ? -1 : (this.patrol?.items.indexOf(next) ?? -1);
    const head = document.getElementById(`place-${place + 1}`) ?? document.querySelector<HTMLElement>("main h1");
    head?.focus();
    head?.scrollIntoView({ block: "start" });
  }
}
