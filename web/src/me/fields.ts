/** Fields of a form: a label, an input, and a place for what is wrong with it, tied together for screen readers. */
import { h } from "../shared/dom";

type Attributes = Readonly<Record<string, string | undefined>> & { readonly id: string };

export class Field {
  readonly node: HTMLElement;
  readonly input: HTMLInputElement;
  private readonly fault: HTMLElement;

  constructor(label: string, attributes: Attributes, onInput: (value: string) => void) {
    const { value = "", ...others } = attributes;
    const place = `${attributes.id}-fault`;
    this.input = h("input", { "aria-describedby": place, ...others });
    this.input.value = value;
    this.input.addEventListener("input", () => {
      this.mend();
      onInput(this.input.value);
    });
    this.fault = h("p", { class: "fault", id: place });
    this.node = h("div", { class: "field" }, h("label", { for: attributes.id }, label), this.input, this.fault);
  }

  /** Show what is wrong, or that nothing is; returns whether nothing is. */
  judge(fault: string | undefined): boolean {
    this.fault.textContent = fault ?? "";
    if (fault === undefined) this.input.removeAttribute("aria-invalid");
    else this.input.setAttribute("aria-invalid", "true");
    return fault === undefined;
  }

  /** Nothing is held against it until it is looked at again. */
  mend(): void {
    this.judge(undefined);
  }
}

/** A choice of one from a list. */
export function select<T extends string>(
  label: string,
  id: string,
  options: readonly (readonly [T, string])[],
  chosen: T,
  onChange: (value: T) => void,
): HTMLElement {
  const list = h("select", { id }, ...options.map(([value, text]) => h("option", { value }, text)));
  list.value = chosen;
  list.addEventListener("change", () => onChange(list.value as T));
  return h("div", { class: "field" }, h("label", { for: id }, label), list);
}
