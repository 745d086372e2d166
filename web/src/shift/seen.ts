/**
 * Live proofs seen on this device: the same one again is the same scan for a few seconds, and a copy of it later.
 *
 * A proof is told by the pass's subject and its own instant, never by its text: signatures can be spelt twice.
 */
import { fromBase64url, fromInteger, fromUtf8 } from "../core/bytes";
import type { Pass } from "../core/profile";
import { alone, kept } from "./kept";

export type Sight = "first" | "same" | "replayed";

/** A proof; instants are epoch seconds. */
export interface Sighting {
  readonly name: string;
  readonly firstAt: number;
  /** Before this it cannot be forgotten: a guard accepts a proof until a minute after its instant. */
  readonly keptUntil: number;
}

const SAME_SCAN_S = 5;
const KEPT_S = 180;
/** Where the proof's instant stands in the bytes of a presentation (core/transport.ts), and the flag that it has one. */
const HEAD = 74;
const LIVE_FLAG = 0x10;

const memory = new Map<string, Sighting>();

function instantOfDigits(digits: string): number | undefined {
  const bytes = fromInteger(BigInt(digits));
  if (((bytes[1] ?? 0) & LIVE_FLAG) === 0 || bytes.length < HEAD + 4) return undefined;
  return new DataView(bytes.buffer).getUint32(HEAD);
}

function instantOfProof(proof: string): number | undefined {
  const payload = fromUtf8(fromBase64url(proof.split(".")[1] ?? "") ?? new Uint8Array());
  return (JSON.parse(payload ?? "null") as { iat?: number } | null)?.iat;
}

/** The instant in the live proof of a text that was verified as live; undefined when it has none. */
export function proofInstant(text: string): number | undefined {
  const shown = text.slice(text.indexOf("#") + 1);
  if (/^[0-9]+$/.test(shown)) return instantOfDigits(shown);
  return shown.includes("~") ? instantOfProof(shown.slice(shown.indexOf("~") + 1)) : undefined;
}

/**
 * Note that a proof was accepted at `at`, and say whether it was seen before on this device, by whichever page.
 *
 * `stillInView`: the camera has not lost it since; then it is the same scan however long it is shown.
 */
export async function look(pass: Pass, iat: number, at: number, stillInView = false): Promise<Sight> {
  const name = `${pass.payload.sub} ${iat}`;
  return alone("seen", async () => {
    const store = (await kept()).store("seen");
    const before = memory.get(name) ?? (await store.get(name));
    if (before !== undefined) {
      memory.set(name, before);
      // A clock set back while the page stands open must not make a copy the same scan.
      return stillInView || Math.abs(at - before.firstAt) <= SAME_SCAN_S ? "same" : "replayed";
    }
    const sighting = { name, firstAt: at, keptUntil: Math.max(iat, at) + KEPT_S };
    memory.set(name, sighting);
    // A write that fails (a full disk) leaves the memory of this page, which is not nothing.
    await store.put(name, sighting).catch(() => undefined);
    return "first";
  });
}

/** Forget what nobody would accept any more; at the start of a page and now and then. */
export async function forgetOld(at: number): Promise<void> {
  const store = (await kept()).store("seen");
  const old = (await store.all()).filter(({ keptUntil }) => keptUntil < at);
  for (const { name } of old) {
    memory.delete(name);
    await store.delete(name);
  }
}
