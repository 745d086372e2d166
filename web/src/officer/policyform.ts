/** The form of a policy: every rule with its meaning beside it, the hours as a week's table. */
import { h } from "../shared/dom";
import type { Policy } from "./policy";
import { DAYS, halfTyped, hoursOf, type Span, weekOf } from "./week";
import type { OfficerWord, Voice } from "./words";

const HOUR_S = 3600;
const MINUTE_S = 60;
const MOST_TEST_HOURS = 14 * 24;
const DEFAULT_STAY_S = 2 * HOUR_S;

type Box = "pass" | "occupancy" | "temperature" | "never" | "always";
type Text = "test" | "from" | "until" | "capacity" | "stay" | "list";

const HINTS: Readonly<Record<Text, OfficerWord>> = {
  test: "testHint",
  from: "fromHint",
  until: "untilHint",
  capacity: "capacityHint",
  stay: "stayHint",
  list: "listHint",
};

interface Limits {
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
  readonly fault: OfficerWord;
}

const NUMBERS: Readonly<Partial<Record<Text, Limits>>> = {
  test: { least: 1, most: MOST_TEST_HOURS, whole: false, fault: "testForm" },
  capacity: { least: 1, most: 100_000, whole: true, fault: "capacityForm" },
  stay: { least: 10, most: 1440, whole: true, fault: "stayForm" },
  list: { least: 5, most: 1440, whole: true, fault: "listForm" },
};

function isFaulty(text: string, { least, most, whole }: Limits): boolean {
  const number = Number(text);
  return text.trim() === "" || Number.isNaN(number) || number < least || number > most || (whole && number % 1 !== 0);
}

/** What is typed, and what it says. */
export class PolicyDraft {
  readonly boxes: Record<Box, boolean>;
  readonly texts: Record<Text, string>;
  persons: "everyone" | "listed";
  week: Span[][];

  constructor(policy: Policy) {
    const { oldest_test_s: oldest, stay_s: stay, capacity, hours = [] } = policy;
    this.boxes = {
      pass: policy.pass_required,
      occupancy: policy.occupancy ?? false,
      temperature: policy.temperature ?? false,
      never: policy.never_refuses ?? false,
      always: hours.length === 0,
    };
    this.texts = {
      test: oldest ? String(oldest / HOUR_S) : "",
      from: policy.opens_on ?? "",
      until: policy.closes_on ?? "",
      capacity: capacity ? String(capacity) : "",
      stay: String(Math.round((stay ?? DEFAULT_STAY_S) / MINUTE_S)),
      list: String(Math.round(policy.max_list_age_s / MINUTE_S)),
    };
    this.persons = policy.persons ?? "everyone";
    this.week = weekOf(hours).map((spans) => [...spans]);
  }

  /** What cannot be sent as it is: fields by name, `week` for the table. */
  faults(): ReadonlyMap<Text | "week", OfficerWord> {
    const found = new Map<Text | "week", OfficerWord>();
    const { texts, boxes } = this;
    for (const [name, limits] of Object.entries(NUMBERS) as [Text, Limits][]) {
      const asked = name === "list" || (name === "stay" && boxes.occupancy) || texts[name].trim() !== "";
      const counted = boxes.occupancy || (name !== "capacity" && name !== "stay");
      if (asked && counted && isFaulty(texts[name], limits)) found.set(name, limits.fault);
    }
    if (texts.from !== "" && texts.until !== "" && texts.until < texts.from) found.set("until", "datesForm");
    if (!boxes.always) {
      if (halfTyped(this.week) !== undefined) found.set("week", "weekHalf");
      else if (hoursOf(this.week).length === 0) found.set("week", "weekEmpty");
    }
    return found;
  }

  /** The policy this asks for, whole. */
  policy(): Policy {
    const { boxes, texts, persons } = this;
    const { occupancy } = boxes;
    return {
      pass_required: boxes.pass,
      max_list_age_s: Number(texts.list) * MINUTE_S,
      oldest_test_s: texts.test.trim() === "" ? null : Math.round(Number(texts.test) * HOUR_S),
      persons,
      hours: boxes.always ? [] : hoursOf(this.week),
      opens_on: texts.from,
      closes_on: texts.until,
      occupancy,
      capacity: occupancy && texts.capacity.trim() !== "" ? Number(texts.capacity) : null,
      stay_s: occupancy ? Number(texts.stay) * MINUTE_S : DEFAULT_STAY_S,
      temperature: boxes.temperature,
      never_refuses: boxes.never,
    };
  }
}

/** The form as it stands on the page; `send` is called once nothing is wrong with it. */
export class PolicyForm {
  private node = h("form");
  private faults: ReadonlyMap<Text | "week", OfficerWord> = new Map();
  private busy = false;

  constructor(
    private readonly voice: Voice,
    readonly draft: PolicyDraft,
    private readonly send: () => Promise<void>,
    private readonly cancel: () => void,
  ) {}

  draw(): HTMLElement {
    const { voice, draft } = this;
    const group = (word: OfficerWord, ...nodes: (Node | undefined)[]): HTMLElement =>
      h("fieldset", { class: "rules" }, h("legend", {}, voice.say(word)), ...nodes);
    const counted = draft.boxes.occupancy
      ? [h("div", { class: "fields" }, this.text("capacity"), this.text("stay"))]
      : [];
    this.node = h(
      "form",
      { id: "policy", class: "stack", novalidate: "", autocomplete: "off" },
      group("groupEvidence", this.box("pass"), this.text("test"), this.box("never")),
      group("groupPersons", this.persons()),
      group(
        "groupWhen",
        this.box("always", true),
        draft.boxes.always ? undefined : this.week(),
        h("div", { class: "fields" }, this.text("from", "date"), this.text("until", "date")),
      ),
      group("groupInside", this.box("occupancy", true), ...counted, this.box("temperature")),
      group("groupOffline", this.text("list")),
      this.buttons(),
    );
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    return this.node;
  }

  private buttons(): Node {
    const { voice } = this;
    const save = h("button", { type: "submit", class: "solid" }, voice.say("policySave"));
    const leave = h("button", { type: "button", class: "plain" }, voice.say("no"));
    leave.addEventListener("click", this.cancel);
    return h("div", { class: "actions" }, save, leave);
  }

  /** A yes or no with what it means; `whole`: the form looks different then. */
  private box(name: Box, whole = false): HTMLElement {
    const { voice, draft } = this;
    const id = `policy-${name}`;
    const input = h("input", { type: "checkbox", id, "aria-describedby": `${id}-hint` });
    input.checked = draft.boxes[name];
    input.addEventListener("change", () => {
      draft.boxes[name] = input.checked;
      if (whole) this.redraw(id);
    });
    const label = h("label", { for: id, class: "tick" }, input, h("span", {}, voice.say(`box:${name}`)));
    return h("div", {}, label, h("p", { class: "hint", id: `${id}-hint` }, voice.say(`boxHint:${name}`)));
  }

  private text(name: Text, type = "text"): HTMLElement {
    const { voice, draft } = this;
    const id = `policy-${name}`;
    const fault = this.faults.get(name);
    const numeric = type === "text" ? { inputmode: name === "test" ? "decimal" : "numeric", maxlength: "7" } : {};
    const described = `${id}-hint ${id}-fault`;
    const marks = { "aria-describedby": described, "aria-invalid": String(fault !== undefined) };
    const input = h("input", { id, type, ...numeric, ...marks });
    input.value = draft.texts[name];
    const said = h("p", { class: "fault", id: `${id}-fault` }, fault === undefined ? "" : voice.say(fault));
    input.addEventListener("input", () => {
      draft.texts[name] = input.value;
      // What was wrong with it is looked at again when it is sent.
      said.textContent = "";
      input.setAttribute("aria-invalid", "false");
    });
    return h(
      "div",
      { class: "field" },
      h("label", { for: id }, voice.say(`text:${name}`)),
      h("p", { class: "hint", id: `${id}-hint` }, voice.say(HINTS[name])),
      input,
      said,
    );
  }

  private persons(): HTMLElement {
    const { voice, draft } = this;
    const list = h("select", { id: "policy-persons", "aria-describedby": "policy-persons-hint" });
    for (const one of ["everyone", "listed"] as const)
      list.append(h("option", { value: one }, voice.say(`persons:${one}`)));
    list.value = draft.persons;
    list.addEventListener("change", () => (draft.persons = list.value as "everyone"));
    const label = h("label", { for: "policy-persons" }, voice.say("rulePersons"));
    const hint = h("p", { class: "hint", id: "policy-persons-hint" }, voice.say("personsHint"));
    return h("div", { class: "field" }, label, hint, list);
  }

  private week(): HTMLElement {
    const { voice, draft } = this;
    const fault = this.faults.get("week");
    const rows = DAYS.map((day) => this.day(day, draft.week[day - 1] ?? []));
    const same = h("button", { type: "button", class: "plain small", id: "policy-same" }, voice.say("weekSame"));
    same.addEventListener("click", () => {
      const [monday = []] = draft.week;
      draft.week = DAYS.map(() => monday.map((span) => ({ ...span })));
      this.redraw("policy-same");
    });
    return h(
      "div",
      { class: "stack" },
      h("p", { class: "hint", id: "policy-week-hint" }, voice.say("weekHint")),
      h("ul", { class: "week", id: "policy-week", tabindex: "-1", "aria-describedby": "policy-week-hint" }, ...rows),
      h("div", { class: "actions" }, same),
      h("p", { class: "fault", id: "policy-week-fault" }, fault === undefined ? "" : voice.say(fault)),
    );
  }

  private day(day: number, spans: Span[]): HTMLElement {
    const { voice } = this;
    const name = voice.say(`weekday:${day as 1}`);
    const more = h("button", { type: "button", class: "plain small", id: `policy-more-${day}` });
    more.textContent = voice.say(spans.length === 0 ? "weekOpen" : "weekMore");
    more.setAttribute("aria-label", `${name} ${more.textContent}`);
    more.addEventListener("click", () => {
      spans.push({ opens: "", closes: "" });
      this.redraw(`policy-opens-${day}-${spans.length - 1}`);
    });
    const shut = spans.length === 0 ? h("span", { class: "hint" }, voice.say("weekShut")) : undefined;
    const times = spans.map((span, place) => this.span(day, name, spans, span, place));
    return h("li", {}, h("b", {}, name), shut, ...times, spans.length < 2 ? more : undefined);
  }

  private span(day: number, name: string, spans: Span[], span: Span, place: number): HTMLElement {
    const { voice } = this;
    const time = (part: "opens" | "closes"): HTMLInputElement => {
      const label = `${name} ${voice.say(part === "opens" ? "weekOpens" : "weekCloses")}`;
      const input = h("input", { type: "time", id: `policy-${part}-${day}-${place}`, "aria-label": label });
      input.value = span[part];
      input.addEventListener("input", () => (span[part] = input.value));
      return input;
    };
    const away = h("button", {
      type: "button",
      class: "plain small",
      "aria-label": `${name} ${voice.say("weekRemove")}`,
    });
    away.textContent = "×";
    away.addEventListener("click", () => {
      spans.splice(place, 1);
      this.redraw(`policy-more-${day}`);
    });
    return h("span", { class: "span" }, time("opens"), "–", time("closes"), away);
  }

  /** Draw it anew, with the focus where it was or shall be. */
  private redraw(focus: string): void {
    const before = this.node;
    if (before.isConnected) before.replaceWith(this.draw());
    document.getElementById(focus)?.focus();
  }

  private async submit(): Promise<void> {
    if (this.busy) return;
    this.faults = this.draft.faults();
    const [first] = this.faults.keys();
    this.redraw(first === undefined ? "" : `policy-${first}`);
    const save = this.node.querySelector<HTMLButtonElement>("button[type=submit]");
    if (first !== undefined || save === null) return;
    [this.busy, save.disabled] = [true, true];
    try {
      await this.send();
    } finally {
      [this.busy, save.disabled] = [false, false];
      if (save.isConnected && (document.activeElement ?? document.body) === document.body) save.focus();
    }
  }
}
