/** Many cards from a community's list: a hundred to a file, the bad rows named. */
import { table } from "../desk/table";
import { sendSheet, sheetFormat } from "../desk/uploading";
import { h } from "../shared/dom";
import { fileLink } from "../shared/saving";
import { type Nodes, Part, type Standing } from "./parts";
import type { CardWord } from "./words";

interface RowFault {
  readonly row: number;
  readonly column: string;
  readonly zh: string;
  readonly en: string;
}

interface Answer {
  readonly rows: number;
  readonly cards: number;
  readonly made: number;
  readonly errors: readonly RowFault[];
  readonly pdf?: string;
  readonly next_row?: number | null;
}

/** What came of the whole list; each file with the numbers of its first and last card. */
interface Outcome {
  readonly rows: number;
  readonly cards: number;
  readonly made: number;
  readonly errors: readonly RowFault[];
  readonly files: readonly { readonly from: number; readonly to: number; readonly data: Blob }[];
}

const COLUMNS: Readonly<Record<string, CardWord>> = { name: "docName", id_type: "docType", id_number: "docNumber" };
const SHOWN = 200;

function fileOf(pdf: string): Blob {
  return new Blob([Uint8Array.from(atob(pdf), (char) => char.charCodeAt(0))], { type: "application/pdf" });
}

/** Add what one request answered to what came before. */
export function added(sum: Outcome, answer: Answer): Outcome {
  const cards = sum.cards + answer.cards;
  const file = answer.pdf === undefined ? [] : [{ from: sum.cards + 1, to: cards, data: fileOf(answer.pdf) }];
  return {
    rows: answer.rows,
    cards,
    made: sum.made + answer.made,
    errors: [...sum.errors, ...answer.errors],
    files: [...sum.files, ...file],
  };
}

export class ListPart {
  readonly part: Part;
  private readonly input = h("input", { type: "file", id: "card-list", accept: ".csv,.xlsx,.xls,.et,.wps" });

  constructor(
    private readonly standing: Standing,
    private readonly community: () => string | undefined,
  ) {
    this.part = new Part(standing, () => this.content());
  }

  private content(): Nodes {
    const { voice } = this.standing;
    const field = h("div", { class: "field" }, h("label", { for: "card-list" }, voice.say("listFile")), this.input);
    return [
      h("h2", {}, voice.say("listTitle")),
      h("p", {}, voice.say("listSay")),
      this.part.form([field], "listSend", () => this.send()),
    ];
  }

  private async send(): Promise<void> {
    const area = this.community();
    const file = this.input.files?.[0];
    if (area === undefined) return;
    if (file === undefined) return this.part.say(this.part.text("listNone"), { bad: true });
    const format = await sheetFormat(file);
    if (format === undefined) return this.part.say(this.part.text("listForm"), { bad: true });
    const outcome = await this.sendAll(file, `/areas/${area}/cards?format=${format}`);
    this.part.say(() => this.summary(outcome));
  }

  private async sendAll(file: File, path: string): Promise<Outcome> {
    let sum: Outcome = { rows: 0, cards: 0, made: 0, errors: [], files: [] };
    const working = (): void => this.part.say(this.part.text("listWorking", { n: sum.cards }), { over: false });
    working();
    await sendSheet<Answer>(this.standing.desk, path, file, (answer) => {
      sum = added(sum, answer);
      working();
    });
    return sum;
  }

  private summary({ rows, cards, made, errors, files }: Outcome): Nodes {
    const { voice } = this.standing;
    const bad = new Set(errors.map(({ row }) => row)).size;
    const links = files.map(({ from, to, data }) =>
      h("p", { class: "actions" }, fileLink(`cards-${from}-${to}.pdf`, data, voice.say("listPart", { from, to }))),
    );
    return [h("p", {}, voice.say("listDone", { rows, cards, made, bad })), ...links, ...this.faults(errors)];
  }

  private faults(errors: readonly RowFault[]): Nodes {
    const { voice } = this.standing;
    if (errors.length === 0) return [];
    const columns = [
      { head: voice.say("listRow"), numeric: true },
      { head: voice.say("listColumn") },
      { head: voice.say("listLaw") },
    ];
    const rows = errors
      .slice(0, SHOWN)
      .map((one) => [String(one.row), voice.say(COLUMNS[one.column] ?? "docNumber"), one[voice.language]]);
    const more = errors.length > SHOWN ? h("p", {}, voice.say("listMore", { shown: SHOWN })) : undefined;
    return [h("h3", {}, voice.say("listBad")), table(voice.say("listBad"), columns, rows), more];
  }
}
