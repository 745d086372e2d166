/** Fields that keep what is typed while the page is drawn again, and say what is wrong beside them. */
import { h } from "../shared/dom";
import type { CardWord, Voice } from "./words";

export type Choices = Readonly<Record<string, CardWord>>;

export class Field {
  value: string;
  private fault: CardWord | undefined;
  private input: HTMLInputElement | HTMLSelectElement | undefined;

  constructor(
    private readonly id: string,
    private readonly label: CardWord,
    private readonly options: { readonly value?: string; readonly hint?: CardWord; readonly choices?: Choices } = {},
    private readonly attributes: Readonly<Record<string, string>> = {},
  ) {
    this.value = options.value ?? "";
  }

  /** Say what is wrong with it, or that nothing is; whether nothing is. */
  judge(fault: CardWord | undefined): boolean {
    this.fault = fault;
    return fault === undefined;
  }

  focus(): void {
    this.input?.focus();
  }

  draw(voice: Voice): HTMLElement {
    const { id, fault } = this;
    const { hint, choices } = this.options;
    const described = hint === undefined ? `${id}-fault` : `${id}-hint ${id}-fault`;
    const common = {
      id,
      "aria-describedby": described,
      "aria-invalid": String(fault !== undefined),
      ...this.attributes,
    };
    const input =
      choices === undefined
        ? h("input", { type: "text", autocomplete: "off", spellcheck: "false", ...common })
        : h(
            "select",
            common,
            ...Object.entries(choices).map(([value, word]) => h("option", { value }, voice.say(word))),
          );
    input.value = this.value;
    input.addEventListener("input", () => (this.value = input.value));
    this.input = input;
    return h(
      "div",
      { class: "field" },
      h("label", { for: id }, voice.say(this.label)),
      hint && h("p", { class: "hint", id: `${id}-hint` }, voice.say(hint)),
      input,
      h("p", { class: "fault", id: `${id}-fault` }, fault === undefined ? "" : voice.say(fault)),
    );
  }
}
