/**
 * The one record that waits for the guard's tap, held where a crash, an empty battery or a closed page cannot take it.
 *
 * In localStorage and not in the queue's database: it is written at once, even while the page is being closed.
 */
import type { Scan } from "../shift/records";
import type { Shift } from "../shift/shift";

const HELD = "epipass.held";

interface Held {
  readonly gate: string;
  readonly startedAt: number;
  readonly scan: Scan;
  /** Somebody went through: it belongs to the shift's counts. */
  readonly counts: boolean;
}

/** Hold a scan of this shift; undefined: nothing. */
export function hold(shift: Shift, scan: Scan | undefined, counts = false): void {
  try {
    if (scan === undefined) localStorage.removeItem(HELD);
    else {
      const { gate, startedAt } = shift;
      localStorage.setItem(HELD, JSON.stringify({ gate, startedAt, scan, counts } satisfies Held));
    }
  } catch {
    // Storage is denied: then the queue is memory too, and the page has said so.
  }
}

/** What was held when the page went away, to be put into the queue; it is held until that is done. */
export function heldBefore(): Held | undefined {
  try {
    const held = JSON.parse(localStorage.getItem(HELD) ?? "null") as Held | null;
    return held ?? undefined;
  } catch {
    return undefined;
  }
}
