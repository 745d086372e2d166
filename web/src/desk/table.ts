/** A table that becomes a card for each row where the screen is narrow. */
import { h } from "../shared/dom";

export interface Column {
  readonly head: string;
  /** Numbers stand to the right. */
  readonly numeric?: boolean;
}

export type Cell = Node | string;

/** Build it; the roles are said because a card is no table to some browsers. */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): HTMLElement {
  const heads = columns.map(({ head, numeric }) =>
    h("th", { scope: "col", role: "columnheader", ...(numeric ? { class: "numeric" } : {}) }, head),
  );
  const body = h("tbody", { role: "rowgroup" }, ...rows.map((cells) => row(columns, cells)));
  return h(
    "table",
    { role: "table", class: "list" },
    h("caption", { class: "unseen" }, caption),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ...heads)),
    body,
  );
}

function row(columns: readonly Column[], cells: readonly Cell[]): HTMLElement {
  const made = cells.map((cell, place) => {
    const { head = "", numeric } = columns[place] ?? {};
    return h("td", { role: "cell", "data-head": head, ...(numeric ? { class: "numeric" } : {}) }, cell);
  });
  return h("tr", { role: "row" }, ...made);
}
