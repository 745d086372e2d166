/** Compact JWS (RFC 7515) in the one form that epipass writes: laws 1, 2 and the signature. */
import { type Bytes, fromBase64url, toBase64url, utf8 } from "./bytes";
import { signatureInRange } from "./p256";
import { unreadable } from "./refusal";

export const TOKEN_LIMIT = 4096;
const ES256 = { name: "ECDSA", hash: "SHA-256" } as const;
const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;

/** The three parts of a compact JWS; `header` stays the text it was. */
export interface Compact {
  readonly header: string;
  readonly payload: Bytes;
  readonly signature: Bytes;
  /** What was signed. */
  readonly signed: Bytes;
}

/** A P-256 public key as its JWK members. */
export interface PointJwk {
  readonly x: string;
  readonly y: string;
}

/** The parts of a compact JWS by law 2, or undefined when it breaks it. */
export function splitCompact(token: string): Compact | undefined {
  const parts = token.split(".", 4);
  const [header, payloadText, signatureText] = parts;
  if (parts.length !== 3 || !header || !payloadText || signatureText?.length !== 86) return undefined;
  const payload = fromBase64url(payloadText);
  const signature = fromBase64url(signatureText);
  if (!fromBase64url(header) || !payload || !signature) return undefined;
  return { header, payload, signature, signed: utf8(`${header}.${payloadText}`) };
}

/** The parts of a pass or any other epipass token: laws 1 and 2. Throws Refused `unreadable`. */
export function readCompact(token: string, limit: number = TOKEN_LIMIT): Compact {
  if (token.length > limit) throw unreadable("size");
  const parts = splitCompact(token);
  if (parts === undefined) throw unreadable("compact");
  return parts;
}

/** The header part of a token, from its three members in their order. */
export function headerPart(typ: string, kid?: string): string {
  const named = kid === undefined ? "" : `,"kid":${JSON.stringify(kid)}`;
  return toBase64url(utf8(`{"alg":"ES256","typ":"${typ}"${named}}`));
}

/** Whether this ES256 signature over these bytes is by this key: r and s in range, the point on the curve. */
export async function signedBy(jwk: PointJwk, { signature, signed }: Compact): Promise<boolean> {
  if (!signatureInRange(signature)) return false;
  const point = { kty: "EC", crv: "P-256", x: jwk.x, y: jwk.y };
  try {
    const key = await crypto.subtle.importKey("jwk", point, P256, false, ["verify"]);
    return await crypto.subtle.verify(ES256, key, signature, signed);
  } catch {
    // A browser says with an exception that a JWK is no point of the curve; such a key signed nothing.
    return false;
  }
}

/** SHA-256, base64url. */
export async function sha256(text: string): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text))));
}
