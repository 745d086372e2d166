/** The page on which whoever answers for a venue applies for its code, and comes back to see how things stand. */
import { chinaInstant, instantOf } from "../shared/china";
import { type Config, loadConfig } from "../shared/config";
import { h, refill } from "../shared/dom";
import { Offline, Problem } from "../shared/api";
import { makeKey } from "../shared/keys";
import { KINDS } from "../shared/kinds";
import { saveFile } from "../shared/saving";
import type { Session } from "../shared/session";
import { bar, foot } from "../shared/shell";
import { askToPersist, openStorage } from "../shared/store";
import { ApplyForm } from "./form";
import { JoinForm, type Proof } from "./join";
import { blank, type Draft, faultOf, type Joining, type Sent, voiceOfPage, type Word } from "./page";
import { type Applicant, apply, correct, type Facts, join, poster, record, sessionOf, type Venue } from "./service";

const voice = voiceOfPage();
const opening = openStorage<{ sent: Sent }>("epipass-apply", 1, ["sent"]);
const sessions = new Map<string, Session>();
const seen = new Map<string, Venue>();
/** What the last look ended with, where it found nothing. */
const troubles = new Map<string, Problem | Offline>();

let config: Config | undefined;
let kept: readonly Sent[] = [];
let lasting = true;
/** Whether it was read what this phone sent: until then there is nothing to show, and no form to offer. */
let known = false;
let draft: Draft = blank();
/** A new application, or the venue that is being corrected; undefined: the list. */
let form: ApplyForm | JoinForm | undefined;
/** Another phone, or this one again after a month unused: the phone is proved, not typed in anew. */
let joining: Joining | undefined;
let correcting: Sent | undefined;
let applying = false;

function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no #${id} in the page`);
  return found;
}

function button(word: Word, kind: string, act: () => void, id?: string): HTMLButtonElement {
  const made = h("button", { type: "button", class: kind, id }, voice.say(word));
  made.addEventListener("click", act);
  return made;
}

function announce(word: Word): void {
  part("announce").textContent = voice.say(word);
}

/** Draw the page from what is known; `moved`: to another screen, so the focus goes to its heading. */
function draw(moved = false): void {
  const shell = { voice, config, onLanguage: () => draw() };
  const focused = document.activeElement?.id ?? "";
  const nodes = screen();
  document.title = voice.say("title");
  refill(part("page"), [...bar(shell), h("div", { class: "sheet" }, h("main", {}, ...nodes), foot(shell))]);
  if (moved) {
    scrollTo(0, 0);
    document.querySelector("h1")?.focus();
  } else if (focused !== "") document.getElementById(focused)?.focus({ preventScroll: true });
}

function screen(): (Node | undefined)[] {
  if (joining !== undefined) return joinScreen(joining);
  if (applying || correcting !== undefined || kept.length === 0) return formScreen();
  // No form stands any more that an answer must not be drawn over.
  form = undefined;
  return listScreen();
}

function heading(word: Word): Node {
  return h("h1", { tabindex: "-1" }, voice.say(word));
}

function formScreen(): (Node | undefined)[] {
  form = new ApplyForm(voice, draft, correcting === undefined ? "apply" : "correct", send);
  const venue = correcting && seen.get(correcting.venue);
  const reason = venue && reasonOf(venue);
  const back = kept.length > 0 ? button("back", "plain", () => leave(), "back") : undefined;
  const say = voice.say(correcting === undefined ? "intro" : "correctIntro");
  const unkept = lasting ? undefined : h("p", { class: "notice" }, voice.say("notKeeping"));
  // Whoever applied on another phone, or whose worker applied for them, need not apply again.
  const elsewhere =
    correcting === undefined ? button("joinTitle", "plain wide", () => joinAnother(), "join") : undefined;
  const title = heading(correcting === undefined ? "title" : "correct");
  return [back, title, h("p", {}, say), elsewhere, unkept, reason, form.node];
}

function joinScreen(typed: Joining): (Node | undefined)[] {
  form = new JoinForm(voice, typed, (proof) => joined(typed, proof));
  const unkept = lasting ? undefined : h("p", { class: "notice" }, voice.say("notKeeping"));
  const back = button("back", "plain", () => leave(), "back");
  return [back, heading("joinTitle"), h("p", {}, voice.say("joinSay")), unkept, form.node];
}

function joinAnother(venue = ""): void {
  joining = { venue, phone: "", code: "", key: undefined, askedAt: undefined };
  draw(true);
}

async function joined(typed: Joining, { venue, phone, code }: Proof): Promise<void> {
  const key = (typed.key ??= await makeKey());
  const made = await patient(() => join(venue, phone, code, key));
  const sent = { venue: made.venue, name: made.venue, key };
  sessions.delete(made.venue);
  session(sent).grant(made);
  await (await opening).store("sent").put(made.venue, sent);
  troubles.delete(made.venue);
  await refreshKept();
  void askToPersist();
  [joining, applying, correcting, form] = [undefined, false, undefined, undefined];
  draw(true);
  await look();
}

function leave(): void {
  [joining, applying, correcting, form] = [undefined, false, undefined, undefined];
  draw(true);
  void look();
}

function listScreen(): (Node | undefined)[] {
  const unkept = lasting ? undefined : h("p", { class: "notice" }, voice.say("notKeeping"));
  return [
    heading("mine"),
    unkept,
    ...kept.map(card),
    h(
      "div",
      { class: "acts" },
      button("refresh", "plain wide", () => void look(), "refresh"),
      button("another", "plain wide", fresh),
      button("joinTitle", "plain wide", () => joinAnother(), "join"),
    ),
  ];
}

function fresh(): void {
  draft = blank();
  applying = true;
  draw(true);
}

function reasonOf({ reason, state }: Venue): Node | undefined {
  if (reason === "" || state === "applied") return undefined;
  const look = state === "returned" || state === "refused" ? "notice" : "hint";
  return h("div", { class: look }, h("b", {}, voice.say("reason")), h("p", {}, reason));
}

function card(sent: Sent): Node {
  const venue = seen.get(sent.venue);
  const head = h("h2", {}, venue?.name ?? sent.name);
  const number = h("p", { class: "hint" }, voice.say("number"), " ", h("span", { class: "code" }, sent.venue));
  const trouble = troubleOf(sent);
  if (venue === undefined) return h("section", { class: "card" }, head, number, ...trouble);
  const time = chinaInstant(voice.language, instantOf(venue.applied_at));
  return h(
    "section",
    { class: "card", "data-state": venue.state },
    head,
    ...trouble,
    h("p", { class: "state" }, voice.say(`state:${venue.state}`)),
    h("p", {}, voice.say(`next:${venue.state}`)),
    reasonOf(venue),
    ...actsOf(sent, venue),
    h("p", { class: "hint" }, voice.say("reached", { time })),
    number,
  );
}

/** What is wrong; only an application that this phone may never see again can be removed, for its key goes with it. */
function troubleOf(sent: Sent): Node[] {
  const trouble = troubles.get(sent.venue);
  if (trouble === undefined) return [];
  const said = h("p", { class: "fault", role: "alert" }, faultOf(voice, trouble));
  const over = trouble instanceof Problem && (trouble.code === "device" || trouble.status === 404);
  const again = (): void => joinAnother(sent.venue);
  return over
    ? [said, button("joinAgain", "solid", again), button("forget", "plain", () => void remove(sent))]
    : [said];
}

function actsOf(sent: Sent, venue: Venue): Node[] {
  if (venue.state === "returned") return [button("correct", "solid wide", () => edit(sent, venue))];
  if (venue.state !== "approved") return [];
  const fault = h("p", { class: "fault", role: "alert" });
  const get = button("poster", "solid wide", () => void savePoster(sent, get, fault));
  return [get, fault];
}

async function savePoster(sent: Sent, get: HTMLButtonElement, fault: HTMLElement): Promise<void> {
  get.disabled = true;
  fault.textContent = "";
  try {
    const data = await poster(session(sent), sent.venue);
    saveFile(`poster-${sent.venue}.pdf`, data);
  } catch (error) {
    fault.textContent = faultOf(voice, error);
  } finally {
    get.disabled = false;
  }
}

function edit(sent: Sent, venue: Venue): void {
  const known = venue.hours ?? [];
  draft = {
    ...blank(),
    name: venue.name,
    area: venue.area,
    category: KINDS.find((kind) => kind === venue.category) ?? "other",
    address: venue.address ?? "",
    moves: venue.moves ?? false,
    opens: known[0]?.opens ?? "",
    closes: known[0]?.closes ?? "",
    known,
    peak: venue.peak_per_hour ? String(venue.peak_per_hour) : "",
    position: venue.position,
    parent: venue.parent ?? "",
  };
  correcting = sent;
  draw(true);
}

async function send(facts: Facts, applicant: Applicant | undefined): Promise<void> {
  if (correcting !== undefined) seen.set(correcting.venue, await correct(session(correcting), correcting.venue, facts));
  else if (applicant !== undefined) await first(facts, applicant);
  [draft, applying, correcting, form] = [blank(), false, undefined, undefined];
  draw(true);
  announce("sent");
  await look();
}

async function first(facts: Facts, applicant: Applicant): Promise<void> {
  const key = (draft.key ??= await makeKey());
  const made = await patient(() => apply(facts, applicant, key));
  const sent = { venue: made.venue, name: facts.name, key };
  session(sent).grant(made);
  await (await opening).store("sent").put(made.venue, sent);
  await refreshKept();
  void askToPersist();
}

/** The first answer teaches the clock; a proof that was refused for the phone's own is made once more. */
async function patient<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "proof") throw error;
    return attempt();
  }
}

function session({ venue, key }: Sent): Session {
  const held = sessions.get(venue) ?? sessionOf(venue, key);
  sessions.set(venue, held);
  return held;
}

async function remove({ venue }: Sent): Promise<void> {
  await (await opening).store("sent").delete(venue);
  await refreshKept();
  draw(true);
}

async function refreshKept(): Promise<void> {
  const storage = await opening;
  [kept, lasting] = [await storage.store("sent").all(), storage.lasting];
}

/** Ask how each application stands; an answer that does not come leaves what was known. */
async function look(): Promise<void> {
  await Promise.all(
    kept.map(async (sent) => {
      try {
        seen.set(sent.venue, await record(session(sent), sent.venue));
        troubles.delete(sent.venue);
      } catch (error) {
        if (!(error instanceof Problem || error instanceof Offline)) throw error;
        troubles.set(sent.venue, error);
      }
    }),
  );
  if (form === undefined) draw();
}

async function start(): Promise<void> {
  void loadConfig().then(
    (loaded) => {
      config = loaded;
      // Not under somebody's finger, nor before it is known what this phone sent; what was typed is kept by the draft.
      if (known && document.activeElement === document.body) draw();
    },
    () => undefined,
  );
  await refreshKept();
  known = true;
  draw();
  await look();
}

setInterval(() => form?.tick(), 1000);
void start();
