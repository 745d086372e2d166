/** One application that waits, and beside it what it may be the same as. */
import { h } from "../shared/dom";
import type { Alike, Application } from "./answers";
import type { Officer } from "./officer";
import { link } from "./panel";
import type { Voice } from "./words";

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const WHY = { name: "queueWhyName", address: "queueWhyAddress", near: "queueWhyNear" } as const;

function waited(voice: Voice, seconds: number): string {
  if (seconds < HOUR_S) return voice.say("queueFresh");
  const days = Math.floor(seconds / DAY_S);
  const time =
    days > 0 ? voice.say("queueDays", { n: days }) : voice.say("queueHours", { n: Math.floor(seconds / HOUR_S) });
  return voice.say("queueWaits", { time });
}

function where(voice: Voice, { venue }: Application): string {
  return venue.moves ? voice.say("queueMoves") : venue.address || "–";
}

/** The card; its box ticks the venue. */
export function applicationCard(officer: Officer, one: Application, ticked: Set<string>, changed: () => void): Node {
  const { voice } = officer;
  const { venue, duplicates } = one;
  const box = h("input", { type: "checkbox", "aria-label": voice.say("queueTick", { name: venue.name }) });
  box.checked = ticked.has(venue.venue);
  box.addEventListener("change", () => {
    if (box.checked) ticked.add(venue.venue);
    else ticked.delete(venue.venue);
    changed();
  });
  const peak = venue.peak_per_hour ? ` · ${voice.say("queuePeak", { n: venue.peak_per_hour })}` : "";
  const head = h("div", { class: "row-head" }, box, link(`venues/of/${venue.venue}`, venue.name, "row-link"));
  return h(
    "li",
    { class: "application", "data-venue": venue.venue },
    head,
    h("p", {}, where(voice, one)),
    h("p", { class: "hint" }, `${venue.area} · ${waited(voice, one.waits_s)}${peak}`),
    contact(voice, one),
    venue.reason === "" ? undefined : h("p", { class: "hint" }, venue.reason),
    duplicates.length === 0 ? undefined : twins(voice, one, duplicates),
  );
}

function contact(voice: Voice, { venue }: Application): Node | undefined {
  if (venue.contact === undefined) return undefined;
  const { name, phone } = venue.contact;
  return h("p", { class: "hint" }, voice.say("queueContact", { name }), " ", h("a", { href: `tel:${phone}` }, phone));
}

function twins(voice: Voice, one: Application, duplicates: readonly Alike[]): Node {
  const others = duplicates.map((other) =>
    h(
      "div",
      { class: "twin" },
      link(`venues/of/${other.venue}`, other.name),
      h("p", {}, other.address || "–"),
      h("p", { class: "hint" }, `${other.area} · ${voice.say(`venue:${other.state}`)}`),
      h("p", { class: "why" }, other.why.map((why) => voice.say(WHY[why])).join(" · ")),
    ),
  );
  const mine = h(
    "div",
    { class: "twin" },
    h("b", {}, one.venue.name),
    h("p", {}, where(voice, one)),
    h("p", { class: "hint" }, one.venue.area),
    h("p", { class: "why" }, voice.say("queueThis")),
  );
  return h(
    "details",
    { class: "twins", open: "" },
    h("summary", {}, voice.say("queueTwins")),
    h("div", { class: "side-by-side" }, mine, ...others),
  );
}
