/** Keys that stay in this browser: non-extractable P-256 pairs, and what they prove (RFC 9449). */
import { toBase64url, utf8 } from "../core/bytes";
import { sha256 } from "../core/jws";
import { serverNow } from "./clock";

const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;
const ES256 = { name: "ECDSA", hash: "SHA-256" } as const;

/** A public key on P-256, as the service reads it. */
export interface PublicJwk {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
}

/** A key pair and its public half; it can be put into IndexedDB as it is, and its private half never leaves. */
export interface OwnKey {
  readonly pair: CryptoKeyPair;
  readonly jwk: PublicJwk;
}

export async function makeKey(): Promise<OwnKey> {
  const pair = await crypto.subtle.generateKey(P256, false, ["sign", "verify"]);
  const { x = "", y = "" } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { pair, jwk: { kty: "EC", crv: "P-256", x, y } };
}

/** The RFC 7638 thumbprint, 43 characters. */
export function thumbprint({ x, y }: PublicJwk): Promise<string> {
  return sha256(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`);
}

/** The raw 64-byte ES256 signature over a text. */
export async function sign(key: OwnKey, text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign(ES256, key.pair.privateKey, utf8(text)));
}

function part(value: unknown): string {
  return toBase64url(utf8(JSON.stringify(value)));
}

/** A DPoP proof by this key for one request to our own origin; with a token, bound to it. */
export async function dpop(key: OwnKey, method: string, path: string, token?: string): Promise<string> {
  const jti = toBase64url(crypto.getRandomValues(new Uint8Array(16)));
  const claims = { jti, htm: method, htu: location.origin + path, iat: serverNow() };
  const ath = token === undefined ? {} : { ath: await sha256(token) };
  const signed = `${part({ typ: "dpop+jwt", alg: "ES256", jwk: key.jwk })}.${part({ ...claims, ...ath })}`;
  return `${signed}.${toBase64url(await sign(key, signed))}`;
}
