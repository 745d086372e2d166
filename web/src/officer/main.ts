/** `desk./officer`: units and laboratories, what is held, matching runs, venues and gates. */
import { cardsVoice, CardsView } from "../cards/view";
import { type Console, openConsole, type Plan, type Tab, type View } from "../desk/shell";
import type { Kind } from "../shared/kinds";
import { speaker } from "../shared/words";
import { h } from "../shared/dom";
import { CoverageView } from "./coverage";
import { DayView } from "./day";
import { GateView } from "./gate";
import { HoldsView } from "./holds";
import { LabView } from "./lab";
import { Officer } from "./officer";
import { link } from "./panel";
import { PatrolView, PatrolsView } from "./patrols";
import { PresetsView, PresetView } from "./presets";
import { QueueView } from "./queue";
import { SchemeView } from "./scheme";
import { RunView } from "./run";
import { RunsView } from "./runs";
import { StartView } from "./start";
import { KeysView } from "./keys";
import { TraceView } from "./trace";
import { TracesView } from "./traces";
import { UnitView } from "./unit";
import { LabsView, UnitsView } from "./units";
import { VenueView } from "./venue";
import { VenuesView } from "./venues";
import { OFFICER_WORDS, type OfficerWord, type Voice } from "./words";

const voice: Voice = speaker(OFFICER_WORDS.zh, OFFICER_WORDS.en);

type Make = (officer: Officer, ...ids: string[]) => View;

const ID = "([A-Za-z0-9_-]{1,64})";
const ROUTES: readonly (readonly [string, Make])[] = [
  ["", (officer) => (officer.isTracer ? new TracesView(officer) : new StartView(officer))],
  ["traces", (officer) => new TracesView(officer)],
  [`traces/of/${ID}`, (officer, trace = "") => new TraceView(officer, trace)],
  ["traces/keys", (officer) => new KeysView(officer)],
  ["day", (officer) => new DayView(officer)],
  ["day/of/(\\d{2,12})", (officer, area) => new DayView(officer, area)],
  ["units", (officer) => new UnitsView(officer)],
  ["units/new", (officer) => new UnitView(officer)],
  [`units/of/${ID}`, (officer, unit) => new UnitView(officer, unit)],
  ["labs", (officer) => new LabsView(officer)],
  ["labs/new", (officer) => new LabView(officer)],
  [`labs/of/${ID}`, (officer, lab) => new LabView(officer, lab)],
  ["holds", (officer) => new HoldsView(officer)],
  ["runs", (officer) => new RunsView(officer)],
  [`runs/of/${ID}`, (officer, run = "") => new RunView(officer, run)],
  ["queue", (officer) => new QueueView(officer)],
  ["coverage", (officer) => new CoverageView(officer)],
  ["coverage/of/(\\d{2,12})", (officer, area) => new CoverageView(officer, area)],
  ["coverage/patrols", (officer) => new PatrolsView(officer)],
  [`coverage/patrol/${ID}`, (officer, patrol = "") => new PatrolView(officer, patrol)],
  ["scheme/of/(\\d{6})", (officer, district = "") => new SchemeView(officer, district)],
  ["presets", (officer) => new PresetsView(officer)],
  ["presets/of/([a-z]+)", (officer, kind = "other") => new PresetView(officer, kind as Kind)],
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
  if (at === "cards" && open.desk.who.role === "officer") return new CardsView(open, voice);
  officer ??= new Officer(open, voice);
  for (const [route, make] of ROUTES) {
    const found = new RegExp(`^${route}$`).exec(at);
    if (found !== null) return make(officer, ...found.slice(1));
  }
  return nothingHere();
}

function tabsOf(tracer: boolean): readonly Tab[] {
  const tab = (at: string, word: OfficerWord): Tab => ({ at, title: () => voice.say(word) });
  if (tracer) return [{ ...tab("", "tabTraces"), below: ["traces"] }, tab("traces/keys", "tabKeys")];
  return [
    tab("", "tabStart"),
    tab("day", "tabDay"),
    tab("holds", "tabHolds"),
    tab("units", "tabUnits"),
    tab("labs", "tabLabs"),
    tab("runs", "tabRuns"),
    tab("queue", "tabQueue"),
    { ...tab("venues", "tabVenues"), below: ["presets"] },
    tab("coverage", "tabCoverage"),
    { at: "cards", title: () => cardsVoice(voice).say("cardsTab") },
    tab("traces", "tabTraces"),
  ];
}

const plan: Plan = {
  voice,
  roles: ["officer", "tracer"],
  tabs: ({ desk }) => tabsOf(desk.who.role === "tracer"),
  view: viewAt,
};

void openConsole(plan);
