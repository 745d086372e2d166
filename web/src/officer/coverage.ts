/** Who has no code 应设尽设: the counts, the lists behind them, and a walk made of what is ticked. */
import type { View } from "../desk/shell";
import { copyButton } from "../desk/copying";
import { type Column, table } from "../desk/table";
import { h } from "../shared/dom";
import { businessRow, type Business, listText, type Listed, type Unscanned, venueRow } from "./coveragerows";
import { grouped } from "./dayparts";
import type { Officer } from "./officer";
import { actionButton, link, Loaded, type Nodes, Outcome, Panel } from "./panel";
import { makePatrols, patrolledBy } from "./patrolling";
import { RegisterPanel } from "./register";
import type { OfficerWord } from "./words";

const AREA = /^(\d{6}|\d{9}|\d{12})$/;
const BUSINESSES = ["without-code", "with-code", "no-code-needed"] as const;
const VENUES = ["never-scanned", "stopped"] as const;
const LISTS = ["without-code", "to-confirm", "with-code", "no-code-needed", ...VENUES] as const;
const MOST_TICKED = 1_000;
/** Pages to read for one press: one may be empty and have another after it. */
const PAGES_AT_ONCE = 5;

type Counted = (typeof BUSINESSES)[number] | (typeof VENUES)[number];
/** What can be listed: also the businesses whose match by name or address nobody has looked at yet. */
export type Kind = Counted | "to-confirm";
type By = "subdistrict" | "community" | "grid";

interface Counts {
  readonly businesses: number;
  readonly with_code: number;
  readonly without_code: number;
  readonly no_code_needed: number;
  readonly venues: number;
  readonly never_scanned: number;
  readonly stopped: number;
}

interface Summary {
  readonly complete: boolean;
  readonly total: Counts;
  readonly below: readonly { readonly area: string; readonly grid: string; readonly counts: Counts }[];
}

interface Page {
  readonly businesses?: readonly Business[];
  readonly venues?: readonly Unscanned[];
  readonly next?: string;
}

/** What of the counts a list shows. */
const COUNTED: Readonly<Record<Counted, keyof Counts>> = {
  "without-code": "without_code",
  "with-code": "with_code",
  "no-code-needed": "no_code_needed",
  "never-scanned": "never_scanned",
  stopped: "stopped",
};

export class CoverageView implements View {
  private readonly outcome: Outcome;
  private readonly listOutcome: Outcome;
  private readonly register: RegisterPanel;
  private readonly counts: Loaded<Summary>;
  private readonly list: Loaded<Listed>;
  private readonly countsPanel = new Panel(() => this.drawCounts());
  private readonly listPanel = new Panel(() => this.drawList(), "stack");
  private readonly ticked = new Map<string, string>();
  private readonly ticks = h("p", { class: "hint", role: "status", id: "coverage-ticked" });
  private area: string;
  private by: By;
  private kind: Kind = "without-code";
  private grid = "";
  private label = "";

  constructor(
    private readonly officer: Officer,
    area = officer.area,
  ) {
    const { voice, desk } = officer;
    [this.outcome, this.listOutcome] = [new Outcome(voice), new Outcome(voice)];
    this.area = area;
    this.by = area.length === 6 ? "subdistrict" : area.length === 9 ? "community" : "grid";
    const counts = (): Promise<Summary> => desk.ask("GET", `/areas/${this.area}/coverage/summary?by=${this.by}`);
    this.counts = new Loaded(voice, counts, () => void this.countsPanel.refresh());
    const first = { items: [], next: undefined };
    this.list = new Loaded(
      voice,
      () => this.page(first),
      () => void this.listPanel.refresh(),
    );
    const redo = (): void => void this.restart();
    this.register = new RegisterPanel(officer, () => this.area, redo);
    if (this.mayAsk) void this.restart();
  }

  title(): string {
    return this.officer.voice.say("coverageTitle");
  }

  draw(): Nodes {
    const { voice } = this.officer;
    const up = this.area.length > this.officer.area.length ? link("coverage", voice.say("coverageAll")) : undefined;
    const walks = link("coverage/patrols", voice.say("patrolsTitle"), "plain");
    const list = h(
      "section",
      { class: "card", id: "coverage-list" },
      h("h2", {}, voice.say("coverageLists")),
      this.listOutcome.refresh(),
      this.choices(),
      this.listPanel.refresh(),
    );
    return [
      h("p", {}, voice.say("coverageSay")),
      h("div", { class: "actions bottom" }, this.areaField(), walks, up),
      this.outcome.refresh(),
      this.countsPanel.refresh(),
      list,
      this.area.length < 12 ? this.register.draw() : undefined,
    ];
  }

  private get mayAsk(): boolean {
    return AREA.test(this.area);
  }

  private async restart(): Promise<void> {
    this.ticked.clear();
    await Promise.all([this.counts.restart(), this.list.restart()]);
  }

  private areaField(): Node {
    const { voice } = this.officer;
    const input = h("input", { id: "coverage-area", inputmode: "numeric", maxlength: "12", autocomplete: "off" });
    input.value = this.area;
    input.addEventListener("change", () => this.officer.go(`coverage/of/${input.value.trim()}`));
    return h("div", { class: "field day-field" }, h("label", { for: input.id }, voice.say("area")), input);
  }

  private drawCounts(): Nodes {
    const { voice } = this.officer;
    if (!this.mayAsk) return [h("p", { class: "notice" }, voice.say("coverageWide"))];
    const title = h("h2", {}, voice.say("coverageCounts"));
    return [
      title,
      ...this.counts.draw(({ total, below, complete }) => [
        this.tiles(total),
        complete ? undefined : h("p", { class: "notice" }, voice.say("coveragePart")),
        this.byField(),
        below.length === 0 ? h("p", {}, voice.say("coverageNothing")) : this.places(below),
      ]),
    ];
  }

  private tiles(total: Counts): Node {
    const { voice } = this.officer;
    const tile = (word: OfficerWord, n: number): Node =>
      h("div", {}, h("dt", {}, voice.say(word)), h("dd", {}, grouped(n)));
    return h(
      "dl",
      { class: "numbers", id: "coverage-numbers" },
      tile("cover:businesses", total.businesses),
      ...[...BUSINESSES, ...VENUES].map((kind) => tile(`cover:${kind}`, total[COUNTED[kind]])),
      tile("cover:venues", total.venues),
    );
  }

  private byField(): Node {
    const { voice } = this.officer;
    const choice = h("select", { id: "coverage-by" });
    for (const by of ["subdistrict", "community", "grid"] as const)
      choice.append(h("option", { value: by }, voice.say(`coverBy:${by}`)));
    choice.value = this.by;
    choice.addEventListener("change", async () => {
      this.by = choice.value as By;
      await this.counts.load();
      document.getElementById("coverage-by")?.focus();
    });
    return h("div", { class: "field day-field" }, h("label", { for: choice.id }, voice.say("coverBy")), choice);
  }

  private places(below: Summary["below"]): Node {
    const { voice } = this.officer;
    const numeric = (word: OfficerWord): Column => ({ head: voice.say(word), numeric: true });
    const columns: Column[] = [
      { head: voice.say("area") },
      numeric("cover:businesses"),
      numeric("cover:without-code"),
      numeric("cover:venues"),
      numeric("cover:never-scanned"),
      numeric("cover:stopped"),
    ];
    const rows = below.map(({ area, grid, counts }) => [
      this.place(area, grid),
      ...[counts.businesses, counts.without_code, counts.venues, counts.never_scanned, counts.stopped].map(grouped),
    ]);
    return h("div", { class: "areas" }, table(voice.say("coverageCounts"), columns, rows));
  }

  /** A grid's list is looked at here, another area is gone to. */
  private place(area: string, grid: string): Node {
    if (this.by !== "grid" || grid === "")
      return area === this.area ? h("b", { class: "row-head" }, area) : link(`coverage/of/${area}`, area, "row-link");
    const show = h("button", { type: "button", class: "plain small" }, grid);
    show.addEventListener("click", () => {
      [this.grid, this.kind] = [grid, "without-code"];
      this.ticked.clear();
      void this.list.restart();
      const kind = document.getElementById("coverage-kind");
      if (kind instanceof HTMLSelectElement) kind.value = this.kind;
      const field = document.getElementById("coverage-grid");
      if (field instanceof HTMLInputElement) field.value = grid;
      document.getElementById("coverage-list")?.scrollIntoView({ block: "start" });
      field?.focus();
    });
    return h("span", { class: "row-head" }, show, h("span", { class: "hint code" }, area));
  }

  private choices(): Node {
    const { voice } = this.officer;
    const kind = h("select", { id: "coverage-kind" });
    for (const one of LISTS) kind.append(h("option", { value: one }, voice.say(`coverList:${one}`)));
    kind.value = this.kind;
    const grid = h("input", { id: "coverage-grid", maxlength: "32", autocomplete: "off" });
    grid.value = this.grid;
    const again = (): void => {
      this.kind = kind.value as Kind;
      this.grid = grid.value.trim();
      grid.disabled = !this.ofBusinesses;
      this.ticked.clear();
      if (this.mayAsk) void this.list.restart();
    };
    for (const input of [kind, grid]) input.addEventListener("change", again);
    const field = (word: OfficerWord, input: HTMLElement): Node =>
      h("div", { class: "field" }, h("label", { for: input.id }, voice.say(word)), input);
    return h("div", { class: "fields" }, field("coverWhich", kind), field("coverGrid", grid));
  }

  private get ofBusinesses(): boolean {
    return !VENUES.some((kind) => kind === this.kind);
  }

  /** The next page; a page may be empty and have one after it, so some are read at once. */
  private async page(before: Listed): Promise<Listed> {
    const grid = this.ofBusinesses && this.grid !== "" ? `&grid=${encodeURIComponent(this.grid)}` : "";
    let [items, next] = [before.items, before.next];
    const kind = this.kind === "to-confirm" ? "with-code" : this.kind;
    for (let turn = 0; turn < PAGES_AT_ONCE; turn++) {
      const after = next === undefined ? "" : `&next=${encodeURIComponent(next)}`;
      const path = `/areas/${this.area}/coverage?kind=${kind}${grid}${after}`;
      const found = await this.officer.desk.ask<Page>("GET", path);
      const businesses = (found.businesses ?? []).filter((one) => belongs(this.kind, one));
      items = [...items, ...businesses, ...(found.venues ?? [])];
      next = found.next;
      if (next === undefined || items.length > before.items.length) break;
    }
    return { items, next };
  }

  private drawList(): Nodes {
    const { voice } = this.officer;
    if (!this.mayAsk) return [];
    return this.list.draw((found) => {
      if (found.items.length === 0 && found.next === undefined) return [h("p", {}, voice.say("coverageEmpty"))];
      this.recount(found.items.length);
      return [
        this.ticks,
        this.tools(found),
        this.table(found),
        this.more(found),
        patrolledBy(this.kind) ? this.walkForm() : undefined,
        copyButton(voice, () => listText(voice, this.area, this.kind, found)),
      ];
    });
  }

  private recount(n: number): void {
    this.ticks.textContent = this.officer.voice.say("coverageShown", { n, ticked: this.ticked.size });
  }

  private tools({ items }: Listed): Node | undefined {
    const { voice } = this.officer;
    if (!patrolledBy(this.kind)) return undefined;
    const button = (word: OfficerWord, act: () => void): Node => {
      const made = h("button", { type: "button", class: "plain small" }, voice.say(word));
      made.addEventListener("click", () => {
        act();
        this.listPanel.refresh();
      });
      return made;
    };
    return h(
      "div",
      { class: "actions" },
      button("queueTickNone", () => this.ticked.clear()),
      button("coverTickAll", () => {
        for (const one of items.slice(0, MOST_TICKED)) this.ticked.set(idOf(one), one.area);
      }),
    );
  }

  private table(found: Listed): Node {
    const { voice } = this.officer;
    const tick = (one: Business | Unscanned): Node | undefined =>
      patrolledBy(this.kind) ? this.tick(one, found.items.length) : undefined;
    const rows = found.items.map((one, place) =>
      "business" in one
        ? businessRow(this.officer, this.listOutcome, one, tick(one), (now) => this.decided(found, place, now))
        : venueRow(this.officer, one, tick(one)),
    );
    const columns = [
      { head: voice.say(this.ofBusinesses ? "coverBusiness" : "venue") },
      { head: voice.say("address") },
      { head: voice.say(this.ofBusinesses ? "coverWhy" : "coverSeen") },
      ...(this.ofBusinesses ? [{ head: voice.say("actions") }] : []),
    ];
    return table(voice.say(`coverList:${this.kind}`), columns, rows);
  }

  /** The row as it is now, or without it: whoever decides on hundreds goes on where they were. */
  private async decided({ items, next }: Listed, place: number, now: Business): Promise<void> {
    const after = items.flatMap((one, at) => (at !== place ? [one] : belongs(this.kind, now) ? [now] : []));
    if (!belongs(this.kind, now)) this.ticked.delete(now.business);
    await this.list.loadBy(() => Promise.resolve({ items: after, next }));
    void this.counts.load();
    const row = this.listPanel.node.querySelectorAll("tbody tr")[Math.min(place, after.length - 1)];
    const control = row?.querySelector<HTMLElement>("td:last-child button, td:last-child summary");
    (control ?? document.getElementById("coverage-kind"))?.focus();
  }

  private tick(one: Business | Unscanned, n: number): Node {
    const box = h("input", { type: "checkbox", "aria-label": this.officer.voice.say("queueTick", { name: one.name }) });
    box.checked = this.ticked.has(idOf(one));
    box.addEventListener("change", () => {
      if (box.checked) this.ticked.set(idOf(one), one.area);
      else this.ticked.delete(idOf(one));
      this.recount(n);
    });
    return box;
  }

  private more(found: Listed): Node | undefined {
    if (found.next === undefined) return undefined;
    const work = (): Promise<void> => this.list.loadBy(() => this.page(found));
    return h(
      "p",
      { class: "actions" },
      actionButton(this.officer.voice.say("loadMore"), "plain", this.listOutcome, work),
    );
  }

  private walkForm(): Node {
    const { voice } = this.officer;
    const input = h("input", {
      id: "patrol-label",
      maxlength: "32",
      autocomplete: "off",
      "aria-describedby": "patrol-hint",
    });
    input.value = this.label;
    input.addEventListener("input", () => (this.label = input.value));
    const make = actionButton(voice.say("patrolMake"), "solid", this.listOutcome, async () => {
      const made = await makePatrols(this.officer, this.listOutcome, this.kind, this.label.trim(), this.ticked);
      if (!made) return;
      this.ticked.clear();
      this.listPanel.refresh();
    });
    return h(
      "div",
      { class: "walk-form" },
      h(
        "div",
        { class: "field" },
        h("label", { for: input.id }, voice.say("patrolLabel")),
        h("p", { class: "hint", id: "patrol-hint" }, voice.say("patrolHint")),
        input,
      ),
      h("div", { class: "actions" }, make),
    );
  }
}

/** Whether a business stands in a list. */
function belongs(kind: Kind, { standing, rule }: Business): boolean {
  if (kind === "to-confirm") return standing === "with-code" && (rule === "name" || rule === "address");
  return standing === kind;
}

function idOf(one: Business | Unscanned): string {
  return "business" in one ? one.business : one.venue;
}
