/** What is true of visits 登记 kept on a phone: which go out together, what an answer makes of them, what comes next. */
import type { Visit } from "../me/household";
import { chinaDay, rfc3339 } from "../shared/china";
import type { Receipt } from "./receipt";

export type Direction = Visit["direction"];

/** A visit as this page keeps it: with the receipt of its answer, so that a page opened again shows it. */
export interface Kept extends Visit {
  readonly receipt?: Receipt;
  /** Another poster hangs there by now. */
  readonly poster?: "replaced";
}

/** What the service answers to one check-in, alone or within a batch. */
export interface Answer {
  /** Within a batch: 200 and 201 are recorded, others refused with their code as the cause. */
  readonly status?: number;
  readonly decision?: "admitted" | "refused" | "unsure";
  readonly cause: string;
  readonly receipt?: Receipt;
  readonly poster?: "replaced";
}

export const BATCH = 25;
/** As many as one check-in may be of. */
export const LARGEST_PARTY = 10;
/** The service takes check-ins of the last 72 hours, and answers a repeat with a receipt within ten minutes. */
export const OLDEST_S = 72 * 3600;
export const RENEWABLE_S = 600;
const KEPT_S = 14 * 86_400;
const ANSWER_STANDS_S = 300;

/** Whether a waiting visit can no longer be sent. */
export function isTooOld(visit: Visit, now: number): boolean {
  return now - visit.at > OLDEST_S;
}

/** Whether it can leave the phone: the service forgets it then too. One that still waits never does. */
export function isPast(visit: Visit, now: number): boolean {
  return visit.state !== "waiting" && now - visit.at > KEPT_S;
}

/** What the service is sent of a visit. */
export function bodyOf({ venue, direction, at, code, party }: Visit): object {
  // A visit that an earlier page stored has neither; what is undefined is not sent.
  return { venue, direction, at: rfc3339(at), code, party };
}

/** A visit with its answer. */
export function answered(visit: Kept, { status = 201, decision, cause, receipt, poster }: Answer): Kept {
  const { receipt: _, poster: __, ...bare } = visit;
  if (status >= 400 || decision === undefined) return { ...bare, state: "refused", cause };
  const more = { ...(receipt === undefined ? {} : { receipt }), ...(poster === undefined ? {} : { poster }) };
  return { ...bare, state: "answered", decision, cause, ...more };
}

/** The waiting visits of each person, in the order of their acts, at most 25 to a batch. */
export function batches(visits: readonly Kept[]): [pid: string, batch: Kept[]][] {
  const found: [string, Kept[]][] = [];
  const waiting = visits.filter(({ state }) => state === "waiting").sort((a, b) => a.at - b.at);
  for (const pid of new Set(waiting.map((visit) => visit.pid))) {
    const own = waiting.filter((visit) => visit.pid === pid);
    for (let start = 0; start < own.length; start += BATCH) found.push([pid, own.slice(start, start + BATCH)]);
  }
  return found;
}

/** Which way somebody is likely to go now: out after in, at this venue and on this day in China. */
export function likely(visits: readonly Visit[], venue: string, now: number): Direction {
  const today = visits.filter(
    (visit) => visit.venue === venue && visit.state !== "refused" && chinaDay(visit.at) === chinaDay(now),
  );
  const last = today.reduce<Visit | undefined>((a, b) => (a !== undefined && a.at > b.at ? a : b), undefined);
  return last?.direction === "in" ? "out" : "in";
}

/** The visits of the newest act at a venue while its answer is fresh: a page that was closed by the phone shows it again. */
export function standing(visits: readonly Kept[], venue: string, now: number): Kept[] {
  const here = visits.filter((visit) => visit.venue === venue && Math.abs(now - visit.at) < ANSWER_STANDS_S);
  const newest = Math.max(...here.map(({ at }) => at));
  return here.filter(({ at }) => at === newest);
}
