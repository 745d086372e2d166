/** Enrolling a person on this phone: for the first time, again, or another of the family. */
import { Offline, Problem } from "../shared/api";
import { h } from "../shared/dom";
import { makeKey, type OwnKey } from "../shared/keys";
import { type App, backTo, button, heading, type Screen, type Voice, type Word, wordFor } from "./app";
import { Field, select } from "./fields";
import { DOCUMENT_TYPES, type DocumentType, foldedNumber, mobileOf, numberFault } from "./identity";
import { askCode, type Claim } from "./service";

const RESEND_S = 60;

/** What was typed: kept while the form stands, so that another language or a redraw loses nothing; then forgotten. */
interface Draft {
  type: DocumentType;
  number: string;
  name: string;
  phone: string;
  code: string;
  /** The key that is being enrolled: the same for every try, so that an answer that got lost does no harm. */
  key: OwnKey | undefined;
  /** Milliseconds of performance.now() of the last code. */
  askedAt: number | undefined;
}

function blank(): Draft {
  return { type: "resident-id", number: "", name: "", phone: "", code: "", key: undefined, askedAt: undefined };
}

let draft = blank();

/** Forget what was typed. */
export function forgetDraft(): void {
  draft = blank();
}

/** Which field a refusal is about. */
const FIELD_OF: readonly (readonly [RegExp, keyof Fields])[] = [
  [/^id-/, "number"],
  [/^phone$/, "phone"],
  [/^name$/, "name"],
  [/^code-/, "code"],
];

interface Fields {
  readonly number: Field;
  readonly name: Field;
  readonly phone: Field;
  readonly code: Field;
}

function makeFields(voice: Voice): Fields {
  const keep = (name: "number" | "name" | "phone" | "code") => (value: string) => {
    draft[name] = value;
  };
  const plain = { autocapitalize: "off", spellcheck: "false" };
  return {
    number: new Field(
      voice.say("idNumber"),
      {
        id: "number",
        value: draft.number,
        autocomplete: "off",
        maxlength: "32",
        ...plain,
        autocapitalize: "characters",
      },
      keep("number"),
    ),
    name: new Field(
      voice.say("name"),
      { id: "name", value: draft.name, autocomplete: "name", maxlength: "64", ...plain },
      keep("name"),
    ),
    phone: new Field(
      voice.say("phone"),
      { id: "phone", value: draft.phone, type: "tel", inputmode: "tel", autocomplete: "tel-national", maxlength: "20" },
      keep("phone"),
    ),
    code: new Field(
      voice.say("code"),
      {
        id: "code",
        value: draft.code,
        inputmode: "numeric",
        autocomplete: "one-time-code",
        maxlength: "6",
        pattern: "[0-9]*",
      },
      keep("code"),
    ),
  };
}

class EnrolForm {
  readonly fields: Fields;
  readonly form: HTMLFormElement;
  private readonly sendButton: HTMLButtonElement;
  private readonly sent = h("p", { class: "hint", role: "status" });
  private readonly trouble = h("div", { class: "trouble", role: "alert" });
  private readonly submit: HTMLButtonElement;
  private busy = false;

  constructor(private readonly app: App) {
    const { voice } = app;
    this.fields = makeFields(voice);
    this.sendButton = button(voice.say("sendCode"), () => void this.send(), { id: "send" });
    this.submit = h("button", { type: "submit", class: "solid wide", id: "enrol" }, voice.say("enrolDo"));
    this.form = this.build();
    this.tick();
  }

  tick(): void {
    const { voice } = this.app;
    const since = draft.askedAt === undefined ? RESEND_S : (performance.now() - draft.askedAt) / 1000;
    const wait = Math.ceil(RESEND_S - since);
    this.sendButton.disabled = wait > 0;
    const again = draft.askedAt === undefined ? "sendCode" : "sendAgain";
    this.sendButton.textContent = wait > 0 ? voice.say("sendWait", { s: wait }) : voice.say(again);
  }

  private build(): HTMLFormElement {
    const { voice } = this.app;
    const { number, name, phone, code } = this.fields;
    const type = select(
      voice.say("idType"),
      "type",
      DOCUMENT_TYPES.map((one) => [one, voice.say(`type:${one}`)] as const),
      draft.type,
      (chosen) => {
        draft.type = chosen;
        number.mend();
      },
    );
    number.input.addEventListener("focusout", ({ relatedTarget: next }) => {
      // On the way to another field only: a fault that appears under a press would move the button away from it.
      if (next instanceof HTMLInputElement && draft.number !== "") this.checkNumber();
    });
    const form = h(
      "form",
      { class: "card form", novalidate: "" },
      type,
      number.node,
      name.node,
      phone.node,
      this.sendButton,
      this.sent,
      code.node,
      this.trouble,
      this.submit,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.enrol(false);
    });
    return form;
  }

  private checkNumber(): boolean {
    const fault = numberFault(draft.type, draft.number);
    return this.fields.number.judge(fault && this.app.voice.say(`fault:${fault}`));
  }

  private checkPhone(): string | undefined {
    const phone = mobileOf(draft.phone);
    this.fields.phone.judge(phone === undefined ? this.app.voice.say("fault:phone") : undefined);
    return phone;
  }

  private async send(): Promise<void> {
    const phone = this.checkPhone();
    if (phone === undefined) return this.fields.phone.input.focus();
    this.trouble.replaceChildren();
    this.sendButton.disabled = true;
    try {
      await askCode(phone);
      draft.askedAt = performance.now();
      this.sent.textContent = this.app.voice.say("codeSent", { tail: phone.slice(-4) });
      this.fields.code.input.focus();
    } catch (error) {
      this.refused(error);
    }
    this.tick();
  }

  /** The claim, if every field can be one; else the first that cannot gets the focus. */
  private claim(): Claim | undefined {
    const { voice } = this.app;
    const { number, name, code } = this.fields;
    const phone = this.checkPhone();
    const sound = [
      this.checkNumber(),
      name.judge(draft.name.trim() === "" ? voice.say("fault:name") : undefined),
      phone !== undefined,
      code.judge(/^\d{6}$/.test(draft.code.normalize("NFKC").trim()) ? undefined : voice.say("fault:code")),
    ];
    const place = sound.indexOf(false);
    if (place >= 0) [number, name, this.fields.phone, code][place]?.input.focus();
    if (place >= 0 || phone === undefined) return undefined;
    const plain = {
      number: foldedNumber(draft.number),
      name: draft.name.trim(),
      code: draft.code.normalize("NFKC").trim(),
    };
    return { type: draft.type, phone, ...plain };
  }

  private async enrol(replaceOldest: boolean): Promise<void> {
    const claim = this.claim();
    if (claim === undefined || this.busy) return;
    this.trouble.replaceChildren();
    this.setBusy(true);
    try {
      draft.key ??= await makeKey();
      await this.enrolled(await this.patient(claim, draft.key, replaceOldest));
    } catch (error) {
      this.refused(error);
    } finally {
      this.setBusy(false);
    }
  }

  /** The first answer teaches the clock; a proof that was refused for the phone's own is made once more. */
  private async patient(claim: Claim, key: OwnKey, replaceOldest: boolean): Promise<string> {
    const { wallet } = this.app;
    try {
      return await wallet.enrol(claim, key, replaceOldest);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "proof") throw error;
      return wallet.enrol(claim, key, replaceOldest);
    }
  }

  private async enrolled(pid: string): Promise<void> {
    forgetDraft();
    const { app } = this;
    app.choose(pid);
    app.announce(app.voice.say("enrolled"));
    const others = (app.wallet.person(pid)?.seen?.devices.length ?? 1) > 1;
    // Through either door: who has other devices sees them, and decides what becomes of them.
    app.go(others ? "devices" : "");
  }

  private setBusy(busy: boolean): void {
    this.busy = busy;
    this.submit.setAttribute("aria-disabled", String(busy));
    this.submit.textContent = this.app.voice.say(busy ? "enrolling" : "enrolDo");
  }

  private refused(error: unknown): void {
    const { voice } = this.app;
    if (error instanceof Offline) return this.say(voice.say("noNetwork"));
    if (!(error instanceof Problem)) {
      // What is neither is the storage's: said, and left to the browser's own log.
      this.say(voice.say("fault:storage"));
      throw error;
    }
    const word = wordFor("fault", error.code);
    const [, name] = FIELD_OF.find(([codes]) => codes.test(error.code)) ?? [];
    if (name !== undefined && word !== undefined) {
      this.fields[name].judge(voice.say(word));
      return this.fields[name].input.focus();
    }
    if (error.code === "devices") return this.askToReplace();
    this.say(voice.say(word ?? (error.status === 429 ? "fault:too-many" : "fault:service")));
  }

  private say(text: string): void {
    this.trouble.replaceChildren(h("p", { class: "notice" }, text));
  }

  private askToReplace(): void {
    const { voice } = this.app;
    const replace = button(voice.say("replaceDo"), () => void this.enrol(true), { kind: "solid wide", id: "replace" });
    this.trouble.replaceChildren(h("div", { class: "notice" }, h("p", {}, voice.say("fault:devices")), replace));
    replace.focus();
  }
}

function privacyNote(voice: Voice): Node {
  const lines: Word[] = ["keptHere", "keptThere", "seenBy", "notKept"];
  return h(
    "details",
    { class: "card", open: "" },
    h("summary", {}, voice.say("privacy")),
    h("ul", {}, ...lines.map((word) => h("li", {}, voice.say(word)))),
  );
}

/** The form; `back`: the person has been enrolled before, on this phone or another. */
export function enrolScreen(app: App, back: boolean): Screen {
  const { voice, wallet } = app;
  const title = voice.say(back ? "backTitle" : wallet.people.length > 0 ? "addTitle" : "enrolTitle");
  if (wallet.full && !back) {
    return { nodes: [backTo(app), heading(title), h("p", { class: "notice" }, voice.say("full"))], follows: false };
  }
  const form = new EnrolForm(app);
  return {
    nodes: [
      backTo(app),
      heading(title),
      h("p", {}, voice.say(back ? "backSay" : "enrolSay")),
      form.form,
      h("p", { class: "hint" }, voice.say("otherDocument")),
      privacyNote(voice),
    ],
    follows: false,
    tick: () => form.tick(),
  };
}
