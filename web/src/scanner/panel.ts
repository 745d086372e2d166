/** The verdict on the screen: shape, word, why, what the person can do, and the guard's one tap. */
import type { Rule } from "../core/door";
import type { Pass } from "../core/profile";
import { mark as shapeOf, type Mark as Shape } from "../gate/seal";
import { h, svg } from "../shared/dom";
import { LANG } from "../shared/words";
import type { Secret } from "../shift/secret";
import type { Direction } from "../shift/shift";
import type { Duty } from "./duty";
import { button } from "./page";
import { assistedActs, call, isUnchecked, sign, uncheckedNote } from "./assistpanel";
import { toldOf } from "./reasons";
import type { Mark, Standing } from "./standing";
import { voice, type Word } from "./words";

export const HEADS: Readonly<Record<Mark, Word>> = {
  ready: "ready",
  asking: "asking",
  admit: "admit",
  identity: "identityHead",
  refused: "refusedHead",
  unsure: "unsureHead",
  unreadable: "unreadableHead",
};
const SHAPES: Readonly<Record<Exclude<Mark, "unreadable">, Shape>> = {
  ready: "empty",
  asking: "empty",
  admit: "genuine",
  identity: "identity",
  refused: "refused",
  unsure: "unsure",
};

const OF_THE_PLACE: readonly Rule[] = ["closed", "dates", "hours", "capacity"];

/** What the panel shows besides the verdict itself. */
export interface Beside {
  readonly secret: Secret | undefined;
  readonly direction: Direction;
  readonly phone: string;
  /** The gate's own venue turns nobody away for what is known of them, or asks for no pass. */
  readonly lenient: "hospital" | "no-pass" | undefined;
  /** The code in view was judged already. */
  readonly sameInView: boolean;
}

/** The sentence that a screen reader speaks. */
export function spoken(standing: Standing): string {
  const { mark, answer, assisted } = standing;
  const { why, todo } = toldOf(standing);
  const subject = answer?.pass?.payload.credentialSubject;
  const tail = mark === "identity" ? (subject?.documentTail ?? "") : "";
  const name = mark === "admit" ? (subject?.name ?? assisted?.answer?.name ?? "") : "";
  return [voice.say(HEADS[mark]), why, todo, name, tail].filter((text) => text !== "").join("。");
}

function shape(kind: Mark): SVGElement {
  if (kind !== "unreadable") return shapeOf(SHAPES[kind]);
  // A broken code: a square of corners with a bolt through it.
  return svg(
    "svg",
    { viewBox: "0 0 100 100", class: "mark", "aria-hidden": "true" },
    svg("path", { d: "M8 4h84q4 0 4 4v84q0 4-4 4H8q-4 0-4-4V8q0-4 4-4z", class: "outline" }),
    svg("path", { d: "M22 40V22h18M60 22h18v18M78 60v18H60M40 78H22V60M58 30 42 52h16L42 72", class: "strokes" }),
  );
}

function head(standing: Standing): HTMLElement {
  const word = HEADS[standing.mark];
  const second = h("span", { lang: LANG[voice.other] }, voice.sayIn(voice.other, word));
  return h("div", { class: "verdict-head" }, shape(standing.mark), h("h1", {}, voice.say(word), second));
}

function person(pass: Pass): HTMLElement {
  const { name, unit, zone, venues } = pass.payload.credentialSubject;
  const places = [zone, ...venues].filter((text) => text !== "").join(" · ");
  return h("div", { class: "person" }, h("p", { class: "name" }, name), h("p", {}, unit), h("p", {}, places));
}

function ways(duty: Duty, beside: Beside): HTMLElement {
  const way = (direction: Direction): HTMLElement => {
    const own = direction === beside.direction;
    const made = button(direction, own ? "way own" : "way", () => void duty.record(direction));
    made.id = `record-${direction}`;
    made.append(h("small", {}, voice.say(direction === "in" ? "recordIn" : "recordOut")));
    return made;
  };
  return h(
    "div",
    { class: "ways" },
    ...(beside.direction === "in" ? [way("out"), way("in")] : [way("in"), way("out")]),
  );
}

function tail(pass: Pass): HTMLElement {
  return h("p", { class: "tail" }, pass.payload.credentialSubject.documentTail ?? "");
}

function admitted(standing: Standing, duty: Duty, beside: Beside): (Node | undefined)[] {
  const pass = standing.answer?.pass;
  const note = voice.say("byItself", { direction: voice.say(beside.direction) });
  const doubt = standing.numbered === true ? undefined : button("number", "quiet", () => void duty.ask());
  return [
    beside.secret && sign(beside.secret),
    pass && person(pass),
    uncheckedNote(standing),
    h(
      "div",
      { class: "seconds" },
      doubt,
      button("notThrough", "quiet", () => void duty.dismiss()),
    ),
    h("p", { class: "note" }, note),
    ways(duty, beside),
  ];
}

function identity(standing: Standing, duty: Duty): (Node | undefined)[] {
  const pass = standing.answer?.pass;
  const done = button("identitySame", "solid wide huge", () => void duty.identityChecked());
  done.id = "identity";
  return [
    h("p", { class: "todo" }, voice.say("identityAsk")),
    pass && tail(pass),
    pass && h("p", { class: "name" }, pass.payload.credentialSubject.name),
    h("p", { class: "todo" }, voice.say("identityNo")),
    button("nextPerson", "quiet", () => void duty.dismiss()),
    done,
  ];
}

/** The district can say why of a person; the hours of a place it cannot change. */
function helpLine({ ruled }: Standing, { phone }: Beside): Node | undefined {
  return ruled !== undefined && OF_THE_PLACE.includes(ruled.rule) ? undefined : call(phone);
}

/** A code that does not count is no reason to turn somebody away where none is asked for. */
function leniency({ ruled, assisted }: Standing, { lenient }: Beside): Node | undefined {
  if (lenient === undefined || ruled !== undefined || assisted !== undefined) return undefined;
  return h("p", { class: "todo" }, voice.say(lenient === "hospital" ? "codeAtHospital" : "codeAtNoPass"));
}

function refused(standing: Standing, duty: Duty, beside: Beside): (Node | undefined)[] {
  const leaves = beside.direction === "in" && standing.answer?.pass !== undefined && standing.reason === undefined;
  return [
    leniency(standing, beside),
    helpLine(standing, beside),
    leaves ? button("leaving", "quiet", () => void duty.record("out")) : undefined,
    button("nextPerson", "solid wide huge", () => void duty.dismiss()),
  ];
}

function unsure(standing: Standing, duty: Duty, beside: Beside): (Node | undefined)[] {
  const known = standing.answer?.pass !== undefined || (standing.assisted !== undefined && isUnchecked(standing));
  const passed = known ? [h("p", { class: "note" }, voice.say("unsurePassed")), ways(duty, beside)] : [];
  const next = button(
    known ? "unsureNot" : "nextPerson",
    known ? "quiet" : "solid wide huge",
    () => void duty.dismiss(),
  );
  const line = helpLine(standing, beside);
  return known ? [line, next, ...passed] : [line, next];
}

function acts(standing: Standing, duty: Duty, beside: Beside): (Node | undefined)[] {
  const assisted = assistedActs(standing, duty, beside);
  if (assisted !== undefined) return assisted;
  if (standing.mark === "admit") return admitted(standing, duty, beside);
  if (standing.mark === "identity") return identity(standing, duty);
  if (standing.mark === "refused") return refused(standing, duty, beside);
  if (standing.mark === "unsure") return unsure(standing, duty, beside);
  const next = button("nextPerson", "solid wide huge", () => void duty.dismiss());
  return [leniency(standing, beside), next];
}

/** The panel for what stands. */
export function panel(standing: Standing, duty: Duty, beside: Beside): Node[] {
  if (standing.mark === "ready") {
    const hint = voice.say(beside.sameInView ? "sameInView" : "readySay");
    return [h("h1", {}, voice.say("ready")), h("p", { class: "todo" }, hint)];
  }
  if (standing.mark === "asking") {
    return [h("h1", {}, voice.say("asking")), h("p", { class: "todo" }, voice.say("askingSay"))];
  }
  const { why, todo } = toldOf(standing);
  // An ordinary yes needs no words to read; one that a rule explains has them.
  const tells = todo !== "" && standing.mark !== "identity" && (standing.mark !== "admit" || why !== "");
  const told = [
    why === "" ? undefined : h("p", { class: "why" }, why),
    standing.host === undefined ? undefined : h("p", { class: "host" }, standing.host),
    tells && standing.numbered !== true ? h("p", { class: "todo" }, todo) : undefined,
  ];
  const parts = [head(standing), ...told, ...acts(standing, duty, beside)];
  return parts.filter((part): part is Node => part instanceof Node);
}
