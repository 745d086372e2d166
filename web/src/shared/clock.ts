/**
 * The server's clock, as it was last learnt: a phone whose own clock is wrong still signs proofs that a guard accepts.
 *
 * An answer's `Date` header (RFC 9110, section 6.6.1) has whole seconds; the middle of the round trip is taken for it.
 * Between answers the clock runs by the machine's monotonic timer or its own clock, whichever is further on; across
 * visits by the kept difference.
 */
const OFFSET = "epipass.clock.offset";
const LATEST = "epipass.clock.latest";
/** A clock this much behind what was seen is wrong, and not merely slow. */
const BEHIND_S = 60;

interface Learnt {
  /** Server time in milliseconds at `mark` of performance.now(). */
  readonly serverMs: number;
  readonly mark: number;
  /** Server time less the machine's own clock. */
  readonly offsetMs: number;
}

let learnt: Learnt | undefined;

function kept(name: string): number {
  try {
    return Number(localStorage.getItem(name)) || 0;
  } catch {
    return 0;
  }
}

function keep(name: string, value: number): void {
  try {
    localStorage.setItem(name, String(Math.round(value)));
  } catch {
    // Storage is denied: the next visit starts from the phone's own clock.
  }
}

/**
 * Take in an answer's `Date` header; `sent` and `received` are performance.now() of the request.
 *
 * `age`: its `Age` header (RFC 9111, section 5.1), the seconds a shared cache has held it: its `Date` is that much past.
 */
export function learnClock(date: string | null, sent: number, received: number, age: string | null = null): void {
  const stated = Date.parse(date ?? "") + (Number(age) || 0) * 1000;
  if (Number.isNaN(stated)) return;
  const serverMs = stated + 500 + (received - sent) / 2;
  learnt = { serverMs, mark: received, offsetMs: serverMs - Date.now() };
  keep(OFFSET, learnt.offsetMs);
  // An answer settles it: a clock that once ran ahead must not make every later one seem to be behind.
  keep(LATEST, serverMs / 1000);
}

/** Milliseconds since the epoch by the server's clock, as well as it is known. */
export function serverNowMs(): number {
  if (learnt === undefined) return Date.now() + kept(OFFSET);
  // While a phone sleeps the monotonic timer may stand still: then the machine's clock is further on, and right.
  return Math.max(learnt.serverMs + performance.now() - learnt.mark, Date.now() + learnt.offsetMs);
}

/** Epoch seconds by the server's clock, as well as it is known. */
export function serverNow(): number {
  return Math.floor(serverNowMs() / 1000);
}

/** Note that something was signed at this instant (epoch seconds): no later instant can be earlier. */
export function noteInstant(epochS: number): void {
  keep(LATEST, Math.max(kept(LATEST), epochS));
}

/** Whether the clock is earlier than an instant already seen: then nothing about time can be said. */
export function clockIsBehind(): boolean {
  return serverNow() < kept(LATEST) - BEHIND_S;
}
