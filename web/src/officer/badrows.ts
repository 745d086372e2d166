/** The rows of a spreadsheet that were not kept: where each is, and the law it breaks. */
import { table } from "../desk/table";
import { h } from "../shared/dom";
import type { Nodes } from "./panel";
import { columnName, type Voice } from "./words";

const SHOWN_ROWS = 200;

/** A row as it is shown; `row` as the spreadsheet counts. */
export interface BadRow {
  readonly row: number;
  /** The service's name of it. */
  readonly column: string;
  /** In the language of the page. */
  readonly law: string;
}

/** A table of the first ones; nothing when every row was good. */
export function badRows(voice: Voice, bad: readonly BadRow[]): Nodes {
  if (bad.length === 0) return [];
  const columns = [
    { head: voice.say("sheetRow"), numeric: true },
    { head: voice.say("sheetColumn") },
    { head: voice.say("sheetLaw") },
  ];
  const rows = bad.slice(0, SHOWN_ROWS).map(({ row, column, law }) => [String(row), columnName(voice, column), law]);
  const more = bad.length > SHOWN_ROWS ? h("p", {}, voice.say("sheetMore", { shown: SHOWN_ROWS })) : undefined;
  return [h("h3", {}, voice.say("sheetBad")), table(voice.say("sheetBad"), columns, rows), more];
}
