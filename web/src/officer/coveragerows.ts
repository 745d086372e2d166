/** The rows of coverage's lists, what an officer decides about a business, and a list as text. */
import { asText } from "../desk/copying";
import type { Cell } from "../desk/table";
import { chinaInstant, instantOf } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import { consent } from "./consent";
import type { Kind } from "./coverage";
import { datedInstant } from "./instants";
import type { Officer } from "./officer";
import { actionButton, link, type Outcome } from "./panel";
import type { Voice } from "./words";

export interface Business {
  readonly business: string;
  readonly name: string;
  readonly area: string;
  readonly standing: "with-code" | "without-code" | "no-code-needed";
  readonly address?: string;
  readonly number?: string;
  readonly kind?: string;
  readonly grid?: string;
  readonly venue?: string;
  readonly rule?: "by-hand" | "number" | "name" | "address" | null;
  readonly reason?: string;
  readonly decided_at?: string | null;
  readonly chased_at?: string | null;
  readonly outcome?: string;
}

export interface Unscanned {
  readonly venue: string;
  readonly name: string;
  readonly area: string;
  readonly category: string;
  readonly address: string;
  readonly approved_at?: string | null;
  readonly last_seen?: string | null;
}

export interface Listed {
  readonly items: readonly (Business | Unscanned)[];
  readonly next: string | undefined;
}

/** What a business became by a decision. */
type Decided = (now: Business) => Promise<void>;
type Decision = "link" | "unlink" | "no-code-needed" | "undo";
/** As long as the service takes for a reason about a business. */
const LONGEST_REASON = 128;
const VENUE_ID = /^[A-Za-z0-9_-]{1,40}$/;

export function outcomeText(voice: Voice, outcome: string): string {
  return voice.say(`chase:${outcome as "done"}`);
}

/** Why it has a code, or what came of the newest chase. */
function standingText(voice: Voice, one: Business): string {
  const lines: string[] = [];
  if (one.rule) lines.push(voice.say(`match:${one.rule}`));
  if (one.reason) lines.push(voice.say("coverReason", { reason: one.reason }));
  if (one.chased_at && one.outcome) {
    const time = datedInstant(voice.language, instantOf(one.chased_at));
    lines.push(voice.say("coverChased", { time, outcome: outcomeText(voice, one.outcome) }));
  }
  return lines.join(" ");
}

function head(name: Node | string, tick: Node | undefined, ...more: string[]): Node {
  const under = more.filter((text) => text !== "").map((text) => h("span", { class: "hint code" }, text));
  return h("span", { class: "row-head ticked" }, tick, h("span", {}, name, ...under));
}

/** A business: where, why, and what to decide. */
export function businessRow(
  officer: Officer,
  outcome: Outcome,
  one: Business,
  tick: Node | undefined,
  decided: Decided,
): Cell[] {
  const { voice } = officer;
  const standing = standingText(voice, one);
  const why = h("div", {}, standing);
  if (one.venue) why.append(" ", link(`venues/of/${one.venue}`, voice.say("coverVenue")));
  return [
    head(h("b", {}, one.name), tick, [one.number, one.kind].filter(Boolean).join(" · ")),
    h(
      "span",
      {},
      one.address ?? "",
      h("span", { class: "hint code" }, [one.area, one.grid].filter(Boolean).join(" · ")),
    ),
    // What is empty is left out on a phone.
    standing === "" && !one.venue ? "" : why,
    decisions(officer, outcome, one, decided),
  ];
}

/** A venue whose code nobody scans. */
export function venueRow({ voice }: Officer, one: Unscanned, tick: Node | undefined): Node[] {
  const seen = one.last_seen
    ? voice.say("coverLast", { time: datedInstant(voice.language, instantOf(one.last_seen)) })
    : voice.say("coverSince", {
        time: one.approved_at ? datedInstant(voice.language, instantOf(one.approved_at)) : "–",
      });
  return [
    head(link(`venues/of/${one.venue}`, one.name, "row-link"), tick),
    h("span", {}, one.address, h("span", { class: "hint code" }, one.area)),
    h("span", {}, seen),
  ];
}

function decisions(officer: Officer, outcome: Outcome, one: Business, decided: Decided): Node {
  const { voice } = officer;
  const button = (decision: Decision, word: "coverConfirm" | "coverNot" | "coverExempt" | "coverUndo"): Node =>
    actionButton(voice.say(word), "plain small", outcome, async () => {
      await decide(officer, outcome, one, decision, voice.say(word), decided, one.venue);
    });
  if (one.standing === "no-code-needed") return h("div", { class: "actions" }, button("undo", "coverUndo"));
  if (one.standing === "with-code") {
    const confirm = one.rule === "by-hand" ? button("undo", "coverUndo") : button("link", "coverConfirm");
    return h("div", { class: "actions" }, confirm, button("unlink", "coverNot"));
  }
  return h(
    "div",
    { class: "actions" },
    linkByHand(officer, outcome, one, decided),
    button("no-code-needed", "coverExempt"),
  );
}

/** Whoever knows that it has a code under another name says at which venue. */
function linkByHand(officer: Officer, outcome: Outcome, one: Business, decided: Decided): Node {
  const { voice, desk } = officer;
  const id = `link-${one.business}`;
  const input = h("input", { id, maxlength: "40", autocomplete: "off", spellcheck: "false", list: `${id}-list` });
  const offers = h("datalist", { id: `${id}-list` });
  const details = h("details", {}, h("summary", {}, voice.say("coverLink")));
  details.addEventListener("toggle", async () => {
    if (!details.open || offers.childElementCount > 0) return;
    try {
      const found = await desk.ask<{ venues: Unscanned[] }>("GET", `/venues?area=${one.area}`);
      offers.append(...found.venues.map(({ venue, name }) => h("option", { value: venue }, name)));
    } catch (error) {
      outcome.fault(error);
    }
  });
  const send = actionButton(voice.say("coverLinkDo"), "plain small", outcome, async () => {
    const venue = input.value.trim();
    if (!VENUE_ID.test(venue)) return outcome.done(() => [h("p", {}, voice.say("coverLinkForm"))]);
    await decide(officer, outcome, one, "link", voice.say("coverLinkDo"), decided, venue);
  });
  details.append(
    h("div", { class: "field" }, h("label", { for: id }, voice.say("coverLinkVenue")), input, offers),
    send,
  );
  return details;
}

async function decide(
  officer: Officer,
  outcome: Outcome,
  one: Business,
  decision: Decision,
  title: string,
  decided: Decided,
  venue = "",
): Promise<void> {
  const { voice, desk } = officer;
  const say = [voice.say(`coverAsk:${decision}`, { name: one.name, venue })];
  const reason = await consent(voice, { title, say, yes: title, reason: true, longest: LONGEST_REASON });
  if (reason === undefined) return;
  const body = { decision, reason, ...(decision === "link" ? { venue } : {}) };
  const now = await desk.ask<Business>("PUT", `/register/${one.business}/venue`, { body });
  // Said, without taking the focus: it goes to what is decided next.
  outcome.update(() => [h("p", {}, voice.say(`coverNow:${now.standing}`, { name: one.name }))]);
  await decided(now);
}

/** What was read of a list, to be pasted into a message or a spreadsheet. */
export function listText(voice: Voice, area: string, kind: Kind, { items, next }: Listed): string {
  const lines = items.map((one) =>
    "business" in one
      ? [one.name, one.address ?? "", one.area, one.grid ?? "", one.number ?? "", standingText(voice, one)]
      : [one.name, one.address, one.area, one.venue, one.last_seen ?? "", ""],
  );
  const title = voice.language === "zh" ? `【${voice.say(`coverList:${kind}`)}】` : voice.say(`coverList:${kind}`);
  const time = chinaInstant(voice.language, serverNow());
  const more = next === undefined ? [] : [[voice.say("coverTextMore", { n: items.length })]];
  return asText([[title], [voice.say("coverTextArea", { area, time })], ...lines, ...more]);
}
