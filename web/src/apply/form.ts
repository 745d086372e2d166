/** The form: of a new application, or of one that was sent back. */
import { Field, select } from "../me/fields";
import { mobileOf } from "../me/identity";
import { askCode } from "../me/service";
import { h, refill } from "../shared/dom";
import { KINDS } from "../shared/kinds";
import { type Draft, faultOf, type Voice, type Word } from "./page";
import type { Applicant, Facts } from "./service";

const RESEND_S = 60;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const FIND_MS = 20_000;

type Typed = "name" | "area" | "address" | "opens" | "closes" | "peak" | "contact" | "phone" | "code";

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
  phone: { type: "tel", inputmode: "tel", autocomplete: "tel-national", maxlength: "20" },
  code: { inputmode: "numeric", autocomplete: "one-time-code", maxlength: "6" },
};

/** What a form sends: without an applicant it is a correction. */
export type Send = (facts: Facts, applicant: Applicant | undefined) => Promise<void>;

export class ApplyForm {
  readonly node: HTMLFormElement;
  private readonly fields = new Map<Typed, Field>();
  private readonly trouble = h("div", { class: "trouble", role: "alert" });
  private readonly told = h("p", { class: "hint", role: "status" });
  private readonly found = h("p", { class: "hint", role: "status" });
  private readonly sendCode: HTMLButtonElement;
  private readonly submit: HTMLButtonElement;
  private busy = false;
  private asking = false;

  constructor(
    private readonly voice: Voice,
    private readonly draft: Draft,
    private readonly correcting: boolean,
    private readonly send: Send,
  ) {
    this.sendCode = this.button("sendCode", "send-code", () => void this.askCode());
    const word = correcting ? "sendCorrection" : "send";
    this.submit = h("button", { type: "submit", class: "solid wide", id: "send" }, voice.say(word));
    const contact = correcting ? [] : this.contactPart();
    this.node = h("form", { class: "form", novalidate: "" }, this.venuePart(), ...contact, this.trouble, this.submit);
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.go();
    });
    this.tick();
  }

  /** Called each second. */
  tick(): void {
    const { askedAt } = this.draft;
    const wait = askedAt === undefined ? 0 : Math.ceil(RESEND_S - (performance.now() - askedAt) / 1000);
    this.sendCode.disabled = this.asking || wait > 0;
    this.sendCode.textContent = wait > 0 ? this.voice.say("sendWait", { s: wait }) : this.voice.say("sendCode");
  }

  private button(word: Word, id: string, act: () => void): HTMLButtonElement {
    const made = h("button", { type: "button", class: "plain wide", id }, this.voice.say(word));
    made.addEventListener("click", act);
    return made;
  }

  private field(name: Typed): Node {
    const { voice, draft } = this;
    const hint = HINTS[name];
    const made = new Field(voice.say(name), { id: name, value: draft[name], ...INPUTS[name] }, (value) => {
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
      h("label", { class: "tick", for: "moves" }, moves, h("span", {}, voice.say("moves"))),
      fixed,
      h("div", { class: "times" }, this.field("opens"), this.field("closes")),
      h("p", { class: "hint" }, voice.say("hoursHint")),
      this.field("peak"),
    );
  }

  private contactPart(): Node[] {
    const { voice, draft } = this;
    if (draft.askedAt !== undefined) this.sayCodeSent(mobileOf(draft.phone) ?? "");
    const part = h(
      "section",
      { class: "card" },
      h("h2", {}, voice.say("contactTitle")),
      this.field("contact"),
      this.field("phone"),
      this.sendCode,
      this.told,
      this.field("code"),
      h("p", { class: "hint" }, voice.say("contactHint")),
    );
    return [part];
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

  private async askCode(): Promise<void> {
    const phone = mobileOf(this.draft.phone);
    this.judge("phone", phone === undefined ? "badPhone" : undefined);
    if (phone === undefined) return this.fields.get("phone")?.input.focus();
    this.asking = true;
    this.tick();
    refill(this.trouble, []);
    try {
      await askCode(phone);
      this.draft.askedAt = performance.now();
      this.sayCodeSent(phone);
      this.fields.get("code")?.input.focus();
    } catch (error) {
      this.say(faultOf(this.voice, error));
    } finally {
      this.asking = false;
      this.tick();
    }
  }

  private sayCodeSent(phone: string): void {
    this.told.textContent = this.voice.say("codeSent", { tail: phone.slice(-4) });
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
      ["contact", this.correcting ? undefined : empty(draft.contact)],
      ["phone", this.correcting || mobileOf(draft.phone) !== undefined ? undefined : "badPhone"],
      ["code", this.correcting || /^\d{6}$/.test(draft.code.trim()) ? undefined : "badCode"],
    ];
    const bad = faults.filter(([name, word]) => !this.judge(name, word));
    const [first] = bad;
    if (first !== undefined) this.fields.get(first[0])?.input.focus();
    return first === undefined;
  }

  private facts(): Facts {
    const { name, area, category, address, moves, opens, closes, peak, position, parent } = this.draft;
    return {
      name: name.trim(),
      area: area.trim(),
      category,
      address: moves ? "" : address.trim(),
      moves,
      peak_per_hour: Number(peak.trim()),
      hours: opens === "" ? [] : [{ days: EVERY_DAY, opens, closes }],
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
      await this.send(this.facts(), this.correcting ? undefined : applicant);
    } catch (error) {
      this.say(faultOf(voice, error));
    } finally {
      this.setBusy(false);
    }
  }

  private setBusy(busy: boolean): void {
    this.busy = busy;
    this.submit.setAttribute("aria-disabled", String(busy));
    const word = this.correcting ? "sendCorrection" : "send";
    this.submit.textContent = this.voice.say(busy ? "sending" : word);
  }

  private say(text: string): void {
    refill(this.trouble, [h("p", { class: "notice" }, text)]);
  }
}
