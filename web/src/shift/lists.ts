/**
 * What a shift verifies by, kept between visits: the key statement and every live status list.
 *
 * Fetched ahead and every minute while there is a network; a verdict itself asks nobody.
 */
import type { KeySet } from "../core/keys";
import { splitCompact } from "../core/jws";
import { Refused } from "../core/refusal";
import { StatusLists } from "../core/status";
import { type StatusSource, UNCHECKED, Verifier } from "../core/verify";
import { fromUtf8 } from "../core/bytes";
import { type Answer, DICTIONARIES, judge, unsure } from "../gate/check";
import { type Config, get, loadWholeStatement, NotLoaded, trustStatement } from "../gate/load";
import { clockIsBehind, noteInstant, serverNow } from "../shared/clock";
import { kept } from "./kept";

export interface KeptList {
  readonly name: string;
  readonly token: string;
}

export interface KeptStatement {
  readonly token: string;
}

/** What a refresh brought: `complete` when the statement, the index and every list of it arrived and are trusted. */
export interface Refreshed {
  readonly complete: boolean;
  readonly lists: number;
}

const ONE = "newest";
const EVERY_MS = 60_000;
const LEEWAY_S = 60;
/** A list's passes live two days after it: a list so long over says nothing about any pass that is still good. */
const USELESS_AFTER_S = 3 * 86_400;
const NAME = /^[A-Za-z0-9-]{1,32}$/;
const MOST_LISTS = 200;
const AT_ONCE = 6;

interface Times {
  readonly iat: number;
  readonly exp: number;
}

/** The times of a token that was verified already. */
function timesOf(token: string): Times {
  const payload = fromUtf8(splitCompact(token)?.payload ?? new Uint8Array());
  return JSON.parse(payload ?? "{}") as Times;
}

/** Keys and lists as last known, and the verdicts they give. */
export class KeptLists {
  private keys: KeySet | undefined;
  private lists: StatusLists | undefined;
  private verifier: Verifier | undefined;
  private statement = "";
  private readonly tokens = new Map<string, string>();
  /** The newest instant that anything held was signed at, epoch seconds. */
  private newestSigned = 0;
  private timer: ReturnType<typeof setInterval> | undefined;

  private constructor(
    private readonly config: Config,
    private readonly maxAgeS: number,
  ) {}

  /** Read what was kept; asks no network. `maxAgeS`: the gate's policy on the age of withdrawal data. */
  static async open(config: Config, maxAgeS: number, at: number = serverNow()): Promise<KeptLists> {
    const opened = new KeptLists(config, maxAgeS);
    const storage = await kept();
    const statement = await storage.store("statement").get(ONE);
    if (statement !== undefined) await opened.adopt(statement.token, at);
    for (const { name, token } of await storage.store("list").all()) {
      if (timesOf(token).exp + USELESS_AFTER_S < at) await storage.store("list").delete(name);
      else await opened.take(name, token, at);
    }
    return opened;
  }

  /** Whether there is anything to verify by. */
  get ready(): boolean {
    return this.verifier !== undefined;
  }

  /** How many lists are held. */
  get size(): number {
    return this.tokens.size;
  }

  /** The number of the key statement held. */
  get seq(): number | undefined {
    return this.keys?.statement?.seq;
  }

  /** Seconds since the oldest of the lists still in force was made: as old as a verdict's data can be. */
  ageS(at: number): number | undefined {
    const live = [...this.tokens.values()].map(timesOf).filter(({ exp }) => exp > at);
    return live.length === 0 ? undefined : Math.max(0, at - Math.min(...live.map(({ iat }) => iat)));
  }

  /** Judge a text at `at` (epoch seconds) by what is held, with no network; `nonce`: the six digits the guard chose. */
  async check(text: string, at: number, nonce?: string): Promise<Answer> {
    // Before all else: a statement from the future is not taken, and then there are no keys for the same reason.
    if (this.isClockBehind(at)) return unsure(at, "clock");
    if (this.verifier === undefined) return unsure(at, "no-network");
    const status: StatusSource | typeof UNCHECKED = this.lists ?? UNCHECKED;
    return judge(this.verifier, text, { at, status, nonce });
  }

  /** Fetch the statement and all live lists, and take in what is trusted. Never throws for the network. */
  async refresh(at: number = serverNow()): Promise<Refreshed> {
    const statement = await this.fetchStatement(at);
    const names = await this.liveNames();
    let taken = 0;
    const waiting = names.lists.slice();
    const work = async (): Promise<void> => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        if (await this.fetchList(name, at)) taken++;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return { complete: statement && names.told && taken === names.lists.length, lists: taken };
  }

  /** Fetch one list that a pass names, for a text that was unsure. Says whether it arrived and is trusted. */
  fetchList(name: string, at: number = serverNow()): Promise<boolean> {
    return this.fetched(async () => this.take(name, (await get(`/status/${name}`)).trim(), at, true));
  }

  /** Refresh now, each minute, and when the network returns; `onRefreshed` hears of each. Returns how to stop. */
  keepFresh(onRefreshed: (refreshed: Refreshed) => void = () => {}): () => void {
    const run = (): void => void this.refresh().then(onRefreshed);
    run();
    clearInterval(this.timer);
    this.timer = setInterval(run, EVERY_MS);
    addEventListener("online", run);
    return () => {
      clearInterval(this.timer);
      removeEventListener("online", run);
    };
  }

  private isClockBehind(at: number): boolean {
    return at < this.newestSigned - LEEWAY_S || clockIsBehind();
  }

  private async fetched(act: () => Promise<boolean>): Promise<boolean> {
    try {
      return await act();
    } catch (error) {
      // It did not arrive: what is held goes on until it is too old.
      if (error instanceof NotLoaded) return false;
      throw error;
    }
  }

  private fetchStatement(at: number): Promise<boolean> {
    return this.fetched(async () => this.adopt((await loadWholeStatement()).trim(), at, true));
  }

  /** Trust a statement, and read the lists again under its keys; false when it is not to be trusted. */
  private async adopt(token: string, at: number, keep = false): Promise<boolean> {
    if (token === this.statement) return true;
    try {
      const keys = await trustStatement(token, this.config, at);
      if ((keys.statement?.seq ?? 0) < (this.keys?.statement?.seq ?? 0)) return false;
      this.keys = keys;
    } catch (error) {
      return this.refusedOf(error, token);
    }
    this.statement = token;
    this.verifier = new Verifier(this.keys, this.config.issuer, DICTIONARIES);
    this.lists = new StatusLists(this.keys, this.config.issuer, this.maxAgeS);
    this.signedAt(token);
    for (const [name, held] of this.tokens) await this.take(name, held, at);
    if (keep) await (await kept()).store("statement").put(ONE, { token });
    return true;
  }

  /** Take a list in; false when it is not to be trusted, or older than the one held. */
  private async take(name: string, token: string, at: number, keep = false): Promise<boolean> {
    if (this.lists === undefined) return false;
    if (keep && this.tokens.get(name) === token) return true;
    try {
      await this.lists.add(token, at);
    } catch (error) {
      return this.refusedOf(error, token);
    }
    this.tokens.set(name, token);
    this.signedAt(token);
    if (keep) await (await kept()).store("list").put(name, { name, token });
    return true;
  }

  /** What was signed later than now, by our clock, tells that the clock is behind; anything else is not taken. */
  private refusedOf(error: unknown, token: string): false {
    if (!(error instanceof Refused)) throw error;
    if (error.evidence.law === "clock") this.signedAt(token);
    return false;
  }

  private signedAt(token: string): void {
    const { iat } = timesOf(token);
    this.newestSigned = Math.max(this.newestSigned, iat);
    noteInstant(iat);
  }

  /** The names of the live lists by the index; without it, those already held. The index is signed by nobody. */
  private async liveNames(): Promise<{ lists: readonly string[]; told: boolean }> {
    try {
      const { lists } = JSON.parse(await get("/status/index.json")) as { lists?: unknown };
      if (Array.isArray(lists)) {
        const names = lists.filter((name): name is string => typeof name === "string" && NAME.test(name));
        return { lists: names.slice(-MOST_LISTS), told: true };
      }
    } catch (error) {
      if (!(error instanceof NotLoaded || error instanceof SyntaxError)) throw error;
    }
    return { lists: [...this.tokens.keys()], told: false };
  }
}
