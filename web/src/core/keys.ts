/** The issuer's keys: from the root-signed key statement, or from a plain JWK set (credentials.md, section 3). */
import { fromBase64url, toBase64url, toInteger } from "./bytes";
import { canonical, type Shape } from "./json";
import { headerPart, type PointJwk, sha256, signedBy, splitCompact } from "./jws";
import { coordinate, onP256 } from "./p256";
import { untrusted } from "./refusal";

export type Use = "pass" | "status" | "token" | "log";

/** A public key as the issuer publishes it; `nbf` ≤ instant < `exp` in epoch seconds, where stated. */
export interface Key extends PointJwk {
  readonly kid: string;
  readonly use: string;
  readonly nbf?: number | undefined;
  readonly exp?: number | undefined;
}

/** What a key statement says besides its keys. Instants are epoch seconds. */
export interface Statement {
  readonly iss: string;
  readonly iat: number;
  readonly exp: number;
  /** Counts up from 1; a verifier never goes back. */
  readonly seq: number;
  /** Passes issued earlier are withdrawn in one stroke. */
  readonly notBefore?: number | undefined;
}

const TYP = "jwk-set+jwt";
const STATEMENT_LIMIT = 262_144;
const LONGEST_S = 31 * 86_400;
const LEEWAY_S = 60;
const DIGEST = /^[0-9a-f]{64}$/;
const SHAPE: Shape = {
  iss: "text",
  iat: "instant",
  exp: "instant",
  seq: "integer",
  prev: ["optional", "text"],
  not_before: ["optional", "instant"],
  keys: ["key"],
  pages: ["text"],
};
const KID = /^[A-Za-z0-9_-]{1,64}$/;

interface StatementPayload {
  readonly iss: string;
  readonly iat: number;
  readonly exp: number;
  readonly seq: number;
  readonly prev?: string;
  readonly not_before?: number;
  readonly keys: readonly unknown[];
  readonly pages: readonly string[];
}

type Members = Readonly<Record<string, unknown>>;

function members(value: unknown): Members | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : undefined;
}

function isBound(value: unknown): value is number | undefined {
  return value === undefined || Number.isInteger(value);
}

/** `kid` = base64url of the first 8 bytes of the RFC 7638 thumbprint. */
async function kidOf(x: string, y: string): Promise<string> {
  const digest = await sha256(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`);
  return toBase64url((fromBase64url(digest) ?? new Uint8Array(8)).subarray(0, 8));
}

/** A P-256 signing key of a set, or undefined for a key of another kind. Throws Refused `untrusted` for a bad one. */
async function readKey(value: unknown): Promise<Key | undefined> {
  const jwk = members(value);
  if (jwk === undefined) throw untrusted("keys");
  if (jwk.kty !== "EC" || jwk.crv !== "P-256" || (jwk.use ?? "sig") !== "sig") return undefined;
  const { x, y, nbf, exp } = jwk;
  const [xBytes, yBytes] = [coordinate(x), coordinate(y)];
  if (!xBytes || !yBytes || !onP256(toInteger(xBytes), toInteger(yBytes))) {
    throw untrusted("keys");
  }
  const point = { x: x as string, y: y as string };
  const kid = jwk.kid ?? (await kidOf(point.x, point.y));
  const use = jwk.epipass_use ?? "pass";
  if (typeof kid !== "string" || !KID.test(kid) || typeof use !== "string" || !isBound(nbf) || !isBound(exp)) {
    throw untrusted("keys");
  }
  return { ...point, kid, use, nbf, exp };
}

async function readKeys(listed: unknown): Promise<ReadonlyMap<string, Key>> {
  if (!Array.isArray(listed)) throw untrusted("keys");
  const found = new Map<string, Key>();
  for (const key of await Promise.all(listed.map(readKey))) {
    if (key === undefined) continue;
    if (found.has(key.kid)) throw untrusted("keys", key.kid);
    found.set(key.kid, key);
  }
  return found;
}

/** Whether a signature for `use` made at this instant is in the key's power. */
export function maySign(key: Key, use: Use, at: number): boolean {
  return key.use === use && at >= (key.nbf ?? at) && at < (key.exp ?? at + 1);
}

/** Keys by name, and the statement that brought them. */
export interface KeySet {
  readonly keys: ReadonlyMap<string, Key>;
  readonly statement?: Statement;
}

/** From a JWK set (RFC 7517): its P-256 keys, others passed over. Throws Refused `untrusted`. */
export async function keysFromJwks(jwks: unknown): Promise<KeySet> {
  return { keys: await readKeys(members(jwks)?.keys) };
}

/**
 * From a key statement signed by one of `roots` (JWKs): the pinned root keys, current and next.
 *
 * `at`: epoch seconds; a statement issued later is refused. `newestSeq`: the highest this verifier has seen.
 * Throws Refused `untrusted` for anything wrong with it.
 */
export async function keysFromStatement(
  token: string,
  roots: readonly unknown[],
  at: number,
  newestSeq = 0,
): Promise<KeySet> {
  const payload = await readStatement(token, await readKeys(roots));
  const statement = statementOf(payload);
  const { iat, exp, seq } = statement;
  if (exp <= iat || exp > iat + LONGEST_S || seq < newestSeq) throw untrusted("statement");
  if (iat > at + LEEWAY_S) throw untrusted("clock");
  return { keys: await readKeys(payload.keys), statement };
}

/** Header text to key, so that no header of a hostile token is ever parsed. */
export function headerTable({ keys }: KeySet, typ: string): ReadonlyMap<string, Key> {
  return new Map([...keys.values()].map((key) => [headerPart(typ, key.kid), key]));
}

function statementOf(payload: StatementPayload): Statement {
  const { iss, iat, exp, seq, prev, pages, not_before: notBefore } = payload;
  const digests = [...pages, ...(prev === undefined ? [] : [prev])];
  const whole =
    seq >= 1 && seq < 2 ** 31 && (seq === 1) === (prev === undefined) && digests.every((text) => DIGEST.test(text));
  if (!whole) throw untrusted("statement");
  return { iss, iat, exp, seq, notBefore };
}

async function readStatement(token: string, roots: ReadonlyMap<string, Key>): Promise<StatementPayload> {
  const parts = token.length > STATEMENT_LIMIT ? undefined : splitCompact(token);
  const root = [...roots.values()].find(({ kid }) => headerPart(TYP, kid) === parts?.header);
  if (parts === undefined || root === undefined) throw untrusted("statement");
  const payload = canonical(parts.payload, SHAPE) as StatementPayload | undefined;
  if (payload === undefined || !(await signedBy(root, parts))) throw untrusted("statement", root.kid);
  return payload;
}
