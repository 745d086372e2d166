/** What an inspector asks, and the guard's end of the shift. */
import { Offline } from "../shared/api";
import { chinaInstant, lasting } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import { thumbprint } from "../shared/keys";
import { paces } from "../shift/assisted";
import * as records from "../shift/records";
import { keptLabel } from "./label";
import { button, drawPlain, type Frame } from "./page";
import { sign } from "./assistpanel";
import { rulesCard } from "./rulescard";
import type { Running } from "./scanner";
import { secretFields } from "./secretform";
import { voice, type Word } from "./words";

export interface Counting extends Frame {
  readonly running: Running;
  onBack(): void;
  onEnded(): void;
}

function row(word: Word, value: Node | string, id?: string): HTMLElement {
  return h("div", {}, h("dt", {}, voice.say(word)), h("dd", id === undefined ? {} : { id }, value));
}

function big(word: Word, value: number): HTMLElement {
  return h("div", {}, h("dt", {}, voice.say(word)), h("dd", { id: `count-${word}` }, String(value)));
}

async function figures({ shift, lists }: Running): Promise<Node[]> {
  const tally = await records.tally(shift);
  const now = serverNow();
  const age = lists.ageS(now);
  const device = await thumbprint(shift.key.jwk);
  return [
    h(
      "dl",
      { class: "big-figures" },
      big("statIn", tally.in),
      big("statOut", tally.out),
      big("statRefused", tally.refused),
      big("statUnsure", tally.unsure),
    ),
    h(
      "dl",
      { class: "card facts" },
      row("gateIs", `${shift.gateName} (${shift.gate})`),
      row("venueIs", shift.venueName),
      row("statSince", chinaInstant(voice.language, shift.startedAt)),
      row("statUntil", chinaInstant(voice.language, shift.endsAt)),
      row("statWaiting", String(await records.count()), "count-waiting"),
      row("statRecorded", String(tally.recorded), "count-recorded"),
      row("statOverruled", String(tally.overruled)),
      row("statLost", String(tally.lost)),
      row("listAge", age === undefined ? voice.say("noLists") : voice.say("ago", { t: lasting(voice, age) })),
      row("statLists", String(lists.size)),
      row("statStatement", String(lists.seq ?? "–")),
      row("statDevice", [keptLabel(), device.slice(0, 12)].filter((text) => text !== "").join(" · ")),
    ),
  ];
}

/** People without a smartphone, apart from everybody with a pass: how many, how, and how long each took. */
async function assistedFigures({ shift }: Running): Promise<Node> {
  const tally = await records.tally(shift);
  const took = await paces();
  const seconds = took.map(({ way, people, medianS }) => {
    const dt = h("dt", {}, voice.say(`way-${way}`));
    const dd = h("dd", { id: `pace-${way}` }, voice.say("paceOf", { s: medianS.toFixed(1), n: people }));
    return h("div", {}, dt, dd);
  });
  return h(
    "section",
    { class: "card" },
    h("h2", {}, voice.say("statAssistTitle")),
    h(
      "dl",
      { class: "facts" },
      row("statAssistedRecorded", String(tally.assisted), "count-assisted"),
      row("statUnchecked", String(tally.unchecked), "count-unchecked"),
    ),
    ...(seconds.length === 0 ? [] : [h("h3", {}, voice.say("statPace")), h("dl", { class: "facts" }, ...seconds)]),
  );
}

function sending(page: Counting): HTMLElement {
  const told = h("p", { role: "status" });
  const now = button("sendNow", "solid wide", () => void send());
  async function send(): Promise<void> {
    now.disabled = true;
    told.textContent = voice.say("sending");
    const { sent, left, stopped } = await page.running.send();
    now.disabled = false;
    if (stopped === "over") return;
    const word = stopped === undefined ? "sentOk" : stopped === "offline" ? "sentOffline" : "sentBusy";
    told.textContent = voice.say(word, { n: sent, left });
    for (const [id, value] of [
      ["count-waiting", await records.count()],
      ["count-recorded", (await records.tally(page.running.shift)).recorded],
    ] as const) {
      const cell = document.getElementById(id);
      if (cell !== null) cell.textContent = String(value);
    }
  }
  return h("div", { class: "stack" }, now, told);
}

async function askEnd(page: Counting): Promise<void> {
  const waits = await records.count();
  const wrong = h("p", { class: "fault", role: "alert" });
  const yes = button("endYes", "solid wide danger", () => void end());
  async function end(): Promise<void> {
    const { running } = page;
    yes.disabled = true;
    try {
      await running.send();
      await running.post.book.end(running.shift);
      running.stop();
      page.onEnded();
    } catch (error) {
      if (!(error instanceof Offline)) throw error;
      yes.disabled = false;
      wrong.textContent = voice.say("endOffline");
    }
  }
  drawPlain(
    { ...page, redraw: () => void askEnd(page) },
    voice.say("endSure"),
    waits > 0 ? h("p", { class: "notice" }, voice.say("endWaits", { n: waits })) : undefined,
    wrong,
    yes,
    button("cancel", "plain wide", () => void drawCounters(page)),
  );
}

function changeSecret(page: Counting): void {
  const fields = secretFields(page.running.secret);
  const form = h("form", {}, fields.node, h("button", { class: "solid wide" }, voice.say("secretSave")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void fields.save().then(async (saved) => {
      if (!saved) return;
      await page.running.readSecret();
      await drawCounters(page);
    });
  });
  const frame = { ...page, redraw: () => changeSecret(page) };
  drawPlain(
    frame,
    voice.say("changeSecret"),
    form,
    button("cancel", "plain wide", () => void drawCounters(page)),
  );
}

/** Draw the counters. */
export async function drawCounters(page: Counting): Promise<void> {
  const { secret } = page.running;
  const shown = await figures(page.running);
  const assisted = await assistedFigures(page.running);
  drawPlain(
    { ...page, redraw: () => void drawCounters(page) },
    voice.say("counters"),
    button("goScan", "solid wide big", () => page.onBack()),
    ...shown,
    assisted,
    rulesCard(page.running.rules, serverNow()),
    sending(page),
    h(
      "section",
      { class: "card secret-line" },
      h("h2", {}, voice.say("statSecret")),
      secret === undefined ? h("p", {}, voice.say("secretNone")) : sign(secret),
      button("changeSecret", "plain wide", () => changeSecret(page)),
    ),
    button("endShift", "plain wide", () => void askEnd(page)),
  );
}
