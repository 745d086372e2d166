/**
 * What a guard's device decided, on its way to the service: kept first, sent 25 at a time, gone only when answered.
 *
 * Sending twice makes one row there, so whatever is lost between here and there is simply sent again.
 */
import { Offline, Problem } from "../shared/api";
import { rfc3339 } from "../shared/china";
import { serverNow } from "../shared/clock";
import type { Session } from "../shared/session";
import { countActs, sendActs } from "./assisted";
import { alone, kept } from "./kept";
import { type Direction, isOver, type Shift } from "./shift";

/** A scan; `at` is the guard's instant, epoch seconds. */
export interface Scan {
  readonly presentation: string;
  readonly direction: Direction;
  readonly at: number;
  readonly nonce?: string;
  readonly identity_checked?: boolean;
}

/** A code that led to an address that is not ours: its host alone. */
export interface Report {
  readonly host: string;
  readonly at: number;
}

/** Something that waits, and at which gate it was. */
export interface Waiting<T> {
  readonly id: string;
  readonly gate: string;
  readonly what: T;
}

export type Counted =
  "in" | "out" | "refused" | "unsure" | "recorded" | "overruled" | "lost" | "assisted" | "unchecked";

/**
 * What a shift counted: people let in and out, refused, unsure; then what became of the records: `recorded` as rows,
 * of them `overruled` by the service (withdrawn since, or shown at another gate), and `lost`, which it could not take.
 * People without a smartphone count apart: those `assisted`, and those noted without a network, `unchecked`.
 */
export interface Tally extends Readonly<Record<Counted, number>> {
  readonly startedAt: number;
}

/** Why not everything was sent; `over`: the shift is, and what waits needs another at the same gate. */
export type Stopped = "offline" | "busy" | "over";

export interface Flushed {
  readonly sent: number;
  readonly left: number;
  readonly stopped?: Stopped;
}

type Box = "scan" | "report";

interface Result {
  readonly verdict?: string;
  readonly code: string;
  readonly scan?: string;
}

const BATCH = 25;
const NOTHING: Readonly<Record<Counted, number>> = {
  in: 0,
  out: 0,
  refused: 0,
  unsure: 0,
  recorded: 0,
  overruled: 0,
  lost: 0,
  assisted: 0,
  unchecked: 0,
};
/** The service understood the request and will never take it: sending it again is no use. */
const HOPELESS = [400, 413, 422];

function idOf(at: number): string {
  const random = crypto.getRandomValues(new Uint32Array(2));
  // By the time it was put in, so that reading in the order of keys is sending in order.
  return `${String(at).padStart(12, "0")}-${random.join("-")}`;
}

async function put<T>(box: Box, gate: string, what: T): Promise<void> {
  const id = idOf(serverNow());
  await (await kept()).store(box).put(id, { id, gate, what } as Waiting<Scan> & Waiting<Report>);
  changed();
}

const listeners = new Set<() => void>();

function changed(): void {
  for (const listener of listeners) listener();
}

/** Something else that waits was kept (shift/assisted.ts). */
export function noteKept(): void {
  changed();
}

/** Be told when something was put in, sent or counted; returns how to stop. */
export function onChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Keep a scan: once this resolves it survives the page, the browser and the battery. Rejects when it was not kept. */
export function add(shift: Shift, scan: Scan): Promise<void> {
  return put("scan", shift.gate, scan);
}

/** Keep a report of a foreign address, likewise. */
export function addReport(shift: Shift, report: Report): Promise<void> {
  return put("report", shift.gate, report);
}

/** How many scans and assisted check-ins wait, at whichever gate they were made. */
export async function count(): Promise<number> {
  return (await (await kept()).store("scan").all()).length + (await countActs());
}

/** How many scans, reports and assisted check-ins wait that this gate's shift can send. */
async function waitingAt(gate: string): Promise<number> {
  const storage = await kept();
  const held = [...(await storage.store("scan").all()), ...(await storage.store("report").all())];
  return held.filter((one) => one.gate === gate).length + (await countActs(gate));
}

/** What this shift counted so far. */
export async function tally(shift: Shift): Promise<Tally> {
  const held = await (await kept()).store("tally").get(String(shift.startedAt));
  // One that an earlier build began lacks what that build did not count.
  return { ...NOTHING, startedAt: shift.startedAt, ...held };
}

/** Count something of this shift. */
export function note(shift: Shift, ...what: readonly Counted[]): Promise<void> {
  return alone("tally", async () => {
    const counts = { ...(await tally(shift)) } as Record<Counted, number> & { startedAt: number };
    for (const one of what) counts[one]++;
    await (await kept()).store("tally").put(String(shift.startedAt), counts);
    changed();
  });
}

const SEND: Readonly<Record<Box, (gate: string) => string>> = {
  scan: () => "/scans",
  report: (gate) => `/gates/${encodeURIComponent(gate)}/reports`,
};

function bodyOf(box: Box, batch: readonly Waiting<Scan | Report>[]): unknown {
  const items = batch.map(({ what }) => ({ ...what, at: rfc3339(what.at) }));
  return box === "scan" ? { scans: items } : { reports: items.map((item) => ({ kind: "foreign-link", ...item })) };
}

function meaning({ verdict, code, scan }: Result): Counted[] {
  // What is no pass leaves no row, and what is older than three days is not believed: answered, and said.
  if (code === "at-out-of-window" || scan === undefined) return ["lost"];
  return verdict === "refused" ? ["recorded", "overruled"] : ["recorded"];
}

/** Take an answered one out; what another tab took out already is counted by that tab. */
async function settle(box: Box, shift: Shift, one: Waiting<Scan | Report>, counted: Counted[]): Promise<void> {
  const store = (await kept()).store(box);
  if ((await store.get(one.id)) === undefined) return;
  await store.delete(one.id);
  if (box === "scan") await note(shift, ...counted);
}

async function sendBatch(box: Box, shift: Shift, session: Session, batch: readonly Waiting<Scan | Report>[]) {
  try {
    const { results } = await session.ask<{ results: readonly Result[] }>("POST", SEND[box](shift.gate), {
      body: bodyOf(box, batch),
    });
    // Each by its own answer: a shorter list of answers leaves the rest waiting.
    for (const [place, result] of results.entries()) {
      const one = batch[place];
      if (one !== undefined) await settle(box, shift, one, meaning(result));
    }
    return results.length;
  } catch (error) {
    if (!(error instanceof Problem) || !HOPELESS.includes(error.status)) throw error;
    const [only, ...more] = batch;
    if (only === undefined) return 0;
    if (more.length > 0) {
      // One of them spoils the batch; each alone, so that it cannot hold up the others.
      let sent = 0;
      for (const one of batch) sent += await sendBatch(box, shift, session, [one]);
      return sent;
    }
    await settle(box, shift, only, ["lost"]);
    return 1;
  }
}

async function sendAll(box: Box, shift: Shift, session: Session): Promise<number> {
  const store = (await kept()).store(box);
  const held = (await store.all()) as readonly Waiting<Scan | Report>[];
  const mine = held.filter(({ gate }) => gate === shift.gate);
  let sent = 0;
  for (let start = 0; start < mine.length; start += BATCH) {
    sent += await sendBatch(box, shift, session, mine.slice(start, start + BATCH));
  }
  return sent;
}

function reasonOf(error: unknown): Stopped {
  if (isOver(error)) return "over";
  if (error instanceof Offline) return "offline";
  if (error instanceof Problem) return "busy";
  throw error;
}

/** Send what waits for this gate, oldest first; one tab at a time. Never throws for the network or the service. */
export function flush(shift: Shift, session: Session): Promise<Flushed> {
  return alone("flush", async () => {
    let sent = 0;
    try {
      for (const box of ["scan", "report"] as const) sent += await sendAll(box, shift, session);
      sent += await sendActs(shift, session, (what) => note(shift, what));
      return { sent, left: await waitingAt(shift.gate) };
    } catch (error) {
      return { sent, left: await waitingAt(shift.gate), stopped: reasonOf(error) };
    } finally {
      changed();
    }
  });
}

const EVERY_S = 30;
const LONGEST_S = 120;

/**
 * Keep sending: at once, when the network returns, and every 30 s while something waits; after a failure later and
 * later, with jitter, so that a thousand phones do not come back in the same second. Returns how to stop.
 */
export function keepFlushing(shift: Shift, session: Session, onFlushed: (flushed: Flushed) => void = () => {}) {
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const run = async (): Promise<void> => {
    clearTimeout(timer);
    if ((await waitingAt(shift.gate)) > 0) {
      const flushed = await flush(shift, session);
      failures = flushed.stopped === undefined ? 0 : failures + 1;
      onFlushed(flushed);
    }
    const longest = Math.min(LONGEST_S, EVERY_S * 2 ** Math.max(0, failures - 1));
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void run(), longest * (0.5 + Math.random() / 2) * 1000);
  };
  const online = (): void => void run();
  addEventListener("online", online);
  void run();
  return {
    /** Send now: something was just put in. */
    now: online,
    stop(): void {
      stopped = true;
      clearTimeout(timer);
      removeEventListener("online", online);
    },
  };
}
