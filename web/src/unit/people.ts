/** The people of a unit's list: who may come in and how long, who needs a test today, who has no phone. */
import { Offline, Problem } from "../shared/api";
import { chinaInstant, lasting } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import { asText, copyButton } from "../desk/copying";
import { faultText } from "../desk/faults";
import { marked } from "../desk/marks";
import type { Console, View } from "../desk/shell";
import { type Cell, table } from "../desk/table";
import { Printing } from "./printing";
import { endOf, type Filter, FILTER_WORDS, FILTERS, fits, needsTestToday, type Person, standingOf } from "./standing";
import type { Voice } from "./words";

interface Page {
  readonly people: readonly Person[];
  readonly next?: string;
}

const TICK_MS = 30_000;
/** More rows than this are drawn only when they are asked for: a browser has to lay each of them out. */
const SHOWN = 200;

export class PeopleView implements View {
  private people: Person[] = [];
  private next: string | undefined;
  private loading = true;
  private left = false;
  private fault: Problem | Offline | undefined;
  private filter: Filter = "all";
  private query = "";
  private whole = false;
  private readonly printing: Printing;
  private readonly timer: ReturnType<typeof setInterval>;
  private clocks: { readonly node: Node; readonly end: number }[] = [];
  private readonly status = h("div", { role: "status" });
  private readonly chips = h("div", { class: "chips", role: "group" });
  private readonly count = h("p", { "aria-live": "polite" });
  private readonly about = h("p", { class: "hint" });
  private readonly list = h("div", { class: "stack" });

  constructor(
    private readonly open: Console,
    private readonly voice: Voice,
  ) {
    this.printing = new Printing(open, voice, {
      people: () => this.people,
      changed: (printed) => this.printed(printed),
    });
    this.timer = setInterval(() => this.tick(), TICK_MS);
    void this.load();
  }

  leave(): void {
    this.left = true;
    clearInterval(this.timer);
  }

  title(): string {
    return this.voice.say("peopleTitle");
  }

  draw(): readonly Node[] {
    const { voice } = this;
    this.chips.setAttribute("aria-label", voice.say("filterTitle"));
    this.drawStatus();
    this.drawList();
    const field = h("input", { type: "search", id: "search", autocomplete: "off", spellcheck: "false" });
    field.value = this.query;
    field.addEventListener("input", () => {
      this.query = field.value.trim();
      this.drawList();
    });
    const search = h("div", {}, h("label", { for: "search" }, voice.say("search")), field);
    const copy = copyButton(voice, () => this.text());
    const found = h("section", { class: "card" }, this.chips, search, this.about, this.count, this.list, copy);
    return [this.status, this.printing.node(), found];
  }

  private async load(): Promise<void> {
    const { desk } = this.open;
    const path = `/units/${encodeURIComponent(desk.who.scope)}/people`;
    this.fault = undefined;
    this.loading = true;
    try {
      do {
        const after = this.next === undefined ? "" : `?next=${encodeURIComponent(this.next)}`;
        const page = await desk.ask<Page>("GET", path + after);
        if (this.left) return;
        this.people.push(...page.people);
        this.next = page.next;
        this.refresh();
      } while (this.next !== undefined);
    } catch (error) {
      if (!(error instanceof Problem || error instanceof Offline)) throw error;
      this.fault = error;
    }
    this.loading = false;
    this.refresh();
  }

  private refresh(): void {
    this.drawStatus();
    this.drawList();
    this.printing.node();
  }

  private drawStatus(): void {
    const { voice, people, fault } = this;
    if (fault !== undefined) {
      const again = h("button", { type: "button", class: "plain" }, voice.say("tryAgain"));
      again.addEventListener("click", () => void this.load());
      const said = h("p", { class: "fault" }, faultText(voice, fault));
      this.status.replaceChildren(h("div", { class: "card" }, said, h("div", { class: "actions" }, again)));
    } else if (this.loading) {
      const bar = h("progress", { "aria-label": voice.say("progress") });
      this.status.replaceChildren(bar, h("p", {}, voice.say("peopleSoFar", { count: people.length })));
    } else if (people.length === 0) {
      this.status.replaceChildren(h("p", { class: "card" }, voice.say("peopleNone")));
    } else {
      this.status.replaceChildren(h("p", {}, voice.say("peopleSay")));
    }
  }

  private drawChips(now: number): void {
    const focused = document.activeElement?.id;
    const chips = FILTERS.map((filter) => {
      const count = this.people.filter((person) => fits(filter, person, now)).length;
      const pressed = String(this.filter === filter);
      const chip = h("button", { type: "button", class: "chip", id: `filter-${filter}`, "aria-pressed": pressed });
      chip.append(this.voice.say(FILTER_WORDS[filter]), " ", h("b", {}, String(count)));
      chip.addEventListener("click", () => {
        this.filter = filter;
        this.drawList();
      });
      return chip;
    });
    this.chips.replaceChildren(...chips);
    if (focused?.startsWith("filter-")) document.getElementById(focused)?.focus();
  }

  private found(now: number): Person[] {
    const wanted = this.query.toLowerCase();
    const fitting = this.people.filter(
      (person) => fits(this.filter, person, now) && person.name.toLowerCase().includes(wanted),
    );
    // First whoever must act today, then whose pass ends first.
    const rank = (person: Person): number => (needsTestToday(person, now) ? 0 : 1);
    return fitting.sort((a, b) => rank(a) - rank(b) || (endOf(a) ?? 0) - (endOf(b) ?? 0));
  }

  private drawList(): void {
    const { voice } = this;
    const now = serverNow();
    this.drawChips(now);
    this.clocks = [];
    const found = this.found(now);
    const shown = this.whole ? found : found.slice(0, SHOWN);
    const heads = ["headChoose", "headName", "headState", "headLeft", "headUntil", "headShows"] as const;
    const columns = heads.map((head) => ({ head: voice.say(head) }));
    const rows = shown.map((person) => this.row(person, now));
    const nodes: Node[] = [];
    this.count.textContent = voice.say("peopleShown", { count: found.length });
    this.about.textContent = this.filter === "today" ? voice.say("todaySay") : "";
    if (rows.length > 0) nodes.push(table(voice.say("peopleTitle"), columns, rows));
    if (found.length > shown.length) {
      const more = h("button", { type: "button", class: "plain" }, voice.say("showAll", { count: found.length }));
      more.addEventListener("click", () => {
        this.whole = true;
        this.drawList();
      });
      nodes.push(more);
    }
    this.list.replaceChildren(...nodes);
  }

  private row(person: Person, now: number): readonly Cell[] {
    const { voice } = this;
    const { mark, word, todo } = standingOf(person, now);
    const end = endOf(person);
    const state = h("div", {}, marked(mark, voice.say(word)), h("span", { class: "hint todo" }, voice.say(todo)));
    const left = end === undefined ? "" : h("span", {}, this.timeLeft(end, now));
    if (end !== undefined && left !== "") this.clocks.push({ node: left, end });
    return [
      this.printing.box(person) ?? "",
      person.name,
      state,
      left,
      end === undefined ? "" : chinaInstant(voice.language, end),
      voice.say(person.has_device ? "onPhone" : "noPhone"),
    ];
  }

  private timeLeft(end: number, now: number): string {
    return end > now ? lasting(this.voice, end - now) : this.voice.say("over");
  }

  private tick(): void {
    const now = serverNow();
    for (const { node, end } of this.clocks) node.textContent = this.timeLeft(end, now);
  }

  private printed(printed: ReadonlySet<string>): void {
    this.people = this.people.map((person) => (printed.has(person.ref) ? { ...person, state: "issued" } : person));
    this.drawList();
  }

  private text(): string {
    const { voice } = this;
    const now = serverNow();
    const rows = this.found(now).map((person) => {
      const end = endOf(person);
      const until = end === undefined ? "" : chinaInstant(voice.language, end);
      return [person.name, voice.say(standingOf(person, now).word), until];
    });
    const head = `${voice.say("peopleTitle")} · ${voice.say(FILTER_WORDS[this.filter])} · ${rows.length}`;
    return asText([[head], [chinaInstant(voice.language, now)], ...rows]);
  }
}
