/** `desk./officer`: units and laboratories, what is held, matching runs, venues and gates. */
import { type Console, openConsole, type Plan, type View } from "../desk/shell";
import { speaker } from "../shared/words";
import { h } from "../shared/dom";
import { GateView } from "./gate";
import { HoldsView } from "./holds";
import { LabView } from "./lab";
import { Officer } from "./officer";
import { link } from "./panel";
import { RunView } from "./run";
import { RunsView } from "./runs";
import { StartView } from "./start";
import { UnitView } from "./unit";
import { LabsView, UnitsView } from "./units";
import { VenueView } from "./venue";
import { VenuesView } from "./venues";
import { OFFICER_WORDS, type Voice } from "./words";

const voice: Voice = speaker(OFFICER_WORDS.zh, OFFICER_WORDS.en);

type Make = (officer: Officer, ...ids: string[]) => View;

const ID = "([A-Za-z0-9_-]{1,64})";
const ROUTES: readonly (readonly [string, Make])[] = [
  ["", (officer) => new StartView(officer)],
  ["units", (officer) => new UnitsView(officer)],
  ["units/new", (officer) => new UnitView(officer)],
  [`units/of/${ID}`, (officer, unit) => new UnitView(officer, unit)],
  ["labs", (officer) => new LabsView(officer)],
  ["labs/new", (officer) => new LabView(officer)],
  [`labs/of/${ID}`, (officer, lab) => new LabView(officer, lab)],
  ["holds", (officer) => new HoldsView(officer)],
  ["runs", (officer) => new RunsView(officer)],
  [`runs/of/${ID}`, (officer, run = "") => new RunView(officer, run)],
  ["venues", (officer) => new VenuesView(officer)],
  [`venues/of/${ID}`, (officer, venue = "") => new VenueView(officer, venue)],
  [`venues/gate/${ID}/${ID}`, (officer, venue = "", gate = "") => new GateView(officer, venue, gate)],
];

function nothingHere(): View {
  return {
    title: () => voice.say("nothingHere"),
    draw: () => [h("p", { class: "card" }, voice.say("nothingHereSay"), " ", link("", voice.say("startTitle")))],
  };
}

let officer: Officer | undefined;

function viewAt(open: Console, at: string): View {
  officer ??= new Officer(open, voice);
  for (const [route, make] of ROUTES) {
    const found = new RegExp(`^${route}$`).exec(at);
    if (found !== null) return make(officer, ...found.slice(1));
  }
  return nothingHere();
}

const plan: Plan = {
  voice,
  roles: ["officer"],
  tabs: () => [
    { at: "", title: () => voice.say("tabStart") },
    { at: "holds", title: () => voice.say("tabHolds") },
    { at: "units", title: () => voice.say("tabUnits") },
    { at: "labs", title: () => voice.say("tabLabs") },
    { at: "runs", title: () => voice.say("tabRuns") },
    { at: "venues", title: () => voice.say("tabVenues") },
  ],
  view: viewAt,
};

void openConsole(plan);
