/** Proving a phone: the number, a button that has a code sent to it, and the code. */
import { Field } from "../me/fields";
import { mobileOf } from "../me/identity";
import { askCode } from "../me/service";
import { h } from "../shared/dom";
import { faultOf, type Voice } from "./page";

const RESEND_S = 60;

/** What is typed; kept by the page over a change of language. */
export interface Proved {
  phone: string;
  code: string;
  /** Milliseconds of performance.now() of the last code. */
  askedAt: number | undefined;
}

export class PhoneProof {
  readonly phone: Field;
  readonly code: Field;
  private readonly told = h("p", { class: "hint", role: "status" });
  private readonly sendCode: HTMLButtonElement;
  private asking = false;

  constructor(
    private readonly voice: Voice,
    private readonly draft: Proved,
    /** Where to say what went wrong with sending the code; empty when nothing did. */
    private readonly say: (text: string) => void,
  ) {
    const tel = { type: "tel", inputmode: "tel", autocomplete: "tel-national", maxlength: "20" };
    const digits = { inputmode: "numeric", autocomplete: "one-time-code", maxlength: "6" };
    this.phone = new Field(voice.say("phone"), { id: "phone", value: draft.phone, ...tel }, (value) => {
      draft.phone = value;
    });
    this.code = new Field(voice.say("code"), { id: "code", value: draft.code, ...digits }, (value) => {
      draft.code = value;
    });
    this.sendCode = h("button", { type: "button", class: "plain wide", id: "send-code" });
    this.sendCode.addEventListener("click", () => void this.ask());
    if (draft.askedAt !== undefined) this.saySent(mobileOf(draft.phone) ?? "");
    this.tick();
  }

  nodes(): readonly Node[] {
    return [this.phone.node, this.sendCode, this.told, this.code.node];
  }

  /** Called each second. */
  tick(): void {
    const { askedAt } = this.draft;
    const wait = askedAt === undefined ? 0 : Math.ceil(RESEND_S - (performance.now() - askedAt) / 1000);
    this.sendCode.disabled = this.asking || wait > 0;
    this.sendCode.textContent = wait > 0 ? this.voice.say("sendWait", { s: wait }) : this.voice.say("sendCode");
  }

  /** Mark what cannot be sent; the first input that cannot, undefined when all can. */
  firstFault(): HTMLInputElement | undefined {
    const { voice, draft } = this;
    const phone = this.phone.judge(mobileOf(draft.phone) === undefined ? voice.say("badPhone") : undefined);
    const code = this.code.judge(/^\d{6}$/.test(draft.code.trim()) ? undefined : voice.say("badCode"));
    if (!phone) return this.phone.input;
    return code ? undefined : this.code.input;
  }

  private async ask(): Promise<void> {
    const phone = mobileOf(this.draft.phone);
    this.phone.judge(phone === undefined ? this.voice.say("badPhone") : undefined);
    if (phone === undefined) return this.phone.input.focus();
    this.asking = true;
    this.tick();
    this.say("");
    try {
      await askCode(phone);
      this.draft.askedAt = performance.now();
      this.saySent(phone);
      this.code.input.focus();
    } catch (error) {
      this.say(faultOf(this.voice, error));
    } finally {
      this.asking = false;
      this.tick();
    }
  }

  private saySent(phone: string): void {
    this.told.textContent = this.voice.say("codeSent", { tail: phone.slice(-4) });
  }
}
