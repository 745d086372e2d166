/** What the page fetches, all of it from its own origin: configuration, key statement, one status list. */
import { type KeySet, keysFromStatement } from "../core/keys";
import { Refused } from "../core/refusal";

/** `/config.json`: what is pinned when the pages are published. */
export interface Config {
  readonly issuer: string;
  /** JWKs of the root keys, current and next. */
  readonly roots: readonly unknown[];
  /** Marks everything as a demonstration. */
  readonly specimen: boolean;
  /** The district's help line. */
  readonly phone: string;
}

/** A published file did not arrive. */
export class NotLoaded extends Error {}

const PATIENCE_MS = 8000;
const NEWEST_SEQ = "epipass.statement.seq";

/** The text of a published file. Throws NotLoaded. */
export async function get(path: string): Promise<string> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(path, { credentials: "omit", redirect: "error", signal: patience.signal });
    if (answer.ok) return await answer.text();
  } catch {
    // No network, a time-out, a redirect to a café's login page: all the same to the guard.
  } finally {
    clearTimeout(timer);
  }
  throw new NotLoaded();
}

function readConfig(text: string): Config {
  try {
    const { issuer, roots, specimen, phone } = JSON.parse(text) as Partial<Config>;
    if (typeof issuer === "string" && Array.isArray(roots)) {
      return { issuer, roots, specimen: specimen === true, phone: typeof phone === "string" ? phone : "" };
    }
  } catch {
    // Somebody else's page came in its place.
  }
  throw new NotLoaded();
}

export async function loadConfig(): Promise<Config> {
  return readConfig(await get("/config.json"));
}

/** For `catch`: a file that did not arrive is undefined. */
export function unlessMissing(error: unknown): undefined {
  if (!(error instanceof NotLoaded)) throw error;
}

/** The month's key statement. */
export function loadWholeStatement(): Promise<string> {
  return get("/.well-known/epipass-keys.jwt");
}

/** The extract of a day (UTC): the few keys that what is shown on it is nearly always signed with. */
export function loadExtract(at: number): Promise<string> {
  return get(`/.well-known/epipass-keys/${new Date(at * 1000).toISOString().slice(0, 10)}.jwt`);
}

export async function loadStatusList(list: string): Promise<string> {
  return (await get(`/status/${list}`)).trim();
}

function newestSeq(): number {
  try {
    return Number(localStorage.getItem(NEWEST_SEQ)) || 0;
  } catch {
    // Storage is denied in some in-app browsers; then a roll-back is not noticed across visits.
    return 0;
  }
}

function rememberSeq(seq: number): void {
  try {
    localStorage.setItem(NEWEST_SEQ, String(seq));
  } catch {
    // As above.
  }
}

/** The keys of a statement that a pinned root signed and that is not older than one seen before. */
export async function trustStatement(statement: string, config: Config, at: number): Promise<KeySet> {
  const keys = await keysFromStatement(statement.trim(), config.roots, at, newestSeq());
  if (keys.statement?.iss !== config.issuer) throw new Refused("untrusted", { law: "statement" });
  rememberSeq(keys.statement.seq);
  return keys;
}
