/**
 * What a worker noted on the way: kept on the phone before it is sent, and sent until the service has it.
 *
 * Sent twice is harmless (a chase has an id of the phone's, a poster's step is the same again), so whoever is in doubt
 * sends again. What the service refuses stays, with its reason, until somebody has read it.
 */
import type { Chase, How, Outcome, Step } from "./answers";

export interface Note {
  /** The phone's id of it; in the order of their keys notes are sent. */
  readonly id: string;
  /** Who noted it: nobody else's sign-in on this phone sends it. */
  readonly owner: string;
  readonly path: string;
  readonly body: Readonly<Record<string, string>>;
  /** What it is about, for whoever reads that it waits: a shop's name, a code. */
  readonly about: string;
  /** Of a chase. */
  readonly patrol?: string;
  readonly item?: string;
  /** Why it was not accepted: the service's code. */
  readonly refused?: string;
}

export interface Told {
  readonly how: How;
  readonly outcome: Outcome;
  readonly note: string;
}

/** A chase as it is kept; `at` is RFC 3339, `number` unlike any other of the phone. */
export function chaseNote(
  owner: string,
  place: { readonly patrol: string; readonly item: string; readonly name: string },
  told: Told,
  at: string,
  number: string,
): Note {
  const { patrol, item, name: about } = place;
  const path = `/patrols/${patrol}/items/${item}/chases`;
  const { how, outcome, note } = told;
  return { id: `${at}-${number}`, owner, path, body: { client: number, how, outcome, note, at }, about, patrol, item };
}

/** What was seen of a poster, as it is kept. */
export function posterNote(
  owner: string,
  code: { readonly venue: string; readonly short: string },
  state: Step,
  at: string,
  number: string,
): Note {
  const { venue, short } = code;
  const about = `${short.slice(0, 4)}-${short.slice(4, 8)}-${short.slice(8)}`;
  return { id: `${at}-${number}`, owner, path: `/venues/${venue}/codes/${short}/poster`, body: { state }, about };
}

/** Whether a refusal is of the note itself; others pass (busy, no network), and it waits. */
export function isFinal(status: number, code: string): boolean {
  return code !== "gateway" && [400, 403, 404, 409, 413, 422].includes(status);
}

/** The newest chase that waits for a place, as it will stand once it was sent. */
export function waitingChase(notes: readonly Note[], patrol: string, item: string): Chase | undefined {
  const own = notes.filter((note) => note.patrol === patrol && note.item === item && note.refused === undefined);
  const body = own[own.length - 1]?.body;
  if (body === undefined) return undefined;
  const { how, outcome, at = "", note = "" } = body;
  return { how: how as How, outcome: outcome as Outcome, at, by: "", note };
}
