/** The applications that wait: compared with what may be the same, ticked, decided by the hundred. */
import type { View } from "../desk/shell";
import { h } from "../shared/dom";
import type { Application } from "./answers";
import { consent } from "./consent";
import { actionButton, Loaded, type Nodes, Outcome, Panel } from "./panel";
import type { Officer } from "./officer";
import { applicationCard } from "./queuecard";
import { SheetPanel } from "./sheetpanel";

const STATES = ["applied", "checked", "returned"] as const;
const AT_ONCE = 100;
/** A district or below: a wider area is not reviewed at once. */
const AREA = /^\d{6,12}$/;
const COMMUNITY = 12;

type State = (typeof STATES)[number];
export type Decision = "check" | "return" | "approve" | "refuse";

/** Whether somebody has to decide on what is in this state. */
export function isWaiting(state: string): state is State {
  return STATES.includes(state as State);
}

interface Found {
  readonly waiting: readonly Application[];
  readonly next?: string;
}

interface Decided {
  readonly results: readonly { readonly venue: string; readonly result: string }[];
}

/** The decisions that a level may take on what waits in a state. */
export function decisionsAt(area: string, state: State): readonly Decision[] {
  const mine: Decision[] = area.length < COMMUNITY ? ["approve", "refuse"] : [];
  return [
    ...mine,
    ...(state === "checked" ? [] : ["check" as const]),
    ...(state === "returned" ? [] : ["return" as const]),
  ];
}

/** Lists of at most so many, in order. */
export function hundreds<T>(items: readonly T[], size = AT_ONCE): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, turn) =>
    items.slice(turn * size, (turn + 1) * size),
  );
}

export class QueueView implements View {
  private readonly outcome: Outcome;
  private readonly list = new Panel(() => this.drawList(), "stack");
  private readonly sheet: SheetPanel;
  private readonly ticked = new Set<string>();
  private readonly count = h("p", { class: "hint", role: "status", id: "queue-count" });
  private readonly progress = h("div", { class: "progress", role: "status" });
  private found: Loaded<Found>;
  private state: State = "applied";
  private area: string;
  private stopped = false;
  private left = false;

  constructor(private readonly officer: Officer) {
    this.outcome = new Outcome(officer.voice);
    this.area = officer.area;
    this.state = officer.area.length < COMMUNITY ? "checked" : "applied";
    this.found = new Loaded(
      officer.voice,
      () => this.page(),
      () => void this.list.refresh(),
    );
    this.sheet = new SheetPanel(
      officer,
      () => this.area,
      () => void this.restart(),
    );
    if (this.mayAsk) void this.found.load();
  }

  title(): string {
    return this.officer.voice.say("queueTitle");
  }

  leave(): void {
    [this.stopped, this.left] = [true, true];
  }

  draw(): Nodes {
    const { voice } = this.officer;
    const say = voice.say(this.officer.area.length === COMMUNITY ? "queueSayCommunity" : "queueSay");
    const list = h("section", { class: "card" }, this.choices(), this.list.refresh());
    return [h("p", {}, say), this.outcome.refresh(), this.progress, list, this.sheet.draw()];
  }

  private get mayAsk(): boolean {
    return AREA.test(this.area);
  }

  /** What is looked at: an area, and a state. */
  private get query(): string {
    return `/areas/${this.area}/venue-queue?state=${this.state}`;
  }

  private page(query = this.query, next?: string): Promise<Found> {
    return this.officer.desk.ask("GET", next === undefined ? query : `${query}&next=${encodeURIComponent(next)}`);
  }

  private async restart(): Promise<void> {
    this.ticked.clear();
    if (this.mayAsk) await this.found.restart();
  }

  private choices(): Node {
    const { voice } = this.officer;
    const state = h(
      "select",
      { id: "queue-state" },
      ...STATES.map((one) => h("option", { value: one }, voice.say(`queue:${one}`))),
    );
    state.value = this.state;
    state.addEventListener("change", () => {
      this.state = state.value as State;
      void this.restart();
    });
    const area = h("input", { id: "queue-area", inputmode: "numeric", maxlength: "12", autocomplete: "off" });
    area.value = this.area;
    area.addEventListener("change", () => {
      this.area = area.value.trim();
      this.list.refresh();
      void this.restart();
    });
    const field = (word: "queueState" | "queueArea", input: HTMLElement): Node =>
      h("div", { class: "field" }, h("label", { for: input.id }, voice.say(word)), input);
    return h("div", { class: "fields choices" }, field("queueState", state), field("queueArea", area));
  }

  private drawList(): Nodes {
    const { voice } = this.officer;
    if (!this.mayAsk) return [h("p", { class: "notice" }, voice.say("queueWide"))];
    return this.found.draw(({ waiting, next }) => {
      if (waiting.length === 0) return [h("p", {}, voice.say("queueEmpty"))];
      const cards = waiting.map((one) =>
        applicationCard(this.officer, one, this.ticked, () => this.recount(waiting.length)),
      );
      this.recount(waiting.length);
      return [this.count, this.tools(waiting, next), h("ul", { class: "cards" }, ...cards), this.actions(waiting)];
    });
  }

  private recount(n: number): void {
    this.count.textContent = this.officer.voice.say("queueShown", { n, ticked: this.ticked.size });
  }

  private tools(waiting: readonly Application[], next: string | undefined): Node {
    const { voice } = this.officer;
    const tick = h("button", { type: "button", class: "plain small" }, voice.say("queueTickAll"));
    tick.addEventListener("click", () => {
      for (const one of waiting) if (one.duplicates.length === 0) this.ticked.add(one.venue.venue);
      this.list.refresh();
    });
    const none = h("button", { type: "button", class: "plain small" }, voice.say("queueTickNone"));
    none.addEventListener("click", () => {
      this.ticked.clear();
      this.list.refresh();
    });
    const all =
      next === undefined
        ? []
        : [
            h("span", { class: "hint" }, voice.say("queueMore")),
            actionButton(voice.say("queueAll"), "plain small", this.outcome, () => this.readAll({ waiting, next })),
          ];
    return h("div", { class: "actions" }, tick, none, ...all);
  }

  /** Read to the end: a thousand are twenty pages. What was read until a page failed stays. */
  private async readAll(before: Found): Promise<void> {
    const { query } = this;
    const wanted = (): boolean => !this.left && this.query === query;
    let found = before;
    try {
      while (found.next !== undefined && wanted()) {
        const { waiting, ...after }: Found = await this.page(query, found.next);
        found = { waiting: [...found.waiting, ...waiting], ...after };
        const shown = { n: found.waiting.length, ticked: this.ticked.size };
        this.progress.textContent = this.officer.voice.say("queueShown", shown);
      }
    } finally {
      this.progress.replaceChildren();
      // Another area or state was chosen meanwhile: this is no part of it.
      if (wanted()) await this.found.loadBy(() => Promise.resolve(found));
    }
  }

  private actions(waiting: readonly Application[]): Node {
    const { voice } = this.officer;
    const buttons = decisionsAt(this.officer.area, this.state).map((decision, place) =>
      actionButton(voice.say(`queueDo:${decision}`), place === 0 ? "solid" : "plain", this.outcome, () =>
        this.decide(decision, waiting),
      ),
    );
    return h("div", { class: "actions sticky" }, ...buttons);
  }

  private async decide(decision: Decision, waiting: readonly Application[]): Promise<void> {
    const { voice } = this.officer;
    const chosen = waiting.filter(({ venue }) => this.ticked.has(venue.venue));
    if (chosen.length === 0) return this.outcome.done(() => [h("p", {}, voice.say("queueNone"))]);
    const twins = chosen.filter(({ duplicates }) => duplicates.length > 0).length;
    const reason = await consent(voice, {
      title: voice.say(`queueDo:${decision}`),
      say: [
        voice.say(`queueAsk:${decision}`, { n: chosen.length }),
        ...(twins > 0 ? [voice.say("queueTwinsTicked", { n: twins })] : []),
      ],
      yes: voice.say(`queueDo:${decision}`),
      reason: true,
    });
    if (reason === undefined) return;
    await this.decideAll(
      decision,
      reason,
      chosen.map(({ venue }) => venue.venue),
    );
  }

  /** A hundred at a time; what was decided stays so, whoever stops in between. */
  private async decideAll(decision: Decision, reason: string, venues: readonly string[]): Promise<void> {
    const { voice, desk } = this.officer;
    const path = `/areas/${this.area}/venue-decisions`;
    const done = new Set<string>();
    let [conflicts, sent] = [0, 0];
    this.stopped = false;
    try {
      for (const some of hundreds(venues)) {
        if (this.stopped) break;
        this.showProgress(sent, venues.length);
        const body = { decision, reason, venues: some };
        const { results } = await desk.ask<Decided>("POST", path, { body });
        for (const { venue, result } of results) {
          if (result === "done") done.add(venue);
          else conflicts++;
        }
        sent += some.length;
      }
    } finally {
      this.progress.replaceChildren();
      for (const venue of done) this.ticked.delete(venue);
      const before = this.found.value;
      if (before !== undefined) {
        const waiting = before.waiting.filter(({ venue }) => !done.has(venue.venue));
        await this.found.loadBy(() => Promise.resolve({ ...before, waiting }));
      }
    }
    const left = venues.length - sent;
    this.outcome.done(() => [
      h("p", {}, voice.say(left > 0 ? "queueStopped" : "queueDone", { n: done.size, left })),
      conflicts > 0 ? h("p", {}, voice.say("queueConflicts", { n: conflicts })) : undefined,
    ]);
  }

  private showProgress(n: number, of: number): void {
    const { voice } = this.officer;
    if (of <= AT_ONCE) return;
    const stop = h("button", { type: "button", class: "plain small" }, voice.say("queueStop"));
    stop.addEventListener("click", () => {
      this.stopped = true;
      stop.disabled = true;
    });
    const meter = h("progress", {
      max: String(of),
      value: String(n),
      "aria-label": voice.say("queueWorking", { n, of }),
    });
    this.progress.replaceChildren(h("p", {}, voice.say("queueWorking", { n, of })), meter, stop);
  }
}
