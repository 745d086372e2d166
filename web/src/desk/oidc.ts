/**
 * Signing in: OpenID Connect's authorisation code with PKCE (RFC 7636, S256), as a page without a secret does it.
 *
 * The token's signature is not checked here: it comes straight from the token endpoint over TLS, where OpenID Connect
 * Core (3.1.3.7) lets that stand for it, and the service checks it at every request.
 */
import { fromBase64url, fromUtf8, toBase64url } from "../core/bytes";
import { sha256 } from "../core/jws";
import { serverNow } from "../shared/clock";
import type { Config } from "../shared/config";
import type { Staff } from "./staff";

/** A sign-in that was begun in this tab. */
export interface Begun {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Where to go on: a path and fragment of ours. */
  readonly then: string;
  /** Begun for another tab, whose session ended and whose screen shall stay. */
  readonly again: boolean;
}

/** Why nobody is signed in: refused by the login; another request's answer; no exchange; a wrong token; no network. */
export type Fault = "refused" | "state" | "exchange" | "token" | "offline";

export class NotSignedIn extends Error {
  constructor(readonly fault: Fault) {
    super(fault);
  }
}

const BEGUN = "epipass.desk.signing-in";
const PATIENCE_MS = 20_000;

export function redirectUri(): string {
  return `${location.origin}/callback`;
}

function secret(): string {
  return toBase64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** The address of the login page for a request. `authorize` may be relative: then it is at our own origin. */
export async function authorizeUrl(config: Config["login"], begun: Begun, redirect: string): Promise<string> {
  const url = new URL(config.authorize, redirect);
  const asked = {
    response_type: "code",
    client_id: config.client,
    redirect_uri: redirect,
    scope: "openid",
    state: begun.state,
    nonce: begun.nonce,
    code_challenge: await sha256(begun.verifier),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return url.href;
}

/** Leave for the login page; come back by `/callback`. */
export async function beginSignIn(config: Config, then: string, again = false): Promise<void> {
  const begun: Begun = { state: secret(), nonce: secret(), verifier: secret(), then, again };
  sessionStorage.setItem(BEGUN, JSON.stringify(begun));
  location.assign(await authorizeUrl(config.login, begun, redirectUri()));
}

/** The sign-in that was begun here, once: a second answer to it is nobody's. */
export function takeBegun(): Begun | undefined {
  try {
    const begun = JSON.parse(sessionStorage.getItem(BEGUN) ?? "null") as Begun | null;
    sessionStorage.removeItem(BEGUN);
    return begun ?? undefined;
  } catch {
    // Storage is denied: then nothing was begun here that could be finished.
    return undefined;
  }
}

/** The code of an answer to this request. Throws NotSignedIn. */
export function codeOf(answer: URLSearchParams, begun: Begun | undefined): string {
  const code = answer.get("code");
  // First the state: an answer to somebody else's request must not even be read as a refusal.
  if (begun === undefined || answer.get("state") !== begun.state) throw new NotSignedIn("state");
  if (code === null || code === "") throw new NotSignedIn("refused");
  return code;
}

/** Who an ID token is for. Throws NotSignedIn when it is not an answer to this request. */
export function staffOf(token: unknown, client: string, nonce: string, now: number): Staff {
  try {
    const part = typeof token === "string" ? token.split(".")[1] : undefined;
    const text = fromUtf8(fromBase64url(part ?? "") ?? new Uint8Array());
    const claims = JSON.parse(text ?? "") as Record<string, unknown>;
    const { aud, exp, epi_role: role, epi_scope: scope = "" } = claims;
    const ours = aud === client || (Array.isArray(aud) && aud.includes(client));
    if (ours && claims["nonce"] === nonce && typeof exp === "number" && exp > now) {
      if (typeof role === "string" && typeof scope === "string") {
        return { token: token as string, role, scope, endsAt: exp };
      }
    }
  } catch {
    // Not a token at all.
  }
  throw new NotSignedIn("token");
}

async function exchange(config: Config["login"], code: string, verifier: string): Promise<unknown> {
  const form = { grant_type: "authorization_code", client_id: config.client, code, code_verifier: verifier };
  let answer: Response;
  try {
    answer = await fetch(new URL(config.token, location.origin).href, {
      method: "POST",
      body: new URLSearchParams({ ...form, redirect_uri: redirectUri() }),
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    // No network, or the login does not let our origin ask: for a person it is the same.
    throw new NotSignedIn("offline");
  }
  if (!answer.ok) throw new NotSignedIn("exchange");
  try {
    return ((await answer.json()) as { id_token?: unknown }).id_token;
  } catch {
    throw new NotSignedIn("exchange");
  }
}

/** Finish a sign-in with what the login sent along. Throws NotSignedIn. */
export async function finishSignIn(config: Config, answer: URLSearchParams, begun: Begun | undefined): Promise<Staff> {
  const code = codeOf(answer, begun);
  // codeOf lets nothing through that was not begun here.
  const { verifier, nonce } = begun as Begun;
  return staffOf(await exchange(config.login, code, verifier), config.login.client, nonce, serverNow());
}

const OURS = /^\/(unit|lab|officer|worker)(#[\w/.-]*)?$/;

/** Where to go on after a sign-in: only to a console of ours, whatever an address asks for. */
export function thenOf(wanted: string | null): string {
  return wanted !== null && OURS.test(wanted) ? wanted : "";
}
