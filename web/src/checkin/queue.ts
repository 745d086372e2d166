/**
 * Check-ins on their way: each is stored before it is sent, and changed only by its own answer.
 *
 * Sent twice is harmless (law 2), so whoever is in doubt sends again: another tab, the wallet's start, a network that
 * came back. What the browser could not store is held by the page, which says that closing it loses that.
 */
import type { Household, Member } from "../me/household";
import { isBusy, patiently, Problem } from "../shared/api";
import { serverNow } from "../shared/clock";
import { type Answer, answered, batches, bodyOf, isPast, type Kept } from "./rules";

const DIRECT_MS = 8000;
/** In a rush: once more, after as long as the service asks for, while somebody stands at the door; longer waits are the queue's. */
const TRIES = 2;
const MOST_WAIT_S = 6;

/** Visits that could not be stored, by id. */
const unkept = new Map<string, Kept>();
/** Visits that are being sent alone: a batch leaves them out. */
const underway = new Set<string>();
/** People whom this phone may no longer act for, as the service said last. */
const signedOut = new Set<string>();
let sending: Promise<void> | undefined;

export function isSignedOut(pid: string): boolean {
  return signedOut.has(pid);
}

/** Whether closing the page would lose this visit. */
export function isUnkept(household: Household, { id, state }: Kept): boolean {
  return state === "waiting" && (unkept.has(id) || !household.lasting);
}

async function store(household: Household, visit: Kept): Promise<void> {
  try {
    await household.visits.put(visit.id, visit);
    unkept.delete(visit.id);
  } catch {
    // A full disk, or storage that was denied after it opened.
    unkept.set(visit.id, visit);
  }
}

/** All visits on this phone, the oldest first. */
export async function visitsOf(household: Household): Promise<Kept[]> {
  const stored: Kept[] = await household.visits.all().catch(() => []);
  const byId = new Map([...stored.map((visit) => [visit.id, visit] as const), ...unkept]);
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Take visits off this phone: they were read, or are past. */
export async function drop(household: Household, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    unkept.delete(id);
    await household.visits.delete(id).catch(() => undefined);
  }
}

async function settle(household: Household, visit: Kept, answer: Answer): Promise<Kept> {
  const settled = answered(visit, answer);
  // Somebody taken off this phone meanwhile must not come back with an answer.
  const stored = await household.visits.get(visit.id).catch(() => undefined);
  if (stored !== undefined || unkept.has(visit.id)) await store(household, settled);
  return settled;
}

/** Whether a refusal is of the check-in itself: others pass (busy, no token, no network), and it waits. */
function isFinal(error: unknown): error is Problem {
  return error instanceof Problem && error.code !== "gateway" && [400, 404, 409, 413, 422].includes(error.status);
}

function noteStanding(pid: string, error?: unknown): void {
  if (error instanceof Problem && error.status === 401 && error.code === "device") signedOut.add(pid);
  else if (error === undefined) signedOut.delete(pid);
}

async function send(household: Household, member: Member, visit: Kept): Promise<Kept> {
  try {
    const body = bodyOf(visit);
    const session = household.session(member);
    const attempt = () => session.ask<Answer>("POST", "/checkins", { body, patienceMs: DIRECT_MS });
    const answer = await patiently(attempt, TRIES, isBusy, MOST_WAIT_S);
    noteStanding(member.pid);
    return await settle(household, visit, answer);
  } catch (error) {
    noteStanding(member.pid, error);
    return isFinal(error) ? settle(household, visit, { status: error.status, cause: error.code }) : visit;
  }
}

/** Store a visit, send it, and return it as it stands then: answered, refused, or waiting. */
export async function checkIn(household: Household, member: Member, visit: Kept): Promise<Kept> {
  underway.add(visit.id);
  try {
    await store(household, visit);
    return await send(household, member, visit);
  } finally {
    underway.delete(visit.id);
  }
}

/** Ask for the receipt of an answered visit once more; a repeat within ten minutes has one. Throws Problem or Offline. */
export async function renewReceipt(household: Household, member: Member, visit: Kept): Promise<Kept> {
  const session = household.session(member);
  const answer = await session.ask<Answer>("POST", "/checkins", { body: bodyOf(visit), patienceMs: DIRECT_MS });
  return settle(household, visit, answer);
}

async function sendBatch(household: Household, member: Member, batch: readonly Kept[]): Promise<void> {
  try {
    const body = { checkins: batch.map(bodyOf) };
    const session = household.session(member);
    const attempt = () => session.ask<{ results: Answer[] }>("POST", "/checkins/batch", { body });
    const { results } = await patiently(attempt, TRIES, isBusy);
    noteStanding(member.pid);
    for (const [place, visit] of batch.entries()) {
      const answer = results[place];
      if (answer !== undefined) await settle(household, visit, answer);
    }
  } catch (error) {
    noteStanding(member.pid, error);
    // One that the service cannot even read must not hold back the others.
    if (isFinal(error)) for (const visit of batch) await send(household, member, visit);
  }
}

async function sendAll(household: Household): Promise<void> {
  const now = serverNow();
  const visits = await visitsOf(household);
  const past = visits.filter((visit) => isPast(visit, now)).map(({ id }) => id);
  await drop(household, past);
  const members = new Map((await household.members()).map((member) => [member.pid, member]));
  const due = visits.filter(({ id }) => !underway.has(id));
  const people = new Map<string, Kept[][]>();
  for (const [pid, batch] of batches(due)) people.set(pid, [...(people.get(pid) ?? []), batch]);
  await Promise.all(
    [...people].map(async ([pid, own]) => {
      const member = members.get(pid);
      for (const batch of member === undefined ? [] : own) await sendBatch(household, member as Member, batch);
    }),
  );
}

/** Send whatever waits, each person's by their own session; what finds no network goes on waiting. Never throws. */
export function sendWaiting(household: Household): Promise<void> {
  sending ??= sendAll(household)
    // Storage that cannot be read has nothing to send.
    .catch(() => undefined)
    .finally(() => {
      sending = undefined;
    });
  return sending;
}
