/** The wallet: which screen is shown, when it is built again, and when the service is asked. */
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import { keepOffline } from "../shared/offline";
import { bar, foot } from "../shared/shell";
import { strip } from "../shared/strip";
import { abilities } from "../shared/inapp";
import { type App, heading, makeVoice, type Route, ROUTES, type Screen } from "./app";
import { devicesScreen } from "./devices";
import { enrolScreen, forgetDraft } from "./enrol";
import { checkinsScreen, lookupsScreen } from "./history";
import { homeScreen, welcomeScreen } from "./home";
import { openHousehold } from "./household";
import { installScreen, keepOffer } from "./install";
import { peopleScreen } from "./people";
import { sitesScreen } from "./sites";
import { statusScreen } from "./status";
import { type Person, Wallet } from "./wallet";

/** The service is asked about every five minutes while the page is looked at, not all phones at once. */
const POLL_S = 300;
const JITTER_S = 60;
/** Coming back to the page asks again, but not more often than this. */
const LEAST_S = 30;
const CHOSEN = "wallet.person";

const voice = makeVoice();
let wallet: Wallet;
let chosen = "";
let screen: Screen | undefined;
let shown: Route = "";
let askedAt = 0;
let nextPoll = 0;

function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no #${id} in the page`);
  return found;
}

function routeOf(): Route {
  const name = location.hash.replace(/^#\/?/, "");
  return ROUTES.find((route) => route === name) ?? "";
}

const app: App = {
  get wallet() {
    return wallet;
  },
  voice,
  get person() {
    return wallet.person(chosen) ?? wallet.people[0];
  },
  choose(pid) {
    chosen = pid;
    void wallet.household.notes.put(CHOSEN, pid);
    if (shown === "") app.redraw();
  },
  go(route) {
    if (routeOf() === route) return arrive();
    if (route === "" && location.hash === "") return arrive();
    location.hash = route === "" ? "" : `/${route}`;
  },
  redraw() {
    draw(false);
  },
  announce(text) {
    part("announce").textContent = text;
  },
};

const OF_A_PERSON: Readonly<Partial<Record<Route, (app: App, person: Person) => Screen>>> = {
  "": homeScreen,
  status: statusScreen,
  devices: devicesScreen,
  checkins: checkinsScreen,
  lookups: lookupsScreen,
};

function screenFor(route: Route): Screen {
  if (route === "enrol" || route === "back") return enrolScreen(app, route === "back");
  if (route === "sites") return sitesScreen(app);
  if (route === "install") return installScreen(app);
  const { person } = app;
  if (person === undefined) return welcomeScreen(app);
  if (route === "people") return peopleScreen(app);
  return (OF_A_PERSON[route] ?? homeScreen)(app, person);
}

/** What the browser cannot keep is said before anything is lost. */
function keepingNotice(): Node | undefined {
  if (wallet.lasting) return undefined;
  const words = [h("h2", {}, voice.say("notKeeping")), h("p", {}, voice.say("notKeepingSay"))];
  return h("section", { class: "notice", id: "not-keeping" }, ...words);
}

function frame(): void {
  const shell = { voice, config: wallet.config, onLanguage: () => draw(false) };
  part("bar").replaceChildren(...bar(shell));
  const above = [strip(voice.language), keepingNotice()].filter((node) => node !== undefined);
  part("above").replaceChildren(...above);
  const help = foot(shell);
  part("foot").replaceChildren(...(help === undefined ? [] : [help]));
}

/** Build the screen; `arriving`: it is another one, so the focus goes to its heading and the view to its top. */
function draw(arriving: boolean): void {
  const focused = document.activeElement?.id ?? "";
  const before = screen;
  shown = routeOf();
  screen = screenFor(shown);
  // Only now: what both show is handed over.
  before?.close?.();
  frame();
  part("view").replaceChildren(...screen.nodes.filter((node) => node !== undefined));
  const title = part("view").querySelector("h1");
  document.title = `${title?.textContent ?? ""} · ${voice.say("title")}`;
  document.body.dataset.screen = shown || (wallet.people.length > 0 ? "home" : "welcome");
  if (arriving) {
    window.scrollTo(0, 0);
    title?.focus({ preventScroll: true });
  } else if (focused !== "") document.getElementById(focused)?.focus({ preventScroll: true });
}

/** Another screen: what was typed on the one before is forgotten, unless it was the same form. */
function arrive(): void {
  const forms: readonly Route[] = ["enrol", "back"];
  if (forms.includes(shown) && routeOf() !== shown) forgetDraft();
  draw(true);
}

function isTyping(): boolean {
  const active = document.activeElement;
  return active instanceof HTMLInputElement && active.type !== "checkbox" && part("view").contains(active);
}

/** Something changed: a screen that follows is built again, unless that would take a half-typed word away. */
function changed(): void {
  if (screen?.follows === true && !isTyping()) draw(false);
  else frame();
}

async function poll(): Promise<void> {
  askedAt = serverNow();
  nextPoll = askedAt + POLL_S + Math.floor((Math.random() * 2 - 1) * JITTER_S);
  await wallet.refreshAll();
}

function returned(): void {
  // A code that stood still in the background is signed anew before anybody looks at it.
  screen?.tick?.(serverNow());
  if (document.visibilityState === "visible" && Math.abs(serverNow() - askedAt) >= LEAST_S) void poll();
}

function everySecond(): void {
  const now = serverNow();
  screen?.tick?.(now);
  // A clock that was set back must not put the next question off for ever.
  const due = now >= nextPoll || nextPoll - now > POLL_S + JITTER_S;
  if (due && document.visibilityState === "visible" && navigator.onLine) void poll();
}

function tooOld(): void {
  part("bar").replaceChildren(...bar({ voice, config: undefined, onLanguage: tooOld }));
  part("view").replaceChildren(
    h("section", { class: "card" }, heading(voice.say("tooOld")), h("p", {}, voice.say("tooOldSay"))),
  );
  document.title = `${voice.say("tooOld")} · ${voice.say("title")}`;
  document.body.dataset.screen = "too-old";
}

/** Check-ins that waited for a network go out from here too: the poster's page may not be opened again for days. */
async function sendVisits(): Promise<void> {
  try {
    const { sendWaiting } = await import("../checkin/queue");
    await sendWaiting(wallet.household);
  } catch {
    // This part of the page did not arrive: without a network nothing could be sent either.
  }
}

async function start(): Promise<void> {
  if (!abilities().crypto || typeof BigInt === "undefined") return tooOld();
  keepOffer();
  wallet = new Wallet(await openHousehold());
  await wallet.load();
  chosen = (await wallet.household.notes.get(CHOSEN)) ?? "";
  wallet.onChange = changed;
  draw(false);
  addEventListener("hashchange", arrive);
  document.addEventListener("visibilitychange", returned);
  addEventListener("online", () => {
    void poll();
    void sendVisits();
  });
  nextPoll = serverNow() + POLL_S;
  setInterval(everySecond, 1000);
  void keepOffline();
  await wallet.learnConfig();
  await poll();
  await sendVisits();
}

void start();
