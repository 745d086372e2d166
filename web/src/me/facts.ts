/** What a held pass says, read for its own holder. Nothing is verified here: that is the guard's, and the service sent it. */
import { fromBase64url, fromUtf8 } from "../core/bytes";
import { instantOf } from "../shared/china";

/** Instants in epoch seconds. */
export interface Facts {
  readonly name: string;
  readonly unit: string;
  readonly zone: string;
  readonly venues: readonly string[];
  readonly sampledAt: number;
  readonly expiresAt: number;
}

interface Payload {
  readonly exp: number;
  readonly credentialSubject: {
    readonly name: string;
    readonly unit: string;
    readonly zone: string;
    readonly venues: readonly string[];
    readonly test: { readonly sampledAt: string };
  };
}

/** The facts of a token of ours. Throws SyntaxError or TypeError for anything else. */
export function factsOf(token: string): Facts {
  const [, payload = ""] = token.split(".");
  const text = fromUtf8(fromBase64url(payload) ?? new Uint8Array()) ?? "";
  const { exp, credentialSubject: subject } = JSON.parse(text) as Payload;
  const { name, unit, zone, venues, test } = subject;
  return { name, unit, zone, venues, sampledAt: instantOf(test.sampledAt), expiresAt: exp };
}
