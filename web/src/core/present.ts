/**
 * What a holder shows: a pass as the service packed it becomes the digits of a live code (credentials.md, 4 and 5).
 *
 * The inverse of `unpack` in transport.ts. A browser cannot compress with a dictionary, so the packed bytes come with
 * the pass; only the live proof is put in here.
 */
import { concat, fromBase64url, toInteger } from "./bytes";
import { provenPart } from "./live";

const LIVE_AT = 74;
const LIVE_FLAG = 0x10;
const SIGNATURE_BYTES = 64;

/** A pass to show: its compact JWS, and base64url of the transport's bytes without a live proof. */
export interface Packed {
  readonly token: string;
  readonly packed: string;
}

/** Signs a text with the key the pass is bound to: ES256, raw 64 bytes. */
export type Signs = (text: string) => Promise<Uint8Array>;

/** The digits of packed bytes with a live proof put in. Throws RangeError when they are none, or already live. */
export function liveDigits(packed: string, iat: number, signature: Uint8Array): string {
  const bytes = fromBase64url(packed);
  if (bytes === undefined || bytes.length <= LIVE_AT || bytes[0] !== 1) throw new RangeError("no packed pass");
  if (((bytes[1] ?? 0) & LIVE_FLAG) !== 0) throw new RangeError("already live");
  if (signature.length !== SIGNATURE_BYTES) throw new RangeError("no ES256 signature");
  const head = bytes.slice(0, LIVE_AT);
  head[1] = (head[1] ?? 0) | LIVE_FLAG;
  const instant = new Uint8Array(4);
  new DataView(instant.buffer).setUint32(0, iat);
  return toInteger(concat(head, instant, signature, bytes.subarray(LIVE_AT))).toString();
}

/**
 * The digits of a pass with a fresh proof made at `iat` (epoch seconds, the server's clock).
 *
 * `nonce`: six digits that a guard spoke, else the half-minute of `iat` is proved.
 */
export async function presentLive(
  { token, packed }: Packed,
  issuer: string,
  iat: number,
  sign: Signs,
  nonce?: string,
): Promise<string> {
  return liveDigits(packed, iat, await sign(await provenPart(token, issuer, iat, nonce)));
}
