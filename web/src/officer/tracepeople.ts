/** Whom a trace found, page by page: refs, times and places. Each page is read on purpose, for the reading is logged. */
import { marked } from "../desk/marks";
import { fileLink } from "../shared/saving";
import { table } from "../desk/table";
import { h } from "../shared/dom";
import type { Officer } from "./officer";
import { Loaded, type Nodes, Panel } from "./panel";
import { type Met, moment, type Trace, type TracedPerson } from "./traced";

interface People {
  readonly people: readonly TracedPerson[];
  readonly next?: string;
}

export class PeoplePanel {
  readonly panel = new Panel(() => this.draw(), "stack");
  private trace: Trace | undefined;
  private loaded: Loaded<People> | undefined;

  constructor(
    private readonly officer: Officer,
    private readonly id: string,
  ) {}

  /** The trace as it is now. */
  found(trace: Trace): void {
    const first = this.trace?.state !== trace.state;
    this.trace = trace;
    // What is being read stays; only a search that ended changes what stands here.
    if (first) this.panel.refresh();
  }

  private draw(): Nodes {
    const { voice } = this.officer;
    if (this.trace?.state !== "done") return [];
    const title = h("h2", { tabindex: "-1" }, voice.say("tracePeople"));
    if ((this.trace.people ?? 0) === 0)
      return [h("section", { class: "card" }, title, h("p", {}, voice.say("nobodyThere")))];
    const nodes =
      this.loaded === undefined
        ? [h("p", {}, voice.say("readPeopleSay")), this.readButton(voice.say("readPeople"), undefined)]
        : this.loaded.draw((page) => this.drawPage(page));
    return [h("section", { class: "card" }, title, ...nodes.filter((node) => node !== undefined))];
  }

  private readButton(text: string, next: string | undefined): Node {
    const { voice, desk } = this.officer;
    const button = h("button", { type: "button", class: "solid" }, text);
    button.addEventListener("click", () => {
      const query = next === undefined ? "" : `?next=${encodeURIComponent(next)}`;
      const changed = (): void => void this.panel.refresh();
      this.loaded = new Loaded(voice, () => desk.ask<People>("GET", `/traces/${this.id}/people${query}`), changed);
      void this.loaded.load();
      changed();
      // The button is gone: whoever reads by keyboard goes on at the head of what comes.
      this.panel.node.querySelector("h2")?.focus();
    });
    return h("p", { class: "actions" }, button);
  }

  private drawPage({ people, next }: People): Nodes {
    const { voice } = this.officer;
    const columns = [
      { head: voice.say("traceRank"), numeric: true },
      { head: voice.say("traceMinutes"), numeric: true },
      { head: voice.say("traceMet") },
      { head: voice.say("traceContact") },
      { head: voice.say("traceRef") },
    ];
    const rows = people.map((one) => [
      String(one.rank),
      String(Math.ceil(one.seconds / 60)),
      h("ul", { class: "plain-list" }, ...one.met.map((met) => this.met(met))),
      one.unreachable === undefined ? voice.say("traceReachable") : voice.say(`unreachable:${one.unreachable}`),
      h("span", { class: "code" }, one.ref),
    ]);
    return [
      table(voice.say("tracePeople"), columns, rows),
      ...this.contacts(people.flatMap(({ contact }) => contact ?? [])),
      next === undefined ? undefined : this.readButton(voice.say("nextPeople"), next),
    ];
  }

  /** As a file alone: they are for the team, and neither for this screen nor for its clipboard. */
  private contacts(contacts: readonly string[]): Nodes {
    if (contacts.length === 0) return [];
    const { voice } = this.officer;
    const data = new Blob([`${contacts.join("\n")}\n`], { type: "application/octet-stream" });
    return [
      h("p", { class: "hint" }, voice.say("saveContactsSay", { n: contacts.length })),
      h("p", { class: "actions" }, fileLink(`contacts-${this.id}.txt`, data, voice.say("saveContacts"))),
    ];
  }

  private met({ place, venue, start, end, confirmed, entrances = [], companions = 0, doubt }: Met): Node {
    const { voice } = this.officer;
    const where = [place === venue ? place : `${place} (${venue})`, ...entrances].join(" · ");
    const sure = confirmed ? marked("good", voice.say("metConfirmed")) : marked("none", voice.say("metClaimed"));
    const more = [
      companions > 0 ? voice.say("metCompanions", { n: companions }) : undefined,
      doubt === undefined ? undefined : marked("bad", voice.say("metDoubted")),
    ].flatMap((node) => (node === undefined ? [] : [" · ", node]));
    return h("li", {}, where, " · ", moment(voice, start), " – ", moment(voice, end), " · ", sure, ...more);
  }
}
