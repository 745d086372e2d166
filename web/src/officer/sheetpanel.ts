/** Applications by spreadsheet: a mall's shops, a chain's branches, an operator's buses. */
import { sendSheet, sheetFormat } from "../desk/uploading";
import { h } from "../shared/dom";
import { badRows } from "./badrows";
import type { Officer } from "./officer";
import { actionButton, type Nodes, Outcome, Panel } from "./panel";

interface RowFault {
  readonly row: number;
  readonly column: string;
  readonly zh: string;
  readonly en: string;
}

interface Applied {
  readonly rows: number;
  readonly applied: number;
  readonly known: number;
  readonly errors: readonly RowFault[];
  readonly next_row?: number | null;
}

export class SheetPanel {
  private readonly outcome: Outcome;
  private readonly faults = new Panel(() => this.drawFaults(), "stack");
  private readonly input = h("input", { type: "file", id: "sheet", accept: ".csv,.xlsx,.xls,.et,.wps" });
  private bad: readonly RowFault[] = [];

  constructor(
    private readonly officer: Officer,
    private readonly area: () => string,
    private readonly applied: () => void,
  ) {
    this.outcome = new Outcome(officer.voice);
  }

  draw(): Node {
    const { voice } = this.officer;
    const template = h(
      "a",
      { class: "plain", href: "/templates/venue-applications.xlsx", download: "venue-applications.xlsx" },
      voice.say("sheetTemplate"),
    );
    return h(
      "section",
      { class: "card" },
      h("h2", {}, voice.say("sheetTitle")),
      h("p", {}, voice.say("sheetSay")),
      h("div", { class: "field" }, h("label", { for: "sheet" }, voice.say("sheetFile")), this.input),
      h(
        "div",
        { class: "actions" },
        actionButton(voice.say("sheetSend"), "solid", this.outcome, () => this.send()),
        template,
      ),
      this.outcome.refresh(),
      this.faults.refresh(),
    );
  }

  private async send(): Promise<void> {
    const { voice } = this.officer;
    const file = this.input.files?.[0];
    if (file === undefined) return this.outcome.done(() => [h("p", {}, voice.say("sheetNoFile"))]);
    const format = await sheetFormat(file);
    if (format === undefined) return this.outcome.done(() => [h("p", {}, voice.say("sheetForm"))]);
    this.bad = [];
    this.faults.refresh();
    const { rows, applied, known } = await this.sendAll(file, format);
    this.faults.refresh();
    const bad = new Set(this.bad.map(({ row }) => row)).size;
    this.outcome.done(() => [h("p", {}, voice.say("sheetDone", { rows, applied, known, bad }))]);
    this.applied();
  }

  private async sendAll(file: File, format: string): Promise<{ rows: number; applied: number; known: number }> {
    const { desk, voice } = this.officer;
    const total = { rows: 0, applied: 0, known: 0 };
    const working = (): void =>
      this.outcome.update(() => [h("p", {}, voice.say("sheetWorking", { n: total.applied }))]);
    working();
    const path = `/areas/${this.area()}/venue-applications?format=${format}`;
    await sendSheet<Applied>(desk, path, file, ({ rows, applied, known, errors }) => {
      total.rows = rows;
      total.applied += applied;
      total.known += known;
      this.bad = [...this.bad, ...errors];
      working();
    });
    return total;
  }

  private drawFaults(): Nodes {
    const { voice } = this.officer;
    return badRows(
      voice,
      this.bad.map((one) => ({ ...one, law: one[voice.language] })),
    );
  }
}
