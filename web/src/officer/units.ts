/** The units of the area, to be searched. */
import type { View } from "../desk/shell";
import { marked } from "../desk/marks";
import { table } from "../desk/table";
import { instantOf } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import type { Lab, Unit } from "./answers";
import { datedInstant } from "./instants";
import { Listing } from "./listing";
import type { Officer } from "./officer";
import { link, type Nodes } from "./panel";
import type { Voice } from "./words";

/** Until when a unit's approval lasts, or that it is over. */
export function approvalOf(voice: Voice, { ends_at, approved }: Unit): Node {
  const ends = instantOf(ends_at);
  const time = datedInstant(voice.language, ends);
  if (!approved) return marked("wait", voice.say("notApproved"));
  return ends <= serverNow()
    ? marked("bad", voice.say("approvalOver", { time }))
    : marked("good", voice.say("until", { time }));
}

export function listedOf(voice: Voice, { listed }: Unit): Node {
  return listed ? marked("good", voice.say("listed")) : marked("none", voice.say("notListed"));
}

export class UnitsView implements View {
  private readonly listing: Listing<Unit>;

  constructor(private readonly officer: Officer) {
    this.listing = new Listing(officer, {
      path: "/units",
      words: ({ unit, name, area, category }) => [unit, name, area, category],
      draw: (units) => this.table(units),
    });
  }

  title(): string {
    return this.officer.voice.say("unitsTitle");
  }

  draw(): Nodes {
    const { voice } = this.officer;
    const add = link("units/new", voice.say("registerUnit"), "solid");
    return [
      h("p", { class: "actions" }, add),
      h("section", { class: "card" }, ...this.listing.draw().filter((node) => node !== undefined)),
    ];
  }

  private table(units: readonly Unit[]): Node {
    const { voice } = this.officer;
    if (units.length === 0) return h("p", {}, voice.say("noUnits"));
    const columns = [
      { head: voice.say("unit") },
      { head: voice.say("area") },
      { head: voice.say("approval") },
      { head: voice.say("staffList") },
      { head: voice.say("quota"), numeric: true },
    ];
    const rows = units.map((unit) => [
      h("span", {}, link(`units/of/${unit.unit}`, unit.name, "row-link"), h("span", { class: "hint code" }, unit.unit)),
      unit.area,
      approvalOf(voice, unit),
      listedOf(voice, unit),
      String(unit.quota),
    ]);
    return table(voice.say("unitsTitle"), columns, rows);
  }
}

export class LabsView implements View {
  private readonly listing: Listing<Lab>;

  constructor(private readonly officer: Officer) {
    this.listing = new Listing(officer, {
      path: "/labs",
      words: ({ lab, name, area }) => [lab, name, area],
      draw: (labs) => this.table(labs),
    });
  }

  title(): string {
    return this.officer.voice.say("labsTitle");
  }

  draw(): Nodes {
    const { voice } = this.officer;
    const add = link("labs/new", voice.say("registerLab"), "solid");
    return [
      h("p", { class: "actions" }, add),
      h("section", { class: "card" }, ...this.listing.draw().filter((node) => node !== undefined)),
    ];
  }

  private table(labs: readonly Lab[]): Node {
    const { voice } = this.officer;
    if (labs.length === 0) return h("p", {}, voice.say("noLabs"));
    const columns = [{ head: voice.say("lab") }, { head: voice.say("area") }];
    const rows = labs.map(({ lab, name, area }) => [
      h("span", {}, link(`labs/of/${lab}`, name, "row-link"), h("span", { class: "hint code" }, lab)),
      area,
    ]);
    return table(voice.say("labsTitle"), columns, rows);
  }
}
