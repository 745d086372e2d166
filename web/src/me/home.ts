/** The first screen: whose pass, the live code, what the service says, and the way to everything else. */
import { clockIsBehind, serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import { type App, button, calledOf, heading, type Route, type Screen, when, type Word } from "./app";
import { factsOf } from "./facts";
import { Field } from "./fields";
import type { HeldPass } from "./household";
import { LiveCode } from "./live-code";
import { REMIND_S } from "./renewal";
import { notices } from "./notices";
import type { Standing } from "./service";
import { standingCard } from "./status";
import type { Person } from "./wallet";

/** The unit chosen by hand, by person. */
const chosenUnits = new Map<string, string>();

const MENU: readonly (readonly [Route, Word])[] = [
  ["status", "statusTitle"],
  ["sites", "sitesTitle"],
  ["checkins", "checkinsTitle"],
  ["lookups", "lookupsTitle"],
  ["devices", "devicesTitle"],
  ["people", "peopleTitle"],
  ["install", "installTitle"],
];

/** Without anybody on this phone: the first time, or coming back. */
export function welcomeScreen(app: App): Screen {
  const { voice, go } = app;
  return {
    follows: true,
    nodes: [
      h(
        "section",
        { class: "welcome" },
        heading(voice.say("welcome")),
        h("p", {}, voice.say("welcomeSay")),
        button(voice.say("firstTime"), () => go("enrol"), { kind: "solid wide", id: "first" }),
        button(voice.say("comeBack"), () => go("back"), { kind: "plain wide", id: "come-back" }),
        h("p", { class: "hint" }, voice.say("comeBackSay")),
      ),
    ],
  };
}

function tabs(app: App, person: Person): Node | undefined {
  const { wallet, voice } = app;
  if (wallet.people.length < 2) return undefined;
  const each = wallet.people.map((one) => {
    const own = one.member.pid === person.member.pid;
    const text = one.member.nickname || one.member.name || "*";
    return button(text, () => app.choose(one.member.pid), {
      kind: "tab",
      current: own,
      id: `tab-${one.member.addedAt}`,
    });
  });
  return h("nav", { class: "tabs", "aria-label": voice.say("whose") }, ...each);
}

function unitTabs(app: App, person: Person, passes: readonly HeldPass[], chosen: HeldPass): Node | undefined {
  if (passes.length < 2) return undefined;
  const each = passes.map((pass) => {
    const choose = (): void => {
      chosenUnits.set(person.member.pid, pass.unit);
      app.redraw();
    };
    return button(factsOf(pass.token).unit, choose, { kind: "tab", current: pass === chosen, id: `unit-${pass.unit}` });
  });
  return h("nav", { class: "tabs", "aria-label": app.voice.say("whichUnit") }, ...each);
}

/** A guard in doubt speaks six digits; signed into the code, they show that it is made now. */
function spokenNumber(app: App, code: LiveCode): Node {
  const { voice } = app;
  let typed = "";
  const attributes = { id: "spoken", inputmode: "numeric", autocomplete: "off", maxlength: "6", pattern: "[0-9]*" };
  const field = new Field(voice.say("spokenLabel"), attributes, (value) => {
    typed = value.normalize("NFKC").trim();
  });
  const submit = h("button", { type: "submit", class: "plain" }, voice.say("spokenDo"));
  const form = h("form", { novalidate: "" }, field.node, submit);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!field.judge(/^\d{6}$/.test(typed) ? undefined : voice.say("spokenSix"))) return field.input.focus();
    code.answer(typed);
    field.input.blur();
    window.scrollTo(0, 0);
    app.announce(voice.say("spokenIn", { n: typed }));
  });
  return h("details", { class: "card" }, h("summary", {}, voice.say("spoken")), form);
}

/** When the pass is renewed, and where the next test can be taken. */
function renewalCard(app: App, person: Person, pass: HeldPass): Node {
  const { voice, wallet, go } = app;
  const standing = person.seen?.units.find(({ unit }) => unit === pass.unit);
  const newer = standing !== undefined && wallet.hasNewer(pass, standing);
  const soon = pass.expiresAt - serverNow() < REMIND_S;
  const test = h(
    "div",
    { class: "notice" },
    h("p", {}, voice.say("testBefore"), " ", h("b", {}, when(voice, pass.expiresAt))),
    button(voice.say("sitesTitle"), () => go("sites"), { id: "to-sites" }),
  );
  return h(
    "section",
    { class: "card" },
    soon && !newer ? test : undefined,
    h("p", {}, voice.say(newer ? "renewalKnown" : "renewalSay")),
    renewButton(app, person, pass.unit),
    troubleNote(app, person),
  );
}

function renewButton(app: App, person: Person, unit: string): Node {
  const { voice, wallet } = app;
  const { pid } = person.member;
  const busy = wallet.isAsking(pid);
  const made = button(voice.say(busy ? "updating" : "update"), () => void wallet.refresh(pid, unit), { id: "update" });
  made.setAttribute("aria-disabled", String(busy));
  return made;
}

/** Why the newest look brought nothing, and how old what is shown is. */
function troubleNote({ voice }: App, { trouble, seenAt }: Person): Node {
  const word: Word | undefined = trouble === "" ? undefined : `trouble:${trouble}`;
  const age = seenAt > 0 ? h("span", { class: "hint" }, voice.say("asOf"), " ", when(voice, seenAt)) : undefined;
  return h("p", { role: "status" }, word && voice.say(word), " ", age);
}

function strangerNotices(app: App): Node[] {
  const { voice, wallet } = app;
  return wallet.people.flatMap((person) =>
    wallet.strangers(person).map((device) => {
      const { pid } = person.member;
      const text = voice.say("stranger", { who: calledOf(person), label: device.label });
      const mine = button(voice.say("strangerMine"), () => void wallet.trust(pid, device.device), { id: "mine" });
      const look = (): void => {
        app.choose(pid);
        app.go("devices");
      };
      const not = button(voice.say("strangerNot"), look, { id: "not-mine" });
      const added = h("p", {}, text, " ", when(voice, device.added_at));
      return h("section", { class: "notice stranger", role: "status" }, added, h("p", { class: "row" }, mine, not));
    }),
  );
}

function signedOutNotice(app: App): Node {
  const { voice, go } = app;
  return h(
    "section",
    { class: "notice" },
    h("h2", {}, voice.say("signedOut")),
    h("p", {}, voice.say("signedOutSay")),
    button(voice.say("comeBackDo"), () => go("back"), { kind: "solid", id: "again" }),
  );
}

function menu(app: App): Node {
  const { voice, go } = app;
  const each = MENU.map(([route, word]) =>
    h(
      "li",
      {},
      button(voice.say(word), () => go(route), { kind: "row", id: `to-${route}` }),
    ),
  );
  return h("nav", { "aria-label": voice.say("menu") }, h("ul", { class: "menu" }, ...each));
}

/** In place of the code: why there is none. */
function instead(app: App, person: Person, behind: boolean): Node {
  const { voice } = app;
  if (behind) {
    const words = [heading(voice.say("clockBehind")), h("p", {}, voice.say("clockBehindSay"))];
    return h("section", { class: "card", role: "alert" }, ...words);
  }
  const title = person.seen === undefined && !person.signedOut ? "notYet" : "noPass";
  const none = person.seen?.units.length === 0 ? person.seen.what_to_do[voice.language] : undefined;
  return h(
    "section",
    { class: "card" },
    heading(voice.say(title), " ", h("span", { class: "who" }, calledOf(person))),
    none && h("p", {}, none),
    person.signedOut ? undefined : renewButton(app, person, ""),
    troubleNote(app, person),
  );
}

function othersOf(person: Person, shown: HeldPass | undefined): readonly Standing[] {
  const held = new Set(person.passes.filter(({ expiresAt }) => expiresAt > serverNow()).map(({ unit }) => unit));
  return (person.seen?.units ?? []).filter(({ unit }) => unit !== shown?.unit && !held.has(unit));
}

let live: LiveCode | undefined;

/** The live code of a pass: the one that is shown already, if it is the same. */
function liveCodeOf({ wallet, voice }: App, pass: HeldPass): LiveCode | undefined {
  if (wallet.config === undefined) return undefined;
  if (live?.fits(pass) !== true) live = new LiveCode(voice, wallet.config, pass, factsOf(pass.token));
  return live.retain();
}

/** A person's pass, or why there is none. */
export function homeScreen(app: App, person: Person): Screen {
  const now = serverNow();
  const passes = person.passes.filter(({ expiresAt }) => expiresAt > now);
  const behind = clockIsBehind();
  const pass = passes.find(({ unit }) => unit === chosenUnits.get(person.member.pid)) ?? passes[0];
  const code = pass && !behind ? liveCodeOf(app, pass) : undefined;
  return {
    follows: true,
    nodes: [
      ...strangerNotices(app),
      person.signedOut ? signedOutNotice(app) : notices(app, person),
      tabs(app, person),
      pass && unitTabs(app, person, passes, pass),
      code?.node ?? instead(app, person, behind && pass !== undefined),
      code && spokenNumber(app, code),
      pass && !person.signedOut ? renewalCard(app, person, pass) : undefined,
      ...othersOf(person, pass).map((standing) => standingCard(app, standing)),
      menu(app),
    ],
    tick(at) {
      code?.tick(at);
      // The pass ended, or the clock was learnt or lost: the screen is another one then.
      if ((pass !== undefined && pass.expiresAt <= at) || clockIsBehind() !== behind) app.redraw();
    },
    close: () => code?.release(),
  };
}
