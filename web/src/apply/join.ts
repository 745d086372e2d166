/** Another phone for a venue that was applied for: its number, and a proof of its contact's phone. */
import { Field } from "../me/fields";
import { mobileOf } from "../me/identity";
import { h, refill } from "../shared/dom";
import { faultOf, type Joining, type Voice } from "./page";
import { PhoneProof } from "./proof";

const NUMBER = /^[A-Za-z0-9_-]{1,40}$/;

export interface Proof {
  readonly venue: string;
  readonly phone: string;
  readonly code: string;
}

export class JoinForm {
  readonly node: HTMLFormElement;
  private readonly number: Field;
  private readonly proof: PhoneProof;
  private readonly trouble = h("div", { class: "trouble", role: "alert" });
  private readonly submit: HTMLButtonElement;
  private busy = false;

  constructor(
    private readonly voice: Voice,
    private readonly draft: Joining,
    private readonly send: (proof: Proof) => Promise<void>,
  ) {
    const plain = { autocomplete: "off", autocapitalize: "off", spellcheck: "false", maxlength: "40" };
    this.number = new Field(voice.say("number"), { id: "venue", value: draft.venue, ...plain }, (value) => {
      draft.venue = value;
    });
    this.number.input.setAttribute("aria-describedby", "venue-hint venue-fault");
    this.number.node.insertBefore(
      h("p", { class: "hint", id: "venue-hint" }, voice.say("numberHint")),
      this.number.input,
    );
    this.proof = new PhoneProof(voice, draft, (text) => this.say(text));
    this.submit = h("button", { type: "submit", class: "solid wide", id: "send" }, voice.say("join"));
    const card = h("section", { class: "card" }, this.number.node, ...this.proof.nodes());
    this.node = h("form", { class: "form", novalidate: "" }, card, this.trouble, this.submit);
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.go();
    });
  }

  /** Called each second. */
  tick(): void {
    this.proof.tick();
  }

  private async go(): Promise<void> {
    if (this.busy) return;
    const { draft, voice } = this;
    const venue = draft.venue.trim();
    const known = this.number.judge(NUMBER.test(venue) ? undefined : voice.say("badNumber"));
    const fault = this.proof.firstFault();
    const first = known ? fault : this.number.input;
    if (first !== undefined) return first.focus();
    this.setBusy(true);
    this.say("");
    try {
      await this.send({ venue, phone: mobileOf(draft.phone) ?? "", code: draft.code.trim() });
    } catch (error) {
      this.say(faultOf(voice, error));
    } finally {
      this.setBusy(false);
    }
  }

  private setBusy(busy: boolean): void {
    this.busy = busy;
    this.submit.setAttribute("aria-disabled", String(busy));
    this.submit.textContent = this.voice.say(busy ? "sending" : "join");
  }

  private say(text: string): void {
    refill(this.trouble, text === "" ? [] : [h("p", { class: "notice" }, text)]);
  }
}
