/** A form that keeps what is typed over a change of language, says what is wrong beside the field, and sends once. */
import { Problem } from "../shared/api";
import { h } from "../shared/dom";
import { keepPlace, type Outcome } from "./panel";
import { type OfficerWord, type Voice, wordOf } from "./words";

export interface Field {
  readonly label: OfficerWord;
  readonly hint?: OfficerWord;
  readonly type?: "text" | "number" | "date" | "time";
  /** Choices, each with its word: then it is a select. */
  readonly choices?: Readonly<Record<string, OfficerWord>>;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly optional?: boolean;
  /** Known, and not to be changed: it is not shown. */
  readonly known?: boolean;
  /** What is wrong with a trimmed value. */
  check?(value: string): OfficerWord | undefined;
}

type Fields<N extends string> = Readonly<Record<N, Field>>;
type Values<N extends string> = Record<N, string>;

export class Form<N extends string> {
  private readonly faults = new Map<N, OfficerWord>();
  private busy = false;
  private node = h("form");

  constructor(
    private readonly id: string,
    private readonly voice: Voice,
    private readonly outcome: Outcome,
    private readonly fields: Fields<N>,
    readonly values: Values<N>,
    private readonly submitWord: OfficerWord,
    private readonly send: (values: Values<N>) => Promise<void>,
    /** Which field a member of the request comes from, where they are not called the same. */
    private readonly members: Readonly<Record<string, N>> = {},
  ) {}

  draw(): HTMLElement {
    const names = (Object.keys(this.fields) as N[]).filter((name) => !this.fields[name].known);
    const submit = h("button", { type: "submit", class: "solid" }, this.voice.say(this.submitWord));
    submit.disabled = this.busy;
    this.node = h(
      "form",
      { id: this.id, class: "stack", novalidate: "", autocomplete: "off" },
      h("div", { class: "fields" }, ...names.map((name) => this.drawField(name))),
      h("div", { class: "actions" }, submit),
    );
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    return this.node;
  }

  private drawField(name: N): HTMLElement {
    const { voice } = this;
    const field = this.fields[name];
    const id = `${this.id}-${name}`;
    const fault = this.faults.get(name);
    const optional = field.optional ? [" ", h("span", { class: "hint" }, voice.say("optional"))] : [];
    const label = h("label", { for: id }, voice.say(field.label), ...optional);
    const hint = field.hint && h("p", { class: "hint", id: `${id}-hint` }, voice.say(field.hint));
    const said = h("p", { class: "fault", id: `${id}-fault` }, fault === undefined ? "" : voice.say(fault));
    return h("div", { class: "field" }, label, hint, this.input(name, id, fault !== undefined), said);
  }

  private input(name: N, id: string, bad: boolean): HTMLElement {
    const { type = "text", choices, attributes = {}, hint, optional } = this.fields[name];
    const described = hint === undefined ? `${id}-fault` : `${id}-hint ${id}-fault`;
    const common = { id, name, "aria-describedby": described, "aria-invalid": String(bad), ...attributes };
    const required = optional ? {} : { "aria-required": "true" };
    const input =
      choices === undefined
        ? h("input", { ...common, ...required, type })
        : h(
            "select",
            common,
            ...Object.entries(choices).map(([value, word]) => h("option", { value }, this.voice.say(word))),
          );
    input.value = this.values[name];
    input.addEventListener("input", () => (this.values[name] = input.value));
    return input;
  }

  private async submit(): Promise<void> {
    if (this.busy) return;
    this.outcome.clear();
    this.check();
    if (this.refuse()) return;
    this.setBusy(true);
    try {
      await this.send(this.values);
    } catch (error) {
      if (error instanceof Problem) this.learn(error);
      if (!this.refuse()) this.outcome.fault(error);
    } finally {
      this.setBusy(false);
    }
  }

  private check(): void {
    this.faults.clear();
    for (const name of Object.keys(this.fields) as N[]) {
      const { optional, check, known } = this.fields[name];
      if (known) continue;
      const value = this.values[name].trim();
      const fault = value === "" ? (optional ? undefined : "fieldMissing") : check?.(value);
      if (fault !== undefined) this.faults.set(name, fault);
    }
  }

  /** Take in what the service says of single members. */
  private learn({ errors }: Problem): void {
    for (const { pointer, law } of errors) {
      const member = pointer.replace(/^\//, "");
      const name = this.members[member] ?? (member as N);
      if (Object.hasOwn(this.fields, name) && !this.fields[name].known)
        this.faults.set(name, wordOf("law", law) ?? "fieldRefused");
    }
  }

  /** Show the faults and lead to the first; false when there are none. */
  private refuse(): boolean {
    const before = this.node;
    if (before.isConnected) before.replaceWith(this.draw());
    const [first] = (Object.keys(this.fields) as N[]).filter((name) => this.faults.has(name));
    if (first === undefined) return false;
    document.getElementById(`${this.id}-${first}`)?.focus();
    return true;
  }

  private setBusy(busy: boolean): void {
    this.busy = busy;
    const submit = this.node.querySelector<HTMLButtonElement>("button[type=submit]");
    if (submit === null) return;
    submit.disabled = busy;
    if (!busy) keepPlace(submit);
  }
}

/** A check of a label's length in characters, after trimming. */
export function label(longest: number): (value: string) => OfficerWord | undefined {
  return (value) => ([...value].length > longest ? "labelLong" : undefined);
}

/** A check of an id that an officer chooses. */
export function id(longest: number): (value: string) => OfficerWord | undefined {
  return (value) => (/^[A-Za-z0-9_-]+$/.test(value) && value.length <= longest ? undefined : "idForm");
}
