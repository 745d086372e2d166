/**
 * Why a text is not accepted. The codes are those of the API and of the Python library:
 *
 *   unreadable      not a pass at all: shape, encoding, size, JSON, profile
 *   untrusted       unknown key, foreign issuer, bad signature
 *   not-yet-valid   its time has not come
 *   expired         its time is over
 *   withdrawn       its bit is set, or the key statement withdrew it
 *   not-live        the holder's proof is missing, stale, or for something else
 *   status-unknown  the status list is missing, too old, or too short
 */
import type { Pass } from "./profile";

export const CODES = [
  "unreadable",
  "untrusted",
  "not-yet-valid",
  "expired",
  "withdrawn",
  "not-live",
  "status-unknown",
] as const;

export type Code = (typeof CODES)[number];

/** What a refusal carries: the law that failed, and whatever was already proved when it failed. */
export interface Evidence {
  readonly law?: string;
  readonly kid?: string;
  readonly pass?: Pass;
  /** Seconds: the proof's age (not-live) or the status list's age (status-unknown). */
  readonly ageS?: number;
}

/** The only error that leaves the verifier, whatever it was handed. */
export class Refused extends Error {
  constructor(
    readonly code: Code,
    readonly evidence: Evidence = {},
  ) {
    super(evidence.law ?? code);
  }
}

/** An `unreadable` refusal that names the law. */
export function unreadable(law: string): Refused {
  return new Refused("unreadable", { law });
}

/** An `untrusted` refusal that names the law, and the key if one was named. */
export function untrusted(law: string, kid?: string): Refused {
  return new Refused("untrusted", kid === undefined ? { law } : { law, kid });
}
