/** Below either screen: check-ins of before that wait for a network, and those that came to nothing, until they were read. */
import { chinaInstant } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import { isTooOld, type Kept } from "./rules";
import { aboutCause, called, type Facing } from "./state";

function line(facing: Facing, visit: Kept, ...notes: (string | undefined)[]): Node {
  const { voice, state } = facing;
  const what = [called(state, visit.pid), visit.venueName, voice.say(visit.direction)].filter(Boolean).join(" · ");
  const said = notes.filter((note) => note !== undefined).map((note) => h("p", { class: "fault" }, note));
  return h("li", {}, h("p", {}, what), h("p", { class: "hint" }, chinaInstant(voice.language, visit.at)), ...said);
}

function waitingNotes({ voice, state }: Facing, visit: Kept): (string | undefined)[] {
  if (isTooOld(visit, serverNow())) return [voice.say("tooOld")];
  return [
    state.signedOut.has(visit.pid) ? voice.say("signedOut") : undefined,
    state.unkept.has(visit.id) ? voice.say("unkept") : undefined,
  ];
}

function waitingPanel(facing: Facing, waiting: readonly Kept[]): Node {
  const { voice, acts } = facing;
  const retry = h("button", { type: "button", class: "plain", id: "retry" }, voice.say("retry"));
  retry.addEventListener("click", () => acts.send());
  return h(
    "section",
    { class: "card", id: "waiting" },
    h("h2", {}, voice.say("queue", { n: waiting.length })),
    h("p", { class: "hint" }, voice.say("queueDo")),
    h("ul", {}, ...waiting.map((visit) => line(facing, visit, ...waitingNotes(facing, visit)))),
    retry,
  );
}

function undonePanel(facing: Facing, undone: readonly Kept[]): Node {
  const { voice, acts } = facing;
  const seen = h("button", { type: "button", class: "plain", id: "seen" }, voice.say("seen"));
  seen.addEventListener("click", () => acts.seen(undone.map(({ id }) => id)));
  return h(
    "section",
    { class: "card", id: "undone" },
    h("h2", {}, voice.say("undone", { n: undone.length })),
    h("ul", {}, ...undone.map((visit) => line(facing, visit, ...aboutCause(voice, visit.cause ?? "")))),
    seen,
  );
}

export function backlog(facing: Facing): Node[] {
  const shown = new Set(facing.state.shown.map(({ id }) => id));
  const others = facing.state.visits.filter(({ id }) => !shown.has(id));
  const waiting = facing.state.running === undefined ? others.filter(({ state }) => state === "waiting") : [];
  const undone = others.filter(({ state }) => state === "refused");
  return [
    ...(waiting.length > 0 ? [waitingPanel(facing, waiting)] : []),
    ...(undone.length > 0 ? [undonePanel(facing, undone)] : []),
  ];
}
