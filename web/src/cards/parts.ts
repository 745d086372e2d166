/** What the three parts of the view share: a card on the page that is drawn again by itself, and says what happened. */
import { faultText } from "../desk/faults";
import type { Desk } from "../desk/service";
import { DOCUMENT_TYPES } from "../me/identity";
import { h } from "../shared/dom";
import type { Choices } from "./fields";
import type { CardWord, Voice } from "./words";

export type Nodes = readonly (Node | undefined)[];

/** Whom the view works for: the service as they see it, their words, their area. */
export interface Standing {
  readonly desk: Desk;
  readonly voice: Voice;
}

export const TYPES: Choices = Object.fromEntries(DOCUMENT_TYPES.map((type) => [type, `type:${type}` as CardWord]));

/** A part of the view; one thing at a time is done in it. */
export class Part {
  private readonly node = h("section", { class: "card stack" });
  private readonly told = h("div", { class: "outcome", tabindex: "-1" });
  private said: (() => Nodes) | undefined;
  private bad = false;
  private busy = false;

  constructor(
    private readonly standing: Standing,
    private readonly content: () => Nodes,
  ) {}

  refresh(): HTMLElement {
    const nodes = this.said?.() ?? [];
    this.told.hidden = nodes.length === 0;
    this.told.className = this.bad ? "outcome bad" : "outcome";
    this.told.setAttribute("role", this.bad ? "alert" : "status");
    this.told.replaceChildren(...nodes.filter((node) => node !== undefined));
    this.node.replaceChildren(...this.content().filter((node) => node !== undefined), this.told);
    return this.node;
  }

  /** Say what happened. The focus goes there once it is over, so that it is read out; while it goes on it stays. */
  say(said: (() => Nodes) | undefined, { bad = false, over = true } = {}): void {
    this.said = said;
    this.bad = bad;
    this.refresh();
    if (over && said !== undefined) this.told.focus();
  }

  text(word: CardWord, values: Readonly<Record<string, string | number>> = {}): () => Nodes {
    return () => [h("p", {}, this.standing.voice.say(word, values))];
  }

  button(word: CardWord, look: string, act: () => Promise<void> | void): HTMLButtonElement {
    const made = h("button", { type: "button", class: look }, this.standing.voice.say(word));
    made.addEventListener("click", () => void this.once(act));
    return made;
  }

  /** A form that is sent once at a time: a second press while it goes does nothing. */
  form(fields: readonly HTMLElement[], word: CardWord, send: () => Promise<void>): HTMLFormElement {
    const submit = h("button", { type: "submit", class: "solid" }, this.standing.voice.say(word));
    submit.disabled = this.busy;
    const made = h("form", { class: "stack", novalidate: "", autocomplete: "off" }, ...fields, submit);
    made.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.once(send);
    });
    return made;
  }

  private async once(act: () => Promise<void> | void): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      await act();
    } catch (error) {
      // Thrown on when it is no answer of the service's.
      faultText(this.standing.voice, error);
      this.say(() => [h("p", {}, faultText(this.standing.voice, error))], { bad: true });
    } finally {
      this.busy = false;
      this.node.querySelectorAll<HTMLButtonElement>("button[type=submit]").forEach((one) => (one.disabled = false));
    }
  }
}
