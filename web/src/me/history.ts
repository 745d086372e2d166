/** A person's own check-ins, those that still wait among them, and who looked at them and their passes. */
import { Offline, Problem } from "../shared/api";
import { h } from "../shared/dom";
import { type App, backTo, button, calledOf, heading, meaning, type Screen, when, type Word } from "./app";
import { problemWord } from "./devices";
import type { Visit } from "./household";
import { checkinsOf, type Lookup, lookupsOf, type OwnCheckin, type Paged } from "./service";
import type { Person } from "./wallet";

type Fetch<T> = (next: string) => Promise<Paged<T>>;

/** A list that is fetched by pages, each when the person asks for it. */
function pagedList<T>(app: App, fetch: Fetch<T>, draw: (one: T) => Node, none: Word): Node {
  const { voice } = app;
  const list = h("ul", { class: "list" });
  const status = h("p", { role: "status" });
  const load = async (next: string): Promise<void> => {
    status.textContent = voice.say("loading");
    try {
      const page = await fetch(next);
      list.append(...page.rows.map((one) => h("li", { class: "card" }, draw(one))));
      const more = button(voice.say("more"), () => void load(page.next ?? ""), { id: "more" });
      const empty = list.children.length === 0 ? voice.say(none) : "";
      status.replaceChildren(page.next === undefined ? empty : more);
    } catch (error) {
      if (!(error instanceof Offline || error instanceof Problem)) throw error;
      const again = button(voice.say("retry"), () => void load(next), { id: "retry" });
      status.replaceChildren(voice.say(problemWord(error)), " ", again);
    }
  };
  void load("");
  return h("div", {}, list, status);
}

function listScreen(app: App, person: Person, title: Word, say: Word, ...more: Node[]): Screen {
  const { voice } = app;
  const who = h("span", { class: "who" }, calledOf(person));
  const out = person.signedOut ? h("p", { class: "notice" }, voice.say("signedOut")) : undefined;
  return {
    // Built once: what was fetched page by page must not vanish when something else changes.
    follows: false,
    nodes: [backTo(app), heading(voice.say(title), " ", who), h("p", {}, voice.say(say)), out, ...more],
  };
}

function direction(app: App, way: "in" | "out"): string {
  return app.voice.say(way === "in" ? "in" : "out");
}

function ownCheckin(app: App, one: OwnCheckin): Node {
  const { voice } = app;
  const { party = 1, fever } = one;
  // Whoever leaves is not let in; what was found of them is told all the same.
  const decided = one.direction === "out" ? "wentOut" : (`decision:${one.decision}` as const);
  const more = [
    one.how === "assisted" ? voice.say("assisted") : undefined,
    party > 1 ? voice.say("withOthers", { n: party - 1 }) : undefined,
    fever === undefined ? undefined : voice.say(fever ? "feverKept" : "noFeverKept"),
  ];
  return h(
    "div",
    {},
    h("h2", {}, [one.venue_name, one.entrance].filter(Boolean).join(" · ")),
    h("p", {}, direction(app, one.direction), " · ", when(voice, one.at)),
    h("p", {}, voice.say(decided), ": ", meaning(voice, "cause", one.cause)),
    ...more.flatMap((text) => (text === undefined ? [] : [h("p", { class: "hint" }, text)])),
  );
}

function waitingVisit(app: App, visit: Visit): Node {
  const { voice } = app;
  return h(
    "li",
    { class: "card" },
    h("h2", {}, visit.venueName),
    h("p", {}, direction(app, visit.direction), " · ", when(voice, visit.at)),
    h("p", { class: "notice" }, voice.say("waiting")),
  );
}

export function checkinsScreen(app: App, person: Person): Screen {
  const { wallet } = app;
  const { pid } = person.member;
  const waiting = h("ul", { class: "list" });
  void wallet.waiting(pid).then((visits) => waiting.append(...visits.map((visit) => waitingVisit(app, visit))));
  if (person.signedOut) return listScreen(app, person, "checkinsTitle", "checkinsSay", waiting);
  const session = wallet.household.session(person.member);
  const list = pagedList(
    app,
    (next) => checkinsOf(session, next),
    (one) => ownCheckin(app, one),
    "checkinsNone",
  );
  return listScreen(app, person, "checkinsTitle", "checkinsSay", waiting, list);
}

/** A trace tells its ground, its district and its day; never who asked, nor who the case is. */
function traced(app: App, { place, ground = "", searched_at: approved = "", at }: Lookup): Node {
  const { voice } = app;
  return h(
    "div",
    {},
    h("h2", {}, voice.say("kind:trace")),
    h("p", {}, meaning(voice, "ground", ground), " · ", voice.say("tracedArea", { area: place })),
    h("p", {}, voice.say("tracedOn"), " ", when(voice, approved === "" ? at : approved)),
    h("p", { class: "hint" }, voice.say("tracedSay")),
  );
}

/** How somebody was found who was checked in, and what a community did about a card, are kinds of their own to read. */
function kindOf({ kind, way }: Lookup): Word {
  return kind === "assisted" && way !== undefined && way !== "number" ? `kind:assisted:${way}` : `kind:${kind}`;
}

function lookup(app: App, one: Lookup): Node {
  if (one.kind === "trace") return traced(app, one);
  const { voice } = app;
  const byArea = one.kind === "card" || one.kind === "card-ended";
  const way = one.direction === undefined ? "" : ` · ${direction(app, one.direction)}`;
  const verdict = one.verdict === undefined ? undefined : h("p", {}, voice.say(`decision:${one.verdict}`));
  return h(
    "div",
    {},
    h("h2", {}, byArea ? voice.say("tracedArea", { area: one.place }) : one.place),
    h("p", {}, voice.say(kindOf(one)), way, " · ", when(voice, one.at)),
    verdict,
  );
}

export function lookupsScreen(app: App, person: Person): Screen {
  if (person.signedOut) return listScreen(app, person, "lookupsTitle", "lookupsSay");
  const session = app.wallet.household.session(person.member);
  const list = pagedList(
    app,
    (next) => lookupsOf(session, next),
    (one) => lookup(app, one),
    "lookupsNone",
  );
  return listScreen(app, person, "lookupsTitle", "lookupsSay", list);
}
