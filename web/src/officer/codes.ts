/** The codes of a venue: each with its poster to save, the poster's life, and its end. */
import { type Mark, marked } from "../desk/marks";
import { table } from "../desk/table";
import { instantOf } from "../shared/china";
import { h } from "../shared/dom";
import type { Venue, VenueCode } from "./answers";
import { consent } from "./consent";
import { datedInstant } from "./instants";
import type { Officer } from "./officer";
import { actionButton, type Nodes, type Outcome } from "./panel";
import { posterButton, SIZES } from "./poster";

type Poster = NonNullable<VenueCode["poster"]>;
/** What is said next; the service also takes one kind of loss for another, which nobody has to tell (poster_life.py). */
const NEXT: Readonly<Record<Poster, readonly Exclude<Poster, "made">[]>> = {
  made: ["printed"],
  printed: ["handed-over", "seen", "missing", "damaged"],
  "handed-over": ["seen", "missing", "damaged", "covered"],
  seen: ["missing", "damaged", "covered"],
  missing: ["printed", "seen"],
  damaged: ["printed", "seen"],
  covered: ["printed", "seen"],
};
const MARKS: Readonly<Record<Poster, Mark>> = {
  made: "wait",
  printed: "ready",
  "handed-over": "ready",
  seen: "good",
  missing: "bad",
  damaged: "bad",
  covered: "bad",
};

export function codesTable(officer: Officer, outcome: Outcome, venue: Venue, changed: () => Promise<void>): Nodes {
  const { voice, desk } = officer;
  const current = (venue.codes ?? []).filter((code) => code.retired_at === undefined);
  if (current.length === 0) return [h("p", {}, voice.say("codesNone"))];

  const note = (code: VenueCode, state: Exclude<Poster, "made">): Node =>
    actionButton(voice.say(`poster:${state}`), "plain small", outcome, async () => {
      await desk.ask("POST", `/venues/${venue.venue}/codes/${code.code}/poster`, { body: { state } });
      await changed();
      outcome.done(() => [h("p", {}, voice.say("posterNoted", { state: voice.say(`poster:${state}`) }))]);
    });
  const end = (code: VenueCode, word: "replace" | "retire"): Node =>
    actionButton(voice.say(`${word}Code`), "plain small", outcome, async () => {
      const yes = voice.say(`${word}Code`);
      const title = `${yes} ${code.spelled}`;
      if ((await consent(voice, { title, say: [voice.say(`${word}Say`)], yes })) === undefined) return;
      const path = word === "replace" ? "replacement" : "retirement";
      const answer = await desk.ask<VenueCode>("POST", `/venues/${venue.venue}/codes/${code.code}/${path}`);
      await changed();
      const told =
        word === "replace"
          ? voice.say("codeReplaced", { code: answer.spelled })
          : voice.say("codeRetired", { code: code.spelled });
      outcome.done(() => [h("p", {}, told)]);
    });

  const rows = current.map((code) => {
    const state = code.poster ?? "made";
    const save = SIZES.map((size) => {
      const query = `format=pdf&size=${size}&label=${encodeURIComponent(code.label)}`;
      const path = (): string => `/venues/${venue.venue}/poster?${query}`;
      const text = voice.say("saveSize", { size: voice.say(`size:${size}`) });
      return posterButton(officer, outcome, text, path, `poster-${code.code}-${size}.pdf`, changed);
    });
    return [
      entrance(voice, code),
      h(
        "div",
        { class: "stack" },
        marked(MARKS[state], voice.say(`poster:${state}`)),
        h("div", { class: "actions" }, ...NEXT[state].map((step) => note(code, step))),
      ),
      h("div", { class: "actions" }, ...save, end(code, "replace"), end(code, "retire")),
    ];
  });
  const columns = [{ head: voice.say("entrance") }, { head: voice.say("posterState") }, { head: voice.say("actions") }];
  return [table(voice.say("codes"), columns, rows), ...stillScanned(officer, venue)];
}

/** Where its poster hangs, the code for people, and when it was last scanned. */
function entrance(voice: Officer["voice"], { label, spelled, scanned_at: at }: VenueCode): Node {
  const scanned =
    at === undefined ? voice.say("codeNeverScanned") : voice.say("codeScanned", { time: hourOf(voice, at) });
  return h(
    "span",
    {},
    label === "" ? voice.say("mainDoor") : label,
    h("span", { class: "hint code" }, spelled),
    h("span", { class: "hint" }, scanned),
  );
}

function hourOf(voice: Officer["voice"], at: string): string {
  return datedInstant(voice.language, instantOf(at));
}

/** Retired codes that somebody checked in by since: their poster hangs there still, or a copy of it goes round. */
function stillScanned({ voice }: Officer, venue: Venue): Node[] {
  return (venue.codes ?? []).flatMap(({ spelled, retired_at: retired, scanned_at: scanned }) => {
    // The hour in which it was retired may have been before or after.
    if (retired === undefined || scanned === undefined || instantOf(scanned) < instantOf(retired)) return [];
    const said = voice.say("retiredScanned", { code: spelled, time: hourOf(voice, scanned) });
    return [h("p", { class: "notice still-scanned" }, said)];
  });
}
