/** How many people are inside the gate's venue, asked for while the shift stands, where the venue counts them. */
import { Offline, Problem } from "../shared/api";
import { instantOf } from "../shared/china";
import type { Session } from "../shared/session";
import type { Shift } from "./shift";
import type { Inside } from "./venue";

const EVERY_MS = 30_000;
const LONGEST_MS = 300_000;

interface Occupancy {
  readonly present: number;
  readonly as_of: string;
}

/** Milliseconds until it is asked again: later and later after failures, with jitter so that gates do not ask together. */
export function pauseMs(failures: number, random: number, retryAfterS = 0): number {
  const whole = Math.min(LONGEST_MS, EVERY_MS * 2 ** failures);
  return Math.max(retryAfterS * 1000, whole * (0.75 + random / 2));
}

/** The count as last told; it goes on standing without a network, and says how old it is. */
export class InsideCount {
  inside: Inside | undefined;
  private failures = 0;
  private retryAfterS = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;
  private asking = false;

  constructor(
    private readonly shift: Shift,
    private readonly session: Session,
    private readonly isCounted: () => boolean,
    private readonly onTold: () => void,
  ) {}

  /** Ask from now on. Returns how to stop. */
  keepAsking(): () => void {
    const now = (): void => void this.ask();
    addEventListener("online", now);
    now();
    return () => {
      this.stopped = true;
      clearTimeout(this.timer);
      removeEventListener("online", now);
    };
  }

  private async ask(): Promise<void> {
    clearTimeout(this.timer);
    if (this.asking || this.stopped) return;
    // A page nobody sees need not know; it asks again when it is seen.
    if (this.isCounted() && document.visibilityState !== "hidden") {
      this.asking = true;
      await this.askOnce().finally(() => (this.asking = false));
      this.onTold();
    }
    clearTimeout(this.timer);
    const pause = pauseMs(this.failures, Math.random(), this.retryAfterS);
    if (!this.stopped) this.timer = setTimeout(() => void this.ask(), pause);
  }

  private async askOnce(): Promise<void> {
    const path = `/venues/${encodeURIComponent(this.shift.venue)}/occupancy`;
    try {
      const told = await this.session.ask<Occupancy>("GET", path);
      this.inside = { present: told.present, at: instantOf(told.as_of) };
      this.failures = this.retryAfterS = 0;
    } catch (error) {
      if (!(error instanceof Problem || error instanceof Offline)) throw error;
      // The venue stopped counting: an old number says nothing any more.
      if (error instanceof Problem && error.code === "not-counted") this.inside = undefined;
      this.retryAfterS = error instanceof Problem ? error.retryAfterS : 0;
      this.failures = Math.min(this.failures + 1, 8);
    }
  }
}
