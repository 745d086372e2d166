/** Sending a file: which format it is, by its body or by a presigned address, with progress. */
import { Offline, Problem } from "../shared/api";
import type { Job } from "./jobs";
import { type Desk, type Progress, sendFile } from "./service";

export type Format = "csv" | "xlsx" | "jsonl";

/** Up to this size a file goes in the request's body (functions/shared/sheets/limits.py). */
export const MIB = 1024 * 1024;
export const DIRECT_BYTES = 4 * MIB;
const MOST_MIB = 64;
const MOST_MIB_OF_RESULTS = 256;

const ENDINGS: Readonly<Record<string, Format>> = {
  csv: "csv",
  tsv: "csv",
  txt: "csv",
  xlsx: "xlsx",
  xls: "xlsx",
  et: "xlsx",
  wps: "xlsx",
  jsonl: "jsonl",
  ndjson: "jsonl",
};
const ZIP = [0x50, 0x4b, 0x03, 0x04];
const COMPOUND = [0xd0, 0xcf, 0x11, 0xe0];
const BRACE = 0x7b;
/** As much of a file as its format shows in. */
const START_BYTES = 4096;
/** 4 MiB go out slowly at a community's office, and the service works for up to 15 s of one request. */
const SHEET_PATIENCE_MS = 40_000;

/** The format of a file, by its first bytes and then by its name; undefined when it is no list at all. */
export function formatOf(name: string, start: Uint8Array): Format | undefined {
  const begins = (mark: readonly number[]): boolean => mark.every((byte, place) => start[place] === byte);
  // A workbook stays one whatever its name says; WPS and old Excel share the compound file.
  if (begins(ZIP) || begins(COMPOUND)) return "xlsx";
  const named = ENDINGS[/\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ""];
  if (named !== undefined) return named;
  if (start.includes(0)) return undefined;
  return start.find((byte) => byte > 0x20) === BRACE ? "jsonl" : "csv";
}

export async function formatOfFile(file: File): Promise<Format | undefined> {
  return formatOf(file.name, new Uint8Array(await file.slice(0, START_BYTES).arrayBuffer()));
}

/** The format of a spreadsheet; undefined for anything else. */
export async function sheetFormat(file: File): Promise<Exclude<Format, "jsonl"> | undefined> {
  const format = await formatOfFile(file);
  return format === "jsonl" ? undefined : format;
}

/** What one request made of a spreadsheet: the row to go on with, none at its end. */
interface SheetPart {
  readonly next_row?: number | null;
}

/**
 * Send a spreadsheet, and again from where a request had no more time or room; `take` is handed each answer before the
 * next request. Throws Problem or Offline; sent again from its beginning, what was done stays done.
 */
export async function sendSheet<P extends SheetPart>(
  desk: Desk,
  path: string,
  file: Blob,
  take: (part: P) => void,
): Promise<void> {
  for (let from: number | undefined = 1; from !== undefined;) {
    const asked = { body: file, patienceMs: SHEET_PATIENCE_MS };
    const part: P = await desk.ask<P>("POST", `${path}&from_row=${from}`, asked);
    take(part);
    from = part.next_row ?? undefined;
  }
}

/** Whose list it is and what it does. */
export interface Destination {
  readonly kind: "staff-list" | "results";
  /** The unit's or laboratory's code. */
  readonly subject: string;
  readonly mode: "update" | "replace";
}

/** How large a file may be, in MiB: results as text are read row by row, all else whole. */
export function mostMiB(kind: Destination["kind"], format: Format): number {
  return kind === "results" && format !== "xlsx" ? MOST_MIB_OF_RESULTS : MOST_MIB;
}

interface Announced extends Job {
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function directPath({ kind, subject, mode }: Destination, format: Format): string {
  const code = encodeURIComponent(subject);
  return kind === "results"
    ? `/labs/${code}/results?format=${format}`
    : `/units/${code}/staff-list?format=${format}&mode=${mode}`;
}

async function announce(desk: Desk, to: Destination, format: Format, file: Blob): Promise<Announced> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const whose = to.kind === "results" ? { lab: to.subject } : { unit: to.subject, mode: to.mode };
  return desk.ask<Announced>("POST", "/uploads", {
    body: { kind: to.kind, format, sha256, size: file.size, ...whose },
  });
}

/** Send a file and return its job. Throws Problem (with the law's sentence when the whole file is refused) or Offline. */
export async function sendList(
  desk: Desk,
  to: Destination,
  format: Format,
  file: Blob,
  onSent: Progress,
): Promise<Job> {
  if (file.size <= DIRECT_BYTES) return desk.upload<Job>(directPath(to, format), file, onSent);
  const job = await announce(desk, to, format, file);
  if (job.url === undefined) return job;
  // A browser says the length by itself, and lets no page do it; a type would not be the signed request any more.
  const headers = Object.entries(job.headers ?? {}).filter(([name]) => name.toLowerCase() !== "content-length");
  const sent = await sendFile("PUT", job.url, Object.fromEntries(headers), new Blob([file]), onSent);
  if (sent.status >= 500) throw new Offline(job.url);
  if (sent.status > 299) throw new Problem(sent.status, "storage", "");
  return job;
}
