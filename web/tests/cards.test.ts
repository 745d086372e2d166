/** A list of cards that takes several requests, without a page. */
import { expect, test } from "vitest";
import { added } from "../src/cards/list";

const NONE = { rows: 0, cards: 0, made: 0, errors: [], files: [] };
const FAULT = { row: 9, column: "id_number", zh: "位数不符", en: "wrong length" };

test("files are numbered on from request to request, and a request without a card adds no file", () => {
  const first = added(NONE, { rows: 150, cards: 100, made: 98, errors: [], pdf: btoa("%PDF-1"), next_row: 102 });
  const second = added(first, { rows: 150, cards: 0, made: 0, errors: [FAULT], next_row: 110 });
  const third = added(second, { rows: 150, cards: 41, made: 41, errors: [FAULT], pdf: btoa("%PDF-2") });
  expect([third.rows, third.cards, third.made, third.errors.length]).toEqual([150, 141, 139, 2]);
  expect(third.files.map(({ from, to }) => [from, to])).toEqual([
    [1, 100],
    [101, 141],
  ]);
});

test("a file is the bytes that were sent, as a PDF", async () => {
  const bytes = String.fromCharCode(0x25, 0x50, 0x44, 0x46, 0x00, 0xff);
  const [file] = added(NONE, { rows: 1, cards: 1, made: 1, errors: [], pdf: btoa(bytes) }).files;
  expect(file?.data.type).toBe("application/pdf");
  expect([...new Uint8Array((await file?.data.arrayBuffer()) ?? new ArrayBuffer(0))]).toEqual([37, 80, 68, 70, 0, 255]);
});
