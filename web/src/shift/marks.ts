/** The receipt marks 登记回执 of this half minute: two characters that a person's check-in page shows too. */
import { fromBase64url } from "../core/bytes";

/** Seeds of the half-days that a shift touches; they never leave the guard's page. */
export interface Receipts {
  /** 64 characters, each one code point. */
  readonly alphabet: string;
  /** Seconds that a pair of marks is shown. */
  readonly step_s: number;
  readonly blocks: readonly { readonly block: number; readonly seed: string }[];
}

export interface Marks {
  readonly text: string;
  /** Epoch seconds at which the next pair begins. */
  readonly endsAt: number;
}

const BLOCK_S = 43_200;
const HMAC = { name: "HMAC", hash: "SHA-256" } as const;

/** The marks at an instant (epoch seconds), undefined when the shift holds no seed for it. */
export async function marksOf({ alphabet, step_s, blocks }: Receipts, at: number): Promise<Marks | undefined> {
  const held = blocks.find(({ block }) => block === Math.floor(at / BLOCK_S));
  const seed = fromBase64url(held?.seed ?? "");
  if (seed === undefined) return undefined;
  const window = Math.floor(at / step_s);
  const message = new DataView(new ArrayBuffer(8));
  message.setBigUint64(0, BigInt(window));
  const key = await crypto.subtle.importKey("raw", seed, HMAC, false, ["sign"]);
  const [first = 0, second = 0] = new Uint8Array(await crypto.subtle.sign("HMAC", key, message.buffer));
  const letters = [...alphabet];
  const text = `${letters[first & 63] ?? ""}${letters[second & 63] ?? ""}`;
  return { text, endsAt: (window + 1) * step_s };
}
