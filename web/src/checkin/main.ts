/** The check-in page 扫码登记: a poster's code opens it; a known holder is in or out with one tap. */
import { type Household, openHousehold, visitId } from "../me/household";
import { serverNow, serverNowMs } from "../shared/clock";
import { loadConfig } from "../shared/config";
import { h, refill } from "../shared/dom";
import { keepOffline } from "../shared/offline";
import { bar, helpLine, type Shell } from "../shared/shell";
import { strip } from "../shared/strip";
import { answersScreen } from "./answers";
import { backlog } from "./backlog";
import { readCode } from "./code";
import { formScreen } from "./form";
import { headOf } from "./outcome";
import { marksAt } from "./receipt";
import { checkIn, drop, isSignedOut, isUnkept, renewReceipt, sendWaiting, visitsOf } from "./queue";
import { type Direction, type Kept, standing } from "./rules";
import { type Acts, type State, venueOf, voiceOfPage } from "./state";
import { findVenue, remember, remembered } from "./venue";
import { keepLit } from "./wake";

/** A network that says nothing for so long is as good as none; its answer counts when it comes. */
const SLOW_MS = 2500;
const STUCK_MS = 4000;
const RETRY_MS = 20_000;
const TICK_MS = 500;

const voice = voiceOfPage();
const state: State = {
  config: undefined,
  code: readCode(location.pathname),
  found: { kind: "looking" },
  before: undefined,
  members: undefined,
  stuck: false,
  lasting: true,
  chosen: new Set(),
  companions: 0,
  running: undefined,
  shown: [],
  visits: [],
  unkept: new Set(),
  signedOut: new Set(),
};
const opening = openHousehold();
let tick: (nowMs: number) => void = () => {};

function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no #${id} in the page`);
  return found;
}

const acts: Acts = {
  go: (direction) => void go(direction),
  again() {
    state.shown = [];
    draw(true);
  },
  renew: () => void renew(),
  send: () => void sendAndShow(),
  seen: (ids) => void opening.then((household) => drop(household, ids)).then(refresh),
};

/** Draw the page from its state; `moved`: to another screen, so the focus goes to its heading. */
function draw(moved = false): void {
  const focused = document.activeElement?.id;
  const facing = { voice, state, acts };
  const shell: Shell = { voice, config: state.config, onLanguage: () => draw() };
  const screen =
    state.shown.length > 0 ? answersScreen(facing) : { nodes: formScreen(facing), tick: (): void => undefined };
  const body = h("main", {}, ...screen.nodes, ...backlog(facing));
  document.title = `${venueOf(state)?.name ?? ""} ${voice.say("title")}`.trim();
  refill(part("page"), [...bar(shell), h("div", { class: "sheet" }, strip(voice.language), body, helpLine(shell))]);
  tick = screen.tick;
  tick(serverNowMs());
  if (moved) {
    scrollTo(0, 0);
    document.querySelector("h1")?.focus();
  } else if (focused) document.getElementById(focused)?.focus();
}

function announce(text: string): void {
  part("announce").textContent = text;
}

function pictured(): string {
  return JSON.stringify([state.visits, state.shown, [...state.unkept], [...state.signedOut], state.members?.length]);
}

/** Read again what the phone keeps, and show it; a page that would look the same is not touched under somebody's finger. */
async function refresh(): Promise<void> {
  const household = await opening;
  const before = pictured();
  state.visits = await visitsOf(household);
  const byId = new Map(state.visits.map((visit) => [visit.id, visit]));
  state.shown = state.shown.map((visit) => byId.get(visit.id) ?? visit);
  state.unkept = new Set(state.visits.filter((visit) => isUnkept(household, visit)).map(({ id }) => id));
  state.signedOut = new Set((state.members ?? []).map(({ pid }) => pid).filter(isSignedOut));
  if (pictured() !== before) draw();
}

async function sendAndShow(): Promise<void> {
  const before = headOf(state.shown);
  await sendWaiting(await opening);
  await refresh();
  if (state.shown.length > 0 && headOf(state.shown) !== before) announce(voice.say(headOf(state.shown)));
}

async function go(direction: Direction): Promise<void> {
  const { code, members = [] } = state;
  if (state.running !== undefined || code === undefined) return;
  state.running = direction;
  draw();
  const household: Household = await opening;
  const [at, venueName] = [serverNow(), venueOf(state)?.name ?? code.venue];
  const going = members.filter(({ pid }) => state.chosen.has(pid));
  state.shown = await Promise.all(
    going.map((member, place) => {
      const act: Kept = {
        id: visitId(),
        pid: member.pid,
        venue: code.venue,
        venueName,
        direction,
        at,
        code: code.code,
        // Whoever comes along comes with the first; who leaves takes along whoever they came with.
        ...(place === 0 && direction === "in" && state.companions > 0 ? { party: 1 + state.companions } : {}),
        state: "waiting",
      };
      return checkIn(household, member, act);
    }),
  );
  state.running = undefined;
  state.companions = 0;
  await refresh();
  draw(true);
  // An earlier one may have waited for just this network.
  if (state.shown.every((visit) => visit.state !== "waiting")) void sendAndShow();
}

async function renew(): Promise<void> {
  const household = await opening;
  const again = state.shown.filter(({ receipt }) => receipt !== undefined);
  await Promise.all(
    again.map(async (visit) => {
      const member = state.members?.find(({ pid }) => pid === visit.pid);
      // Without an answer the receipt stays over, and its button can be pressed again.
      if (member !== undefined)
        await renewReceipt(household, member, visit).catch(() => announce(voice.say("unreached")));
    }),
  );
  await refresh();
  draw();
}

async function look(): Promise<void> {
  if (state.code === undefined) return;
  const slow = setTimeout(() => {
    if (state.found.kind !== "looking") return;
    state.found = { kind: "unreached" };
    draw();
  }, SLOW_MS);
  state.found = await findVenue(state.code);
  clearTimeout(slow);
  draw();
  if ("venue" in state.found) await remember(await opening, state.found.venue);
}

async function meet(): Promise<void> {
  const household = await opening;
  const known = new Set((state.members ?? []).map(({ pid }) => pid));
  state.members = await household.members().catch(() => []);
  state.lasting = household.lasting;
  for (const { pid } of state.members) if (!known.has(pid)) state.chosen.add(pid);
  if (state.code !== undefined) state.before ??= await remembered(household, state.code);
}

async function start(): Promise<void> {
  draw();
  void loadConfig().then(
    (config) => {
      state.config = config;
      draw();
    },
    () => undefined,
  );
  const looking = look();
  // Safari 14 now and then never opens its storage until the page is loaded again.
  const stuck = setTimeout(() => {
    state.stuck = true;
    draw();
  }, STUCK_MS);
  await meet();
  clearTimeout(stuck);
  state.visits = await visitsOf(await opening);
  if (state.code !== undefined) state.shown = standing(state.visits, state.code.venue, serverNow());
  await refresh();
  draw();
  await looking;
  await sendAndShow();
  void keepOffline();
}

/** Try what found no network; a phone's own word about its network is not to be trusted. */
function retry(): void {
  if (document.visibilityState !== "visible" || state.running !== undefined) return;
  if (state.found.kind === "unreached") void look();
  // Whom this phone may no longer act for, no network brings back.
  if (state.visits.some((visit) => visit.state === "waiting" && !state.signedOut.has(visit.pid))) void sendAndShow();
}

/** Somebody may have enrolled in another tab meanwhile. */
async function comeBack(): Promise<void> {
  if (document.visibilityState !== "visible" || state.members === undefined) return;
  const known = state.members.length;
  if (known === 0) await meet();
  await refresh();
  if (state.members.length !== known) draw();
}

function everyTick(): void {
  const nowMs = serverNowMs();
  tick(nowMs);
  keepLit(state.shown.some(({ receipt }) => receipt !== undefined && marksAt(receipt, nowMs) !== undefined));
}

addEventListener("online", retry);
document.addEventListener("visibilitychange", () => void comeBack());
setInterval(retry, RETRY_MS);
setInterval(everyTick, TICK_MS);
void start();
