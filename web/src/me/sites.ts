/** Where to take a test, and when: the district's published list, with what is open now at the top. */
import { ask, Offline, Problem } from "../shared/api";
import { chinaClock, chinaDay } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import { type App, backTo, button, heading, type Screen } from "./app";
import { problemWord } from "./devices";

/** Open on these days of the week (1 Monday … 7 Sunday: "1-5", "6", "1-3,7"), from and until in China time. */
export interface Hours {
  readonly days: string;
  readonly from: string;
  readonly to: string;
}

export interface Site {
  readonly name: string;
  readonly name_en?: string;
  readonly address: string;
  readonly hours: readonly Hours[];
  readonly phone?: string;
  readonly note?: string;
}

/** The day of the week in China, 1 Monday … 7 Sunday. */
export function weekday(epochS: number): number {
  return new Date(`${chinaDay(epochS)}T00:00:00Z`).getUTCDay() || 7;
}

function onDay(days: string, day: number): boolean {
  return days.split(",").some((span) => {
    const [first = 0, last = first] = span.split("-").map(Number);
    return first <= day && day <= last;
  });
}

/** Whether a site is open at an instant; "24:00" is the end of the day. */
export function isOpen({ hours }: Site, epochS: number): boolean {
  const clock = chinaClock(epochS).slice(0, 5);
  return hours.some(({ days, from, to }) => onDay(days, weekday(epochS)) && from <= clock && clock < to);
}

/** Its days by their names, its hours: "周一–周五 06:00–09:30". */
function hoursText({ voice }: App, { days, from, to }: Hours): string {
  const names = voice.say("weekdays").split(" ");
  const named = days.replace(/[1-7]/g, (day) => names[Number(day) - 1] ?? day).replace(/-/g, "–");
  return `${named} ${from}–${to}`;
}

function siteCard(app: App, site: Site, open: boolean): Node {
  const { voice } = app;
  const { name, name_en: english, address, hours, phone = "", note = "" } = site;
  const call = h(
    "a",
    { class: "plain", href: `tel:${phone.replace(/[^0-9+]/g, "")}` },
    voice.say("callSite"),
    " ",
    phone,
  );
  return h(
    "li",
    { class: "card" },
    h("h2", {}, voice.language === "en" ? (english ?? name) : name),
    h("p", { class: "state" }, voice.say(open ? "openNow" : "closedNow")),
    h("p", {}, address),
    h("ul", { class: "hours" }, ...hours.map((one) => h("li", {}, hoursText(app, one)))),
    note === "" ? undefined : h("p", { class: "hint" }, note),
    phone === "" ? undefined : call,
  );
}

async function showSites(app: App, place: HTMLElement): Promise<void> {
  try {
    const { sites } = await ask<{ sites: Site[] }>("GET", "/sites.json");
    const now = serverNow();
    const open = sites.filter((site) => isOpen(site, now));
    const closed = sites.filter((site) => !open.includes(site));
    const cards = [
      ...open.map((site) => siteCard(app, site, true)),
      ...closed.map((site) => siteCard(app, site, false)),
    ];
    place.replaceChildren(h("ul", { class: "list" }, ...cards));
  } catch (error) {
    if (!(error instanceof Offline || error instanceof Problem)) throw error;
    const again = button(app.voice.say("retry"), () => void showSites(app, place), { id: "retry" });
    const missing = error instanceof Problem && error.status === 404;
    const text = app.voice.say(missing ? "sitesNone" : problemWord(error));
    place.replaceChildren(h("p", { class: "card", role: "status" }, text, " ", missing ? "" : again));
  }
}

export function sitesScreen(app: App): Screen {
  const { voice } = app;
  const place = h("div", {}, h("p", { role: "status" }, voice.say("loading")));
  void showSites(app, place);
  return {
    follows: false,
    nodes: [backTo(app), heading(voice.say("sitesTitle")), h("p", {}, voice.say("sitesSay")), place],
  };
}
