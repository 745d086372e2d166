/** The holder's live proof: an RFC 9901 key-binding JWT over one pass (credentials.md, section 5). */
import { toBase64url, utf8 } from "./bytes";
import { canonical } from "./json";
import { headerPart, sha256, signedBy, splitCompact } from "./jws";
import type { Pass } from "./profile";
import { Refused } from "./refusal";

/** How old, and how far ahead of the guard's clock, a proof may be. */
const STALE_S = 60;
const AHEAD_S = 10;
/** A proof names the half-minute it was made in. */
const NONCE_STEP_S = 30;
const HEADER = headerPart("kb+jwt");
const SHAPE = { iat: "instant", aud: "text", nonce: "text", sd_hash: "text" } as const;

export interface LiveCheck {
  readonly at: number;
  /** The number that the guard chose; then only that one is accepted. */
  readonly nonce?: string | undefined;
}

/**
 * Header and payload of the one proof for these facts: what the holder signs, what a reader rebuilds.
 *
 * `nonce`: the guard's, else the half-minute of `iat`.
 */
export async function provenPart(token: string, issuer: string, iat: number, nonce?: string): Promise<string> {
  const chosen = nonce ?? String(Math.floor(iat / NONCE_STEP_S));
  const payload = { iat, aud: issuer, nonce: chosen, sd_hash: await sha256(`${token}~`) };
  return `${HEADER}.${toBase64url(utf8(JSON.stringify(payload)))}`;
}

/**
 * Holds a proof to all its laws. Throws Refused `not-live`, with the proof's age where it has one.
 *
 * A proof has one form for its facts: read its instant, rebuild it, compare. What differs is for another pass or
 * issuer, has another nonce, or is no proof.
 */
export async function checkLive(token: string, proof: string | undefined, pass: Pass, check: LiveCheck): Promise<void> {
  const parts = splitCompact(proof ?? "");
  const claims = canonical(parts?.payload ?? new Uint8Array(), SHAPE) as { iat: number } | undefined;
  const evidence = { law: "live", pass };
  if (proof === undefined || parts === undefined || claims === undefined) throw new Refused("not-live", evidence);
  const ageS = check.at - claims.iat;
  const due = await provenPart(token, pass.payload.iss, claims.iat, check.nonce);
  const jwk = pass.payload.cnf?.jwk;
  const live =
    proof.startsWith(`${due}.`) &&
    ageS <= STALE_S &&
    ageS >= -AHEAD_S &&
    jwk !== undefined &&
    (await signedBy(jwk, parts));
  if (!live) throw new Refused("not-live", { ...evidence, ageS });
}
