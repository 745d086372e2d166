/** Applications by spreadsheet: a mall's shops, a chain's branches, an operator's buses. */
import { table } from "../desk/table";
import { formatOf } from "../desk/uploading";
import { h } from "../shared/dom";
import type { Officer } from "./officer";
import { actionButton, type Nodes, Outcome, Panel } from "./panel";

const PATIENCE_MS = 30_000;
const SHOWN_ROWS = 200;

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
  readonly next_row?: number;
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
    const format = formatOf(file.name, new Uint8Array(await file.slice(0, 4096).arrayBuffer()));
    if (format === undefined || format === "jsonl")
      return this.outcome.done(() => [h("p", {}, voice.say("sheetForm"))]);
    this.bad = [];
    this.faults.refresh();
    const { rows, applied, known } = await this.sendAll(file, format);
    this.faults.refresh();
    const bad = new Set(this.bad.map(({ row }) => row)).size;
    this.outcome.done(() => [h("p", {}, voice.say("sheetDone", { rows, applied, known, bad }))]);
    this.applied();
  }

  /** Send it, and again from where the time of a request was over. */
  private async sendAll(file: File, format: string): Promise<{ rows: number; applied: number; known: number }> {
    const { desk, voice } = this.officer;
    const area = this.area();
    let [applied, known, from] = [0, 0, 1];
    for (;;) {
      const n = applied;
      this.outcome.update(() => [h("p", {}, voice.say("sheetWorking", { n }))]);
      const path = `/areas/${area}/venue-applications?format=${format}&from_row=${from}`;
      const answer = await desk.ask<Applied>("POST", path, { body: file, patienceMs: PATIENCE_MS });
      applied += answer.applied;
      known += answer.known;
      this.bad = [...this.bad, ...answer.errors];
      if (answer.next_row === undefined) return { rows: answer.rows, applied, known };
      from = answer.next_row;
    }
  }

  private drawFaults(): Nodes {
    const { voice } = this.officer;
    if (this.bad.length === 0) return [];
    const columns = [
      { head: voice.say("sheetRow"), numeric: true },
      { head: voice.say("sheetColumn") },
      { head: voice.say("sheetLaw") },
    ];
    const rows = this.bad.slice(0, SHOWN_ROWS).map((one) => [String(one.row), one.column, one[voice.language]]);
    const more = this.bad.length > SHOWN_ROWS ? h("p", {}, voice.say("sheetMore", { shown: SHOWN_ROWS })) : undefined;
    return [h("h3", {}, voice.say("sheetBad")), table(voice.say("sheetBad"), columns, rows), more];
  }
}
