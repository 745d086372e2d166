/** The form: of a new application, or of one that was sent back. */
import { Field, select } from "../me/fields";
import { mobileOf } from "../me/identity";
import { h, refill } from "../shared/dom";
import { KINDS } from "../shared/kinds";
import { type Draft, faultOf, hoursOf, type Voice, type Word } from "./page";
import { PhoneProof } from "./proof";
import type { Applicant, Facts } from "./service";

const FIND_MS = 20_000;

type Typed = "name" | "area" | "address" | "opens" | "closes" | "peak" | "contact";

const HINTS: Readonly<Partial<Record<Typed, Word>>> = {
  name: "nameHint",
  area: "areaHint",
  address: "addressHint",
};
const INPUTS: Readonly<Record<Typed, Readonly<Record<string, string>>>> = {
  name: { autocomplete: "organization", maxlength: "64" },
  area: { inputmode: "numeric", autocomplete: "off", maxlength: "12" },
  address: { autocomplete: "street-address", maxlength: "128" },
  opens: { type: "time" },
  closes: { type: "time" },
  peak: { inputmode: "numeric", autocomplete: "off", maxlength: "6" },
  contact: { autocomplete: "name", maxlength: "64" },
};

/**
 * Whose form it is: of whoever answers for the venue and proves their phone, of a worker who fills it in for them, or of
 * an application that was sent back.
 */
export type Mode = "apply" | "behalf" | "correct";

/** What a form sends: without an applicant it is a correction; a worker's has no code. */
export type Send = (facts: Facts, applicant: Applicant | undefined) => Promise<void>;

export class ApplyForm {
  readonly node: HTMLFormElement;
  private readonly fields = new Map<Typed, Field>();
  private readonly trouble = h("div", { class: "trouble", role: "alert" });
  private readonly found = h("p", { class: "hint", role: "status" });
  private readonly proof: PhoneProof;
  private readonly submit: HTMLButtonElement;
  private busy = false;

  constructor(
    private readonly voice: Voice,
    private readonly draft: Draft,
    private readonly mode: Mode,
    private readonly send: Send,
  ) {
    this.proof = new PhoneProof(voice, draft, (text) => this.say(text));
    this.submit = h("button", { type: "submit", class: "solid wide", id: "send" }, voice.say(this.word));
    const contact = mode === "correct" ? [] : this.contactPart();
    this.node = h("form", { class: "form", novalidate: "" }, this.venuePart(), ...contact, this.trouble, this.submit);
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.go();
    });
  }

  /** Called each second. */
  tick(): void {
    this.proof.tick();
  }

  private get word(): Word {
    return this.mode === "correct" ? "sendCorrection" : "send";
  }

  private button(word: Word, id: string, act: () => void): HTMLButtonElement {
    const made = h("button", { type: "button", class: "plain wide", id }, this.voice.say(word));
    made.addEventListener("click", act);
    return made;
  }

  private field(name: Typed): Node {
    const { voice, draft } = this;
    const hint = HINTS[name];
    const word = name === "contact" && this.mode === "behalf" ? "contactName" : name;
    const made = new Field(voice.say(word), { id: name, value: draft[name], ...INPUTS[name] }, (value) => {
      draft[name] = value;
    });
    this.fields.set(name, made);
    if (hint !== undefined) {
      made.input.setAttribute("aria-describedby", `${name}-hint ${name}-fault`);
      made.node.insertBefore(h("p", { class: "hint", id: `${name}-hint` }, voice.say(hint)), made.input);
    }
    return made.node;
  }

  private venuePart(): Node {
    const { voice, draft } = this;
    const kinds = KINDS.map((kind) => [kind as string, voice.say(`kind:${kind}`)] as const);
    const kind = select(voice.say("category"), "category", kinds, draft.category, (chosen) => {
      draft.category = chosen;
    });
    const here = this.button("position", "position", () => this.locate());
    this.sayPosition();
    const fixed = h(
      "div",
      { class: "group" },
      this.field("address"),
      here,
      h("p", { class: "hint" }, voice.say("positionHint")),
      this.found,
    );
    fixed.hidden = draft.moves;
    const moves = h("input", { type: "checkbox", id: "moves" });
    moves.checked = draft.moves;
    moves.addEventListener("change", () => {
      draft.moves = moves.checked;
      fixed.hidden = moves.checked;
    });
    return h(
      "section",
      { class: "card" },
      h("h2", {}, voice.say("venueTitle")),
      this.field("name"),
      kind,
      this.field("area"),
      // A worker's own community is filled in.
      ...(this.mode === "behalf" ? [] : [this.whereArea()]),
      h("label", { class: "tick", for: "moves" }, moves, h("span", {}, voice.say("moves"))),
      fixed,
      h("div", { class: "times" }, this.field("opens"), this.field("closes")),
      h("p", { class: "hint" }, voice.say("hoursHint")),
      this.field("peak"),
    );
  }

  /** There is no list of communities to choose from: where the code stands is told. */
  private whereArea(): Node {
    const { voice } = this;
    const places = (["areaNotice", "areaNeighbour", "areaAsk"] as const).map((word) => h("li", {}, voice.say(word)));
    return h("details", { class: "where" }, h("summary", {}, voice.say("areaWhere")), h("ul", {}, ...places));
  }

  private contactPart(): Node[] {
    const { voice, mode } = this;
    // Whoever stands beside a worker proves their phone when they look for themselves.
    const phone = mode === "behalf" ? [this.proof.phone.node] : this.proof.nodes();
    const hint = h("p", { class: "hint" }, voice.say(mode === "behalf" ? "contactBehalf" : "contactHint"));
    return [
      h("section", { class: "card" }, h("h2", {}, voice.say("contactTitle")), this.field("contact"), ...phone, hint),
    ];
  }

  private sayPosition(): void {
    const { position, accuracyM } = this.draft;
    if (position === undefined) return;
    const { voice } = this;
    this.found.textContent =
      accuracyM === undefined ? voice.say("positionKnown") : voice.say("positionGot", { m: Math.round(accuracyM) });
  }

  private locate(): void {
    const { voice, draft } = this;
    const denied = (): void => {
      this.found.textContent = voice.say("positionDenied");
    };
    if (!("geolocation" in navigator)) return denied();
    this.found.textContent = voice.say("positionFinding");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        draft.position = { latitude: coords.latitude, longitude: coords.longitude, system: "wgs84" };
        draft.accuracyM = coords.accuracy;
        this.sayPosition();
      },
      denied,
      { enableHighAccuracy: true, timeout: FIND_MS, maximumAge: 0 },
    );
  }

  private judge(name: Typed, word: Word | undefined): boolean {
    return this.fields.get(name)?.judge(word && this.voice.say(word)) ?? true;
  }

  /** Whether everything can be sent; the first field that can not gets the focus. */
  private isSound(): boolean {
    const { draft } = this;
    const empty = (text: string): Word | undefined => (text.trim() === "" ? "missing" : undefined);
    const faults: [Typed, Word | undefined][] = [
      ["name", empty(draft.name)],
      ["area", /^(\d{6}|\d{9}|\d{12})$/.test(draft.area.trim()) ? undefined : "badArea"],
      ["address", draft.moves ? undefined : empty(draft.address)],
      ["opens", (draft.opens === "") === (draft.closes === "") ? undefined : "badHours"],
      ["peak", /^\d{0,6}$/.test(draft.peak.trim()) ? undefined : "badPeak"],
      ["contact", this.mode === "correct" ? undefined : empty(draft.contact)],
    ];
    const [bad] = faults.filter(([name, word]) => !this.judge(name, word));
    const proof = this.phoneFault();
    const first = bad === undefined ? proof : this.fields.get(bad[0])?.input;
    first?.focus();
    return first === undefined;
  }

  private phoneFault(): HTMLInputElement | undefined {
    const { mode, proof, draft, voice } = this;
    if (mode === "correct") return undefined;
    if (mode === "apply") return proof.firstFault();
    const known = mobileOf(draft.phone) !== undefined;
    return proof.phone.judge(known ? undefined : voice.say("badPhone")) ? undefined : proof.phone.input;
  }

  private facts(): Facts {
    const { name, area, category, address, moves, peak, position, parent } = this.draft;
    return {
      name: name.trim(),
      area: area.trim(),
      category,
      address: moves ? "" : address.trim(),
      moves,
      peak_per_hour: Number(peak.trim()),
      hours: hoursOf(this.draft),
      parent,
      ...(moves || position === undefined ? {} : { position }),
    };
  }

  private async go(): Promise<void> {
    if (this.busy || !this.isSound()) return;
    const { draft, voice } = this;
    this.setBusy(true);
    refill(this.trouble, []);
    const phone = mobileOf(draft.phone) ?? "";
    const applicant = { contact_name: draft.contact.trim(), phone, code: draft.code.trim() };
    try {
      await this.send(this.facts(), this.mode === "correct" ? undefined : applicant);
    } catch (error) {
      this.say(faultOf(voice, error));
    } finally {
      this.setBusy(false);
    }
  }

  private setBusy(busy: boolean): void {
    this.busy = busy;
    this.submit.setAttribute("aria-disabled", String(busy));
    this.submit.textContent = this.voice.say(busy ? "sending" : this.word);
  }

  private say(text: string): void {
    refill(this.trouble, text === "" ? [] : [h("p", { class: "notice" }, text)]);
  }
}
