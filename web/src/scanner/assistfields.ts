/** The fields of an assisted check-in: which way, a temperature, and a document's number with its check as it is typed. */
import { DOCUMENT_TYPES, type DocumentType, foldedNumber, numberFault } from "../me/identity";
import { h } from "../shared/dom";
import type { Direction } from "../shift/shift";
import { readDocument } from "./documents";
import { field } from "./page";
import { voice } from "./words";

/** Whole numbers typed faster than this came from a reader. */
const READER_MS = 1500;
const LENGTH = 18;

/** Two large switches for one choice. */
export function directionField(own: Direction): { readonly node: HTMLElement; chosen(): Direction; reset(): void } {
  const inputs = (["in", "out"] as const).map((direction) => {
    const input = h("input", { type: "radio", name: "assist-direction", value: direction, id: `assist-${direction}` });
    input.checked = direction === own;
    return { direction, input };
  });
  const labels = inputs.map(({ direction, input }) =>
    h("label", { class: "switch", for: input.id }, input, h("b", {}, voice.say(direction))),
  );
  const node = h(
    "fieldset",
    { class: "switches" },
    h("legend", {}, voice.say("assistDirection")),
    h("div", {}, ...labels),
  );
  return {
    node,
    chosen: () => inputs.find(({ input }) => input.checked)?.direction ?? own,
    reset() {
      for (const { direction, input } of inputs) input.checked = direction === own;
    },
  };
}

/** A document's number as it stands in the field. */
export interface Typed {
  readonly number: string;
  readonly type: DocumentType;
  readonly name?: string;
  readonly byReader: boolean;
}

function typeField(): { readonly node: HTMLElement; readonly select: HTMLSelectElement } {
  const options = DOCUMENT_TYPES.map((type) => h("option", { value: type }, voice.say(`type-${type}`)));
  const select = h("select", { id: "document-type" }, ...options);
  const label = h("label", { for: "document-type" }, voice.say("documentType"));
  return { node: h("div", { class: "field" }, label, select), select };
}

/** The field of the number with what its check says, and a large X: number pads of phones have none. */
function numberField() {
  const typed = field("number", "numberField", undefined, { inputmode: "numeric", spellcheck: "false" });
  const told = h("p", { class: "hint check", role: "status" });
  // Not in the order of Tab: readers type a Tab between number and name.
  const x = h("button", { type: "button", class: "plain x", tabindex: "-1" }, "X");
  typed.node.append(h("div", { class: "beside" }, told, x));
  x.addEventListener("click", () => {
    typed.input.value += "X";
    typed.input.focus();
    typed.input.dispatchEvent(new Event("input"));
  });
  return {
    ...typed,
    x,
    tell(number: string): void {
      const fault = number.length === LENGTH ? numberFault("resident-id", number) : undefined;
      typed.fault(fault);
      const short = number.length < LENGTH ? voice.say("numberOf", { n: number.length }) : "";
      told.textContent = fault === undefined && number.length === LENGTH ? voice.say("numberGood") : short;
    },
    hush(): void {
      typed.fault(undefined);
      told.textContent = "";
    },
  };
}

/** The number, its type and the name; `read` says what is wrong at the field, and returns undefined then. */
export function documentFields(): { readonly nodes: readonly Node[]; read(): Typed | undefined; clear(): void } {
  const kind = typeField();
  const typed = numberField();
  const name = field("person-name", "nameField", undefined, { maxlength: "64", spellcheck: "false" });
  let firstMs = 0;
  let lastMs = 0;
  const type = (): DocumentType => kind.select.value as DocumentType;
  const isResident = (): boolean => type() === "resident-id";
  function check(): void {
    lastMs = performance.now();
    const number = foldedNumber(typed.input.value);
    if (number.length <= 1) firstMs = lastMs;
    if (isResident() && number !== "") typed.tell(number);
    else typed.hush();
  }
  typed.input.addEventListener("input", check);
  kind.select.addEventListener("change", () => {
    typed.input.setAttribute("inputmode", isResident() ? "numeric" : "text");
    typed.x.hidden = !isResident();
    check();
  });
  return {
    nodes: [kind.node, typed.node, name.node],
    read() {
      const read = isResident() ? readDocument(typed.input.value) : undefined;
      const number = read?.number ?? foldedNumber(typed.input.value);
      const fault = numberFault(type(), number);
      typed.fault(fault);
      if (fault !== undefined) return undefined;
      const said = read?.name ?? name.input.value.trim();
      const byReader = isResident() && lastMs - firstMs < READER_MS;
      return { number, type: type(), byReader, ...(said === "" ? {} : { name: said }) };
    },
    clear() {
      typed.input.value = name.input.value = "";
      kind.select.value = "resident-id";
      typed.x.hidden = false;
      typed.hush();
    },
  };
}
