/** The venues of the area, to be searched. */
import type { View } from "../desk/shell";
import { type Mark, marked } from "../desk/marks";
import { table } from "../desk/table";
import { h } from "../shared/dom";
import type { Venue, VenueState } from "./answers";
import { Listing } from "./listing";
import type { Officer } from "./officer";
import { link, type Nodes } from "./panel";
import { Printing } from "./printing";
import type { Voice } from "./words";

const DISTRICT = 6;
const MARKS: Readonly<Record<VenueState, Mark>> = {
  applied: "wait",
  checked: "wait",
  returned: "wait",
  approved: "good",
  refused: "bad",
  closed: "none",
};

export function stateOf(voice: Voice, { state }: Venue): Node {
  return marked(MARKS[state], voice.say(`venue:${state}`));
}

export class VenuesView implements View {
  private readonly listing: Listing<Venue>;
  /** Of a district or below: nobody prints a province. */
  private readonly printing: Printing | undefined;

  constructor(private readonly officer: Officer) {
    this.printing = officer.area.length < DISTRICT ? undefined : new Printing(officer, officer.area);
    this.listing = new Listing(officer, {
      path: "/venues",
      words: ({ venue, name, area, address }) => [venue, name, area, address],
      draw: (venues) => this.table(venues),
    });
  }

  title(): string {
    return this.officer.voice.say("venuesTitle");
  }

  draw(): Nodes {
    const { voice } = this.officer;
    const nodes = this.listing.draw().filter((node) => node !== undefined);
    const printing = (this.printing?.draw() ?? []).filter((node) => node !== undefined);
    return [
      h("p", {}, voice.say("venuesSay")),
      h("p", { class: "actions" }, link("presets", voice.say("presetsTitle"), "plain")),
      printing.length === 0 ? undefined : h("section", { class: "card stack" }, ...printing),
      h("section", { class: "card" }, ...nodes),
    ];
  }

  private table(venues: readonly Venue[]): Node {
    const { voice } = this.officer;
    if (venues.length === 0) return h("p", {}, voice.say("noVenues"));
    const columns = [
      { head: voice.say("venue") },
      { head: voice.say("area") },
      { head: voice.say("address") },
      { head: voice.say("state") },
    ];
    const rows = venues.map((venue) => [
      h(
        "span",
        {},
        link(`venues/of/${venue.venue}`, venue.name, "row-link"),
        h("span", { class: "hint code" }, venue.venue),
      ),
      venue.area,
      venue.address,
      stateOf(voice, venue),
    ]);
    return table(voice.say("venuesTitle"), columns, rows);
  }
}
