/** What a job says, as the service writes it (docs/openapi.json, JobOut), and what follows from it. */
import type { Language, Speaker } from "../shared/words";
import { inLanguage } from "./faults";
import type { Mark } from "./marks";
import { DESK_WORDS, type DeskWord } from "./words";

export type JobState = "received" | "running" | "done" | "held" | "cancelled" | "failed";
export type Hold = "systematic" | "clock" | "leaving" | "leaving-many";

export interface Job {
  readonly job: string;
  /** The unit's or laboratory's code. */
  readonly owner: string;
  readonly kind: "staff-list" | "results";
  readonly state: JobState;
  readonly rows_total: number;
  readonly rows_accepted: number;
  readonly rows_rejected: number;
  readonly rows_applied: number;
  readonly created_at: string;
  readonly mode?: "update" | "replace";
  readonly awaited?: boolean;
  readonly rows_repeated?: number;
  readonly rows_flagged?: number;
  readonly added?: number;
  readonly changed?: number;
  readonly leaving?: number;
  readonly leaving_names?: readonly string[];
  readonly shift_s?: number;
  readonly cause?: string;
  readonly errors?: string;
  readonly to_correct?: string;
}

export const STATE_WORDS: Readonly<Record<JobState, DeskWord>> = {
  received: "jobReceived",
  running: "jobRunning",
  done: "jobDone",
  held: "jobHeld",
  cancelled: "jobCancelled",
  failed: "jobFailed",
};
export const STATE_MARKS: Readonly<Record<JobState, Mark>> = {
  received: "busy",
  running: "busy",
  done: "good",
  held: "wait",
  cancelled: "none",
  failed: "bad",
};

/** Whether it goes on by itself. */
export function isGoing({ state }: Job): boolean {
  return state === "received" || state === "running";
}

/** Rows of a staff list that keep all laws and say nothing new. */
export function unchangedRows(job: Job): number {
  const { rows_accepted, rows_repeated = 0, added = 0, changed = 0 } = job;
  return Math.max(0, rows_accepted - rows_repeated - added - changed);
}

/** Why it waits for a person. */
export function holdsOf({ state, cause = "" }: Job): Hold[] {
  if (state !== "held") return [];
  return [...cause.matchAll(/(?:^|; )(systematic|clock|leaving|leaving-many): /g)].map(([, kind]) => kind as Hold);
}

/** Whether its owner may let it through; everything but people who leave waits for an officer. */
export function ownerMayApply(job: Job): boolean {
  const holds = holdsOf(job);
  return holds.length > 0 && holds.every((hold) => hold === "leaving");
}

/** What a column is called in words; a file's own columns stay as they are. */
export function columnText(voice: Speaker<DeskWord>, column: string): string {
  const word = `column_${column}`;
  return word in DESK_WORDS.zh ? voice.say(word as DeskWord) : column;
}

/** A sentence whose end names columns by the service's codes (`…: name, id_number.`), with what clerks call them. */
export function namedColumns(
  voice: Speaker<DeskWord>,
  sentence: string,
  called = (column: string): string => columnText(voice, column),
): string {
  return sentence.replace(
    /([:：]\s*)([a-z_]+(?:, [a-z_]+)*)([.。])$/,
    (_, colon: string, codes: string, end: string) => {
      const names = codes.split(", ").map(called);
      return colon + names.join(voice.language === "zh" ? "、" : ", ") + end;
    },
  );
}

const CAUSES: Readonly<Record<string, DeskWord>> = {
  "no-good-rows": "causeNoGoodRows",
  "over-quota": "causeOverQuota",
  expired: "causeExpired",
  overtaken: "causeOvertaken",
  checksum: "causeChecksum",
  superseded: "causeSuperseded",
};

/** Why a job failed or was cancelled: the law's sentence in one language, without its code. */
export function causeText(voice: Speaker<DeskWord>, cause: string): string {
  const [, law = "", sentence = cause] = /^([a-z-]+): ([\s\S]*)$/.exec(cause) ?? [];
  if (law === "cancelled") return voice.say("causeCancelled");
  const word = CAUSES[law];
  if (word === undefined) return namedColumns(voice, inLanguage(sentence, voice.language));
  const [people = "?", quota = "?"] = sentence.match(/\d+/g) ?? [];
  return voice.say(word, { people, quota });
}

/** Most bad rows of a held job break one law in one column: how many, and which. */
export function systematicOf(cause: string): { rows: number; bad: number; law: string; column: string } | undefined {
  const found = /systematic: (\d+) of (\d+) bad rows [^:]*: (\S+) in ([^;]+)/.exec(cause);
  if (found === null) return undefined;
  const [, rows, bad, law = "", column = ""] = found;
  return { rows: Number(rows), bad: Number(bad), law, column: column.trim() };
}

/** A broken law of one row. */
export interface BadRow {
  readonly row: string;
  readonly column: string;
  readonly law: string;
  readonly sentence: string;
}

/** The rows of `errors.csv` (RFC 4180): row, column, and the law with its sentence in both languages. */
export function badRows(csv: string): BadRow[] {
  const [, ...rows] = cells(csv);
  return rows.flatMap(([row = "", column = "", told = ""]) => {
    const [, law = "", sentence = told] = /^'?([a-z-]+): ([\s\S]*)$/.exec(told) ?? [];
    return row === "" ? [] : [{ row, column, law, sentence }];
  });
}

export function lawText(bad: BadRow, language: Language): string {
  return inLanguage(bad.sentence, language);
}

function cells(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const one = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (one.lastIndex < csv.length) {
    const found = one.exec(csv);
    if (found === null) break; // Not a CSV any further: what was read stands.
    row.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? "");
    if (found[3] !== ",") {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}
