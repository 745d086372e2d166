/** The screens before an act: the venue and its rules, who, in or out; and what to do where nobody can be checked in. */
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import { abilities } from "../shared/inapp";
import { LANG } from "../shared/words";
import { type Direction, LARGEST_PARTY, likely } from "./rules";
import { type Facing, venueOf, type Word } from "./state";

function heading(text: string): Node {
  return h("h1", { id: "heading", tabindex: "-1" }, text);
}

/** The venue's name and rules: text of strangers, and never anything but text. */
function venueNodes({ voice, state }: Facing): Node[] {
  const venue = venueOf(state);
  const name = venue?.name ?? voice.say("unnamed", { venue: state.code?.venue ?? "" });
  const rule = venue && h("p", { class: "rule" }, voice.say(venue.rules.pass_required ? "asksPass" : "asksNone"));
  const late = state.found.kind === "unreached" ? h("p", { class: "notice" }, voice.say("unreached")) : undefined;
  return [heading(name), rule, late].filter((node) => node !== undefined);
}

function people({ voice, state }: Facing, changed: () => void): Node {
  const members = state.members ?? [];
  if (members.length === 1) {
    const [only] = members;
    return h("p", { class: "only" }, [only?.nickname, only?.name].filter(Boolean).join(" · "));
  }
  const boxes = members.map(({ pid, name, nickname }, place) => {
    const box = h("input", { type: "checkbox", id: `who-${place}` });
    box.checked = state.chosen.has(pid);
    box.disabled = state.running !== undefined;
    box.addEventListener("change", () => {
      if (box.checked) state.chosen.add(pid);
      else state.chosen.delete(pid);
      changed();
    });
    return h(
      "label",
      { class: "who" },
      box,
      h("span", {}, nickname || name, " "),
      nickname ? h("small", {}, name) : "",
    );
  });
  return h("fieldset", { class: "people" }, h("legend", {}, voice.say("who")), ...boxes);
}

/** Children and old people without a phone: only how many they are is told, no name. */
function companions({ voice, state }: Facing): Node {
  const choice = h("select", { id: "companions" });
  for (let n = 0; n < LARGEST_PARTY; n += 1) {
    const text = n === 0 ? voice.say("companionsNone") : voice.say("companionsMany", { n });
    choice.append(h("option", { value: String(n) }, text));
  }
  choice.value = String(state.companions);
  choice.disabled = state.running !== undefined;
  choice.addEventListener("change", () => {
    state.companions = Number(choice.value);
  });
  const label = h("label", { for: "companions" }, voice.say("companions"));
  return h("div", { class: "companions" }, label, choice, h("small", {}, voice.say("companionsSay")));
}

function actButton({ voice, state, acts }: Facing, direction: Direction, first: boolean): HTMLButtonElement {
  const second = h("small", { lang: LANG[voice.other] }, voice.sayIn(voice.other, direction));
  const running = state.running === direction;
  const face = running ? [voice.say("running")] : [voice.say(direction), " ", second];
  const button = h("button", { type: "button", id: direction, class: first ? "act solid" : "act plain" }, ...face);
  button.disabled = state.running !== undefined || state.chosen.size === 0;
  if (running) button.setAttribute("aria-busy", "true");
  button.addEventListener("click", () => acts.go(direction));
  return button;
}

function checkInForm(facing: Facing): Node[] {
  const { voice, state } = facing;
  const first = likely(state.visits, state.code?.venue ?? "", serverNow());
  const order: Direction[] = first === "in" ? ["in", "out"] : ["out", "in"];
  const buttons = order.map((direction) => actButton(facing, direction, direction === first));
  const none = h("p", { class: "fault", role: "status" });
  const changed = (): void => {
    const nobody = state.chosen.size === 0;
    for (const button of buttons) button.disabled = nobody;
    none.textContent = nobody ? voice.say("choose") : "";
  };
  const who = [people(facing, changed), none];
  return [...venueNodes(facing), ...who, h("div", { class: "acts" }, ...buttons), companions(facing)];
}

/** How to enrol from one's own home screen. No link leads there: whoever learns to type after scanning is easy to rob. */
function howToEnrol(facing: Facing): Node {
  const { voice, state } = facing;
  const address = h("b", { class: "address", lang: "en" }, location.host);
  return h(
    "section",
    { class: "card", id: "nobody" },
    h("h2", {}, voice.say("nobody")),
    state.lasting ? undefined : h("p", { class: "notice" }, voice.say("noStorage")),
    h(
      "ol",
      {},
      h("li", {}, voice.say("enrolHome"), " ", address),
      h("li", {}, voice.say("enrolDo")),
      h("li", {}, voice.say("enrolBack")),
    ),
    h("p", { class: "warn" }, voice.say("neverAsks")),
    h("p", {}, voice.say("noPhone")),
  );
}

function stop({ voice }: Facing, word: Word, todo: Word): Node[] {
  return [heading(voice.say(word)), h("p", { class: "card" }, voice.say(todo))];
}

export function formScreen(facing: Facing): Node[] {
  const { voice, state } = facing;
  const { kind } = state.found;
  if (state.code === undefined) return stop(facing, "malformed", "malformedDo");
  if (kind === "ended") return stop(facing, "ended", "endedDo");
  if (kind === "retired") return stop(facing, "retired", "retiredDo");
  if (state.members === undefined && state.stuck) {
    return [...venueNodes(facing), h("p", { class: "notice" }, voice.say("stuck"))];
  }
  if (state.members === undefined || (kind === "looking" && state.before === undefined)) {
    return [heading(voice.say("looking"))];
  }
  if (kind === "closed") {
    const note = h("div", { class: "notice" }, h("p", {}, voice.say("closed")), h("p", {}, voice.say("closedDo")));
    return [heading(venueOf(state)?.name ?? ""), note];
  }
  if (state.members.length === 0) return [...venueNodes(facing), howToEnrol(facing)];
  if (!abilities().crypto) return [...venueNodes(facing), h("p", { class: "notice" }, voice.say("noCrypto"))];
  return checkInForm(facing);
}
