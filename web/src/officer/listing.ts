/** A list of an area that comes by pages, in no promised order, and is searched here. */
import type { Job } from "../desk/jobs";
import { h } from "../shared/dom";
import type { Jobs } from "./answers";
import { Loaded, type Nodes, Panel } from "./panel";
import type { Officer } from "./officer";

/** Pages to fetch without being asked: 50 things on each. */
const PAGES_AT_ONCE = 20;
const MOST_SHOWN = 200;

interface Found<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

type Page<T> = Readonly<Record<string, readonly T[] | string | undefined>> & { readonly next?: string };

async function pages<T>(officer: Officer, path: string, before: Found<T>): Promise<Found<T>> {
  const member = path.slice(1);
  const items = [...before.items];
  let { next } = before;
  for (let page = 0; page < PAGES_AT_ONCE; page++) {
    const after = next === undefined ? "" : `?next=${encodeURIComponent(next)}`;
    const answer = await officer.desk.ask<Page<T>>("GET", `${path}${after}`);
    items.push(...((answer[member] ?? []) as readonly T[]));
    next = answer.next;
    if (next === undefined) break;
  }
  return { items, next };
}

/** All things of a kind in the officer's area, as far as they are asked for. */
export async function everything<T>(officer: Officer, path: string): Promise<readonly T[]> {
  return (await pages<T>(officer, path, { items: [], next: undefined })).items;
}

export interface Listed<T> {
  readonly path: string;
  /** What a search looks through, the id first. */
  words(item: T): readonly string[];
  /** The table, or what says that there is nothing. */
  draw(items: readonly T[]): Node;
}

/** A search field and what it finds. */
export class Listing<T> {
  private query = "";
  private readonly found: Loaded<Found<T>>;
  private readonly results = new Panel(() => this.found.draw((found) => this.drawFound(found)), "stack");

  constructor(
    private readonly officer: Officer,
    private readonly listed: Listed<T>,
  ) {
    const redraw = (): void => void this.results.refresh();
    this.found = new Loaded(officer.voice, () => pages(officer, listed.path, { items: [], next: undefined }), redraw);
    void this.found.load();
  }

  draw(): Nodes {
    const { voice } = this.officer;
    const input = h("input", { type: "search", id: "search", autocomplete: "off", spellcheck: "false" });
    input.value = this.query;
    input.addEventListener("input", () => {
      this.query = input.value;
      this.results.refresh();
    });
    const field = h("div", { class: "field search" }, h("label", { for: "search" }, voice.say("search")), input);
    return [field, this.results.refresh()];
  }

  private drawFound({ items, next }: Found<T>): Nodes {
    const { voice } = this.officer;
    const wanted = this.query.trim().toLocaleLowerCase();
    const { words } = this.listed;
    const matching = items
      .filter((item) => words(item).some((word) => word.toLocaleLowerCase().includes(wanted)))
      .sort((a, b) => (words(a)[0] ?? "").localeCompare(words(b)[0] ?? "", "en", { numeric: true }));
    const shown = matching.slice(0, MOST_SHOWN);
    const counted = voice.say(next === undefined ? "shownOf" : "shownOfLoaded", { n: shown.length, of: items.length });
    const more = next === undefined ? undefined : this.moreButton({ items, next });
    return [h("p", { class: "hint", role: "status" }, counted), this.listed.draw(shown), more];
  }

  private moreButton(before: Found<T>): Node {
    const { voice } = this.officer;
    const more = h("button", { type: "button", class: "plain" }, voice.say("loadMore"));
    const fetch = (): Promise<Found<T>> => pages(this.officer, this.listed.path, before);
    more.addEventListener("click", () => {
      more.disabled = true;
      void this.found.loadBy(fetch);
    });
    return h("p", { class: "actions" }, more);
  }
}

/** The held jobs of the officer's area, and whether there are more than were fetched. */
export async function everythingHeld(officer: Officer): Promise<{ jobs: readonly Job[]; more: boolean }> {
  const jobs: Job[] = [];
  let next: string | undefined;
  for (let page = 0; page < PAGES_AT_ONCE && jobs.length < MOST_SHOWN; page++) {
    const after = next === undefined ? "" : `&next=${encodeURIComponent(next)}`;
    const found = await officer.desk.ask<Jobs>("GET", `/jobs?state=held${after}`);
    jobs.push(...found.jobs);
    next = found.next;
    if (next === undefined) break;
  }
  return { jobs, more: next !== undefined };
}
