/** A business register 经营主体名录 loaded from a spreadsheet: how far it is, and which rows were not kept. */
import { inLanguage } from "../desk/faults";
import { DIRECT_BYTES, sendSheet, sheetFormat } from "../desk/uploading";
import { h } from "../shared/dom";
import { badRows } from "./badrows";
import type { Officer } from "./officer";
import { actionButton, type Nodes, Outcome, Panel } from "./panel";

interface RowFault {
  readonly row: number;
  readonly column: string;
  readonly detail: string;
}

interface Loading {
  readonly new: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly repeated: number;
  readonly errors: readonly RowFault[];
  readonly next_row?: number | null;
}

export class RegisterPanel {
  private readonly outcome: Outcome;
  private readonly faults = new Panel(() => this.drawFaults(), "stack");
  private readonly input = h("input", { type: "file", id: "register", accept: ".csv,.xlsx,.xls,.et,.wps" });
  private bad: readonly RowFault[] = [];

  constructor(
    private readonly officer: Officer,
    private readonly area: () => string,
    private readonly loaded: () => void,
  ) {
    this.outcome = new Outcome(officer.voice);
  }

  draw(): Node {
    const { voice } = this.officer;
    const send = actionButton(voice.say("registerSend"), "solid", this.outcome, () => this.send());
    return h(
      "section",
      { class: "card" },
      h("h2", {}, voice.say("registerTitle")),
      h("p", {}, voice.say("registerSay")),
      h("p", { class: "hint" }, voice.say("registerColumns")),
      h("div", { class: "field" }, h("label", { for: "register" }, voice.say("sheetFile")), this.input),
      h("div", { class: "actions" }, send),
      this.outcome.refresh(),
      this.faults.refresh(),
    );
  }

  private say(text: string): void {
    this.outcome.done(() => [h("p", {}, text)]);
  }

  private async send(): Promise<void> {
    const { voice } = this.officer;
    const file = this.input.files?.[0];
    if (file === undefined) return this.say(voice.say("sheetNoFile"));
    if (file.size > DIRECT_BYTES) return this.say(voice.say("registerLarge"));
    const format = await sheetFormat(file);
    if (format === undefined) return this.say(voice.say("sheetForm"));
    this.bad = [];
    this.faults.refresh();
    const done = await this.sendAll(file, format);
    this.faults.refresh();
    const bad = new Set(this.bad.map(({ row }) => row)).size;
    this.outcome.done(() => [h("p", {}, voice.say("registerDone", { ...done, bad }))]);
    this.loaded();
  }

  private async sendAll(file: File, format: string): Promise<{ added: number; changed: number; unchanged: number }> {
    const { desk, voice } = this.officer;
    const total = { added: 0, changed: 0, unchanged: 0 };
    const working = (): void => {
      const n = total.added + total.changed + total.unchanged;
      this.outcome.update(() => [h("p", {}, voice.say("registerWorking", { n }))]);
    };
    working();
    await sendSheet<Loading>(desk, `/areas/${this.area()}/register?format=${format}`, file, (answer) => {
      total.added += answer.new;
      total.changed += answer.changed;
      total.unchanged += answer.unchanged;
      this.bad = [...this.bad, ...answer.errors];
      working();
    });
    return total;
  }

  private drawFaults(): Nodes {
    const { voice } = this.officer;
    return badRows(
      voice,
      this.bad.map((one) => ({ ...one, law: inLanguage(one.detail, voice.language) })),
    );
  }
}
