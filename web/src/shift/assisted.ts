/**
 * Check-ins that a guard makes for people without a smartphone: asked at once, or kept until there is a network.
 *
 * What waits holds a document's number, so it lies in the browser's storage encrypted, under a key that no page can
 * read out. It holds no name. Nothing of it is ever in an address or a log.
 */
import { fromUtf8, utf8 } from "../core/bytes";
import { Offline, Problem } from "../shared/api";
import { rfc3339 } from "../shared/china";
import { serverNow } from "../shared/clock";
import type { Session } from "../shared/session";
import { openStorage, type Storage } from "../shared/store";
import { alone } from "./kept";
import { type Direction, isOver, type Shift } from "./shift";

/** How a person without a smartphone is known; the order is that of speed. */
export const WAYS = ["card", "reader", "known", "typed"] as const;
export type Way = (typeof WAYS)[number];

/** Whoever it is: exactly one of these. */
export type Named =
  { readonly card: string } | { readonly known: string } | { readonly id_number: string; readonly id_type?: string };

/** What is sent; `at` is the guard's instant, epoch seconds. */
export type Act = Named & {
  readonly direction: Direction;
  readonly at: number;
  readonly name?: string;
  readonly name_confirmed?: boolean;
  readonly temperature_c?: number;
};

/** What the service decided and recorded. */
export interface Assisted {
  readonly decision: "admitted" | "refused" | "unsure";
  readonly cause: string;
  readonly rule?: string;
  /** The venue whose rule it is, when that is one the gate's own lies in. */
  readonly rule_of?: string;
  readonly checks?: readonly { readonly rule: string; readonly outcome: string }[];
  /** Masked, where the register or the card knows one. */
  readonly name?: string;
  readonly name_matches?: boolean;
}

/** Somebody assisted at this venue before; `ref` is good for a quarter of an hour, for this guard. */
export interface Known {
  readonly ref: string;
  readonly name: string;
}

interface KeptAct {
  readonly id: string;
  readonly gate: string;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly encrypted: ArrayBuffer;
}

type Kept = {
  act: KeptAct;
  key: { readonly key: CryptoKey };
  pace: { readonly way: Way; readonly ms: readonly number[] };
};

const PATIENCE_MS = 10_000;
const ONE = "current";
const AES = { name: "AES-GCM", length: 256 } as const;
const MOST_TIMES = 200;
/** The service understood it and will never take it: the document is none, the card was ended, it is over 72 h old. */
const HOPELESS = [400, 404, 409, 413, 422];

let opened: Promise<Storage<Kept>> | undefined;

/** A database of its own: a page of an earlier build that stands open would keep the first one from growing. */
function storage(): Promise<Storage<Kept>> {
  opened ??= openStorage<Kept>("epipass-gate-assisted", 1, ["act", "key", "pace"]);
  return opened;
}

async function ownKey(): Promise<CryptoKey> {
  return alone("assisted-key", async () => {
    const keys = (await storage()).store("key");
    const held = await keys.get(ONE);
    if (held !== undefined) return held.key;
    const key = await crypto.subtle.generateKey(AES, false, ["encrypt", "decrypt"]);
    await keys.put(ONE, { key });
    return key;
  });
}

function pathOf(shift: Shift, what: "assisted-checkins" | "known-people"): string {
  return `/venues/${encodeURIComponent(shift.venue)}/${what}`;
}

/** Record a check-in now. Throws Problem or Offline. */
export async function assist(shift: Shift, session: Session, act: Act): Promise<Assisted> {
  const send = ({ at, ...rest }: Act): Promise<Assisted> => {
    const asked = { body: { ...rest, at: rfc3339(at) }, patienceMs: PATIENCE_MS };
    return session.ask<Assisted>("POST", pathOf(shift, "assisted-checkins"), asked);
  };
  try {
    return await send(act);
  } catch (error) {
    // The venue measures nobody any more: whoever came in did so all the same.
    if (!(error instanceof Problem) || error.code !== "no-temperature") throw error;
    const { temperature_c: _, ...rest } = act;
    return send(rest as Act);
  }
}

/** Who was assisted at this venue lately and has a document that ends so. Throws Problem or Offline. */
export async function knownPeople(shift: Shift, session: Session, tail: string): Promise<readonly Known[]> {
  const asked = { body: { tail }, patienceMs: PATIENCE_MS };
  return (await session.ask<{ people: readonly Known[] }>("POST", pathOf(shift, "known-people"), asked)).people;
}

/** Whether the service is out of reach, and not against it: then a guard goes by the venue's rules alone. */
export function isUnreached(error: unknown): boolean {
  return error instanceof Offline || (error instanceof Problem && (error.status >= 500 || error.code === "gateway"));
}

/** Keep a check-in until there is a network. Rejects when it could not be kept. */
export async function keepAct(shift: Shift, act: Act): Promise<void> {
  const { name: _, ...nameless } = act as Act & { name?: string };
  const key = await ownKey();
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const encrypted = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, utf8(JSON.stringify(nameless)));
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  const id = `${String(serverNow()).padStart(12, "0")}-${random}`;
  await (await storage()).store("act").put(id, { id, gate: shift.gate, iv, encrypted });
}

async function actOf({ iv, encrypted }: KeptAct): Promise<Act | undefined> {
  // Storage that fails is not a key that is gone: what waits goes on waiting.
  const key = await ownKey();
  try {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, encrypted);
    return JSON.parse(fromUtf8(new Uint8Array(plain)) ?? "null") as Act;
  } catch {
    // The key was thrown away with the rest of the storage's life: nobody can read this any more.
    return undefined;
  }
}

/** How many wait, at whichever gate they were made, or at this one. */
export async function countActs(gate?: string): Promise<number> {
  const held = await (await storage()).store("act").all();
  return held.filter((one) => gate === undefined || one.gate === gate).length;
}

/** What became of one that waited. */
export type Settled = "assisted" | "lost";

/** Send one; undefined when it still waits. Throws what stops all of them. */
async function sendOne(shift: Shift, session: Session, kept: KeptAct): Promise<Settled> {
  const act = await actOf(kept);
  if (act === undefined) return "lost";
  try {
    await assist(shift, session, act);
    return "assisted";
  } catch (error) {
    // A 404 of whatever stands between (a login page of the mall's Wi-Fi) is no answer of the service's.
    if (isOver(error) || isUnreached(error)) throw error;
    if (!(error instanceof Problem) || !HOPELESS.includes(error.status)) throw error;
    return "lost";
  }
}

/** Send what waits for this gate, the oldest first; each is gone once it was answered. Throws for network and service. */
export async function sendActs(
  shift: Shift,
  session: Session,
  settled: (what: Settled) => Promise<void>,
): Promise<number> {
  const store = (await storage()).store("act");
  const mine = (await store.all()).filter(({ gate }) => gate === shift.gate);
  for (const kept of mine) {
    const what = await sendOne(shift, session, kept);
    // Another tab may have sent it meanwhile: then that one has counted it.
    if ((await store.get(kept.id)) === undefined) continue;
    await store.delete(kept.id);
    await settled(what);
  }
  return mine.length;
}

/** Remember how long a person took, milliseconds. */
export function notePace(way: Way, ms: number): Promise<void> {
  return alone("pace", async () => {
    const store = (await storage()).store("pace");
    const before = (await store.get(way))?.ms ?? [];
    await store.put(way, { way, ms: [...before, Math.round(ms)].slice(-MOST_TIMES) });
  });
}

export interface Pace {
  readonly way: Way;
  readonly people: number;
  readonly medianS: number;
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[half - 1], sorted[half]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/** The seconds a person took on this device, each way that was used, the fastest way of the order first. */
export async function paces(): Promise<Pace[]> {
  const held = await (await storage()).store("pace").all();
  return WAYS.flatMap((way) => {
    const ms = held.find((one) => one.way === way)?.ms ?? [];
    return ms.length === 0 ? [] : [{ way, people: ms.length, medianS: medianOf(ms) / 1000 }];
  });
}
