/**
 * From the digits of a QR code back to the byte-identical tokens (credentials.md, section 4).
 *
 * digits = the decimal of: version 1 ‖ flags ‖ kid 8 ‖ signature 64 ‖ [iat 4 ‖ holder's signature 64] ‖ deflated payload
 */
import { type Bytes, fromInteger, toBase64url, utf8 } from "./bytes";
import { inflateRaw } from "./deflated";
import { headerPart } from "./jws";
import { provenPart } from "./live";
import { unreadable } from "./refusal";

const DIGITS_LIMIT = 2400;
const PAYLOAD_LIMIT = 2944;
const HEAD = 74;
const LIVE = 68;
const LIVE_FLAG = 0x10;

export interface Presented {
  readonly token: string;
  readonly proof?: string | undefined;
}

/** What the digits cannot say by themselves. */
export interface Context {
  readonly issuer: string;
  /** Preset dictionaries by id (1…15), as their files hold them. */
  readonly dictionaries: Readonly<Record<number, string>>;
  /** The number that the guard chose, if one was asked for. */
  readonly nonce?: string | undefined;
}

function dictionaryOf(id: number, context: Context): Bytes {
  if (id === 0) return new Uint8Array();
  const text = context.dictionaries[id];
  if (text === undefined) throw unreadable("transport");
  // Not `replaceAll`, which came with Chrome 85.
  return utf8(text.split("{issuer}").join(context.issuer));
}

/** The tokens of a run of digits. Throws Refused `unreadable`. */
export async function unpack(digits: string, context: Context): Promise<Presented> {
  if (digits.length > DIGITS_LIMIT) throw unreadable("size");
  if (!/^[1-9][0-9]*$/.test(digits)) throw unreadable("transport");
  const bytes = fromInteger(BigInt(digits));
  const flags = bytes[1] ?? 0xff;
  const live = (flags & LIVE_FLAG) !== 0;
  const start = HEAD + (live ? LIVE : 0);
  if (bytes[0] !== 1 || (flags & 0xe0) !== 0 || bytes.length <= start) {
    throw unreadable("transport");
  }
  const payload = await inflateRaw(bytes.slice(start), PAYLOAD_LIMIT, dictionaryOf(flags & 0x0f, context));
  if (payload === undefined) throw unreadable("transport");
  const header = headerPart("vc+jwt", toBase64url(bytes.subarray(2, 10)));
  const token = `${header}.${toBase64url(payload)}.${toBase64url(bytes.subarray(10, HEAD))}`;
  if (!live) return { token };
  const iat = new DataView(bytes.buffer).getUint32(HEAD);
  const signature = toBase64url(bytes.subarray(HEAD + 4, start));
  return { token, proof: `${await provenPart(token, context.issuer, iat, context.nonce)}.${signature}` };
}
