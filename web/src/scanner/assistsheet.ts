/** The sheet for people without a smartphone: their card, who was here before, their document; the fastest first. */
import { Offline, Problem } from "../shared/api";
import { h } from "../shared/dom";
import type { Known, Named, Way } from "../shift/assisted";
import { directionField, documentFields } from "./assistfields";
import { readCard } from "./codes";
import { button, field } from "./page";
import type { Running } from "./scanner";
import type { Given } from "./standing";
import { readTemperature } from "./temperature";
import { voice, type Word } from "./words";

export interface AssistSheet {
  readonly node: HTMLElement;
  open(): void;
  close(): void;
  /** What the guard set for the next person; undefined when some of it is to be mended first, which the sheet says. */
  given(): Given | undefined;
}

/** Sends one person on, unless something else in the sheet is to be mended first. */
type Send = (way: Way, named: Named, name?: string) => void;

interface Part {
  readonly node: HTMLElement;
  clear(): void;
}

const TAIL = /^[0-9A-Za-z]{4}$/;

function card(title: Word, say: Word | undefined, ...content: Node[]): HTMLElement {
  const under = say === undefined ? undefined : h("p", {}, voice.say(say));
  return h("section", { class: "card" }, h("h2", {}, voice.say(title)), under, ...content);
}

function form(act: () => void, ...content: Node[]): HTMLFormElement {
  const made = h("form", { novalidate: "" }, ...content);
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    act();
  });
  return made;
}

function paperCard(send: Send): Part {
  const typed = field("card-number", "cardField", undefined, {
    autocapitalize: "characters",
    spellcheck: "false",
    maxlength: "14",
  });
  const submit = (): void => {
    const number = readCard(typed.input.value);
    typed.fault(number === undefined ? "cardBad" : undefined);
    if (number !== undefined) send("card", { card: number });
  };
  const node = card(
    "cardTitle",
    "cardSay",
    form(submit, typed.node, h("button", { class: "solid wide" }, voice.say("cardDo"))),
  );
  return {
    node,
    clear() {
      typed.input.value = "";
      typed.fault(undefined);
    },
  };
}

/** Why nobody was found, in words. */
function unfound(error: unknown): string {
  if (error instanceof Problem && error.status === 429) {
    return voice.say("knownBusy", { m: Math.max(1, Math.ceil(error.retryAfterS / 60)) });
  }
  if (error instanceof Problem || error instanceof Offline) return voice.say("knownUnreached");
  throw error;
}

function knownBefore(send: Send, search: (tail: string) => Promise<readonly Known[]>): Part {
  const typed = field("tail", "tailField", undefined, {
    autocapitalize: "characters",
    spellcheck: "false",
    maxlength: "4",
  });
  const found = h("div", { class: "stack found", role: "status" });
  let turn = 0;
  const choice = ({ ref, name }: Known): HTMLElement => {
    const made = h("button", { type: "button", class: "plain wide big" }, name);
    made.addEventListener("click", () => send("known", { known: ref }));
    return made;
  };
  async function find(): Promise<void> {
    const tail = typed.input.value.normalize("NFKC").trim();
    typed.fault(TAIL.test(tail) ? undefined : "tailBad");
    if (!TAIL.test(tail)) return;
    const mine = ++turn;
    found.textContent = voice.say("asking");
    const people = await search(tail).catch(unfound);
    if (mine !== turn) return;
    if (typeof people === "string") found.textContent = people;
    else if (people.length === 0) found.textContent = voice.say("knownNobody");
    else found.replaceChildren(h("p", {}, voice.say("knownChoose")), ...people.map(choice));
    found.querySelector("button")?.focus();
  }
  const find4 = form(() => void find(), typed.node, h("button", { class: "solid wide" }, voice.say("tailDo")));
  return {
    node: card("knownTitle", undefined, find4, found),
    clear() {
      turn++;
      typed.input.value = "";
      typed.fault(undefined);
      found.replaceChildren();
    },
  };
}

function document18(send: Send): Part {
  const fields = documentFields();
  const submit = (): void => {
    const typed = fields.read();
    if (typed === undefined) return;
    const { number, type, name, byReader } = typed;
    const named = { id_number: number, ...(type === "resident-id" ? {} : { id_type: type }) };
    send(byReader ? "reader" : "typed", named, name);
  };
  const go = h("button", { class: "solid wide" }, voice.say("documentDo"));
  const note = h("p", { class: "hint" }, voice.say("assistNote"));
  return { node: card("documentTitle", "documentSay", form(submit, ...fields.nodes, go), note), clear: fields.clear };
}

type Measured = Pick<Given, "temperature_c">;

/** A number to note, where the venue notes it; `read` says what is wrong at the field, and returns undefined then. */
function temperatureField(on: Running): { readonly node: Node; read(): Measured | undefined; clear(): void } {
  const typed = field("temperature", "temperature", undefined, { inputmode: "decimal", maxlength: "5" });
  const asked = (): boolean => on.rules?.doors.some(({ policy }) => policy.temperature === true) === true;
  const node = h("div", { class: "card" }, typed.node);
  return {
    node,
    read() {
      const measured = asked() ? readTemperature(typed.input.value) : undefined;
      const wrong = Number.isNaN(measured);
      typed.fault(wrong ? "temperatureBad" : undefined);
      if (wrong) return undefined;
      return measured === undefined ? {} : { temperature_c: measured };
    },
    clear() {
      node.hidden = !asked();
      typed.input.value = "";
      typed.fault(undefined);
    },
  };
}

export function assistSheet(on: Running): AssistSheet {
  const direction = directionField(on.shift.direction);
  const temperature = temperatureField(on);
  let openedMs = 0;
  const given = (): Given | undefined => {
    const measured = temperature.read();
    return measured && { direction: direction.chosen(), ...measured };
  };
  const send: Send = (way, named, name) => {
    const set = given();
    if (set === undefined) return;
    void on.duty.assist({ way, named, sinceMs: openedMs, given: set, ...(name === undefined ? {} : { name }) });
  };
  const parts = [paperCard(send), knownBefore(send, (tail) => on.knownPeople(tail)), document18(send)];
  const heading = h("h1", { id: "assist-title", tabindex: "-1" }, voice.say("assistTitle"));
  const labelled = { class: "sheet other-ways", hidden: "", "aria-labelledby": "assist-title" };
  const back = button("back", "plain wide", () => close());
  const columns = h("div", { class: "parts" }, ...parts.map((part) => part.node));
  const within = [direction.node, temperature.node, columns, back];
  const node = h("section", labelled, heading, ...within);

  /** Whatever was typed is somebody's: nothing of it stays. */
  function clear(): void {
    direction.reset();
    temperature.clear();
    for (const part of parts) part.clear();
  }
  function close(): void {
    if (node.hidden) return;
    node.hidden = true;
    document.body.classList.remove("other");
    clear();
    document.getElementById("assist")?.focus();
  }
  return {
    node,
    open() {
      clear();
      openedMs = performance.now();
      node.hidden = false;
      document.body.classList.add("other");
      heading.focus();
    },
    close,
    given: () => (node.hidden ? { direction: on.shift.direction } : given()),
  };
}
