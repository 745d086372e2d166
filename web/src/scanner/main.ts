/** The gate's own page: a shift is begun here, and worked here. The scanner itself is loaded only for a shift. */
import { ask } from "../shared/api";
import type { Config } from "../shared/config";
import { h } from "../shared/dom";
import { keepOffline } from "../shared/offline";
import { count } from "../shift/records";
import { openShiftBook, type Shift, type ShiftBook } from "../shift/shift";
import { type Beginning, drawChooseGate, drawGate } from "./begin";
import { button, drawPlain } from "./page";
import type { Post, Running } from "./scanner";
import { voice } from "./words";

/** What stands on the page, to be drawn again in the other language. */
let redraw: () => void = () => {};
let config: Config | undefined;
let book: ShiftBook;
let running: Running | undefined;

function draw(screen: () => void): void {
  redraw = screen;
  screen();
}

function gateOfAddress(): string | undefined {
  const gate = new URLSearchParams(location.hash.slice(1)).get("gate");
  return gate !== null && /^[A-Za-z0-9_-]{1,40}$/.test(gate) ? gate : undefined;
}

function beginning(): Beginning {
  return {
    book,
    config,
    redraw: () => redraw(),
    onGate(gate) {
      history.replaceState(null, "", gate === undefined ? "/" : `/#gate=${gate}`);
      drawBegin();
    },
    onScanPoster: () => void scanPoster(),
    onBegun(shift) {
      history.replaceState(null, "", "/");
      void work(shift);
    },
  };
}

function drawBegin(): void {
  const gate = gateOfAddress();
  draw(() => (gate === undefined ? drawChooseGate(beginning()) : void drawGate(beginning(), gate)));
}

async function scanPoster(): Promise<void> {
  const { drawPosterScan } = await import("./scanner-poster");
  draw(
    () =>
      void drawPosterScan({ config, redraw: () => redraw() }, (gate) => {
        if (gate !== undefined) history.replaceState(null, "", `/#gate=${gate}`);
        drawBegin();
      }),
  );
}

async function drawOver(): Promise<void> {
  const waits = await count();
  const frame = { config, redraw: () => redraw() };
  draw(() =>
    drawPlain(
      frame,
      voice.say("overTitle"),
      h("p", { class: "lead" }, voice.say("overRevoked")),
      h(
        "p",
        { class: waits > 0 ? "notice" : "" },
        waits > 0 ? voice.say("overWaits", { n: waits }) : voice.say("overNothing"),
      ),
      button("overAgain", "solid wide big", drawBegin),
    ),
  );
}

/** The scanner's files could not be fetched: there is no network, and they were not kept before. */
function drawNotLoaded(shift: Shift): void {
  const frame = { config, redraw: () => redraw() };
  const retry = button("retry", "solid wide", () => void work(shift));
  draw(() =>
    drawPlain(frame, voice.say("noCamera"), h("p", { class: "fault", role: "alert" }, voice.say("noReaderSay")), retry),
  );
}

async function work(shift: Shift): Promise<void> {
  draw(() => drawPlain({ config, redraw: () => redraw() }, voice.say("starting")));
  const loaded = await Promise.all([import("./scanner"), import("./counters")]).catch(() => undefined);
  if (loaded === undefined) return drawNotLoaded(shift);
  const [scanner, counters] = loaded;
  const post: Post = {
    book,
    config,
    onOver() {
      running = undefined;
      void drawOver();
    },
    onCounters(on) {
      const onBack = (): void => draw(() => on.draw());
      const page = { running: on, config, redraw: () => redraw(), onBack, onEnded: ended };
      draw(() => void counters.drawCounters(page));
    },
  };
  running = await scanner.Running.start(post, shift);
  redraw = () => running?.draw();
}

function ended(): void {
  running = undefined;
  drawBegin();
}

/** A poster of another gate was scanned by the phone's camera while a shift stands: that one goes on until it is ended. */
function drawOtherGate(shift: Shift): void {
  const go = button("goScan", "solid wide big", () => {
    history.replaceState(null, "", "/");
    void work(shift);
  });
  const wrong = h("p", { class: "fault", role: "alert" });
  const end = button("endOther", "plain wide", () => {
    book.end(shift).then(drawBegin, () => (wrong.textContent = voice.say("endOffline")));
  });
  const frame = { config, redraw: () => redraw() };
  const told = voice.say("faultOnShift", { gate: shift.gateName });
  draw(() => drawPlain(frame, voice.say("beginTitle"), h("p", { class: "lead" }, told), wrong, go, end));
}

async function route(): Promise<void> {
  const shift = await book.current();
  const gate = gateOfAddress();
  if (shift === undefined) return drawBegin();
  if (gate !== undefined && gate !== shift.gate) return drawOtherGate(shift);
  if (running === undefined) await work(shift);
}

async function start(): Promise<void> {
  void keepOffline();
  const settings = ask<Config>("GET", "/config.json").catch(() => undefined);
  book = await openShiftBook();
  config = await settings;
  await route();
}

addEventListener("hashchange", () => void route());
void start();
