/** When a pass is fetched anew: at a random moment of its last hours, so that a city does not ask at once. */
import type { HeldPass } from "./household";

/** The last hours of a pass, in which its renewal is looked for. */
export const RENEWAL_WINDOW_S = 6 * 3600;
/** From here on the person is told where to take the next test: results take hours. */
export const REMIND_S = 16 * 3600;

/** A random moment of a pass's last hours; `chance` in [0, 1). A pass that lives less is renewed in its second half. */
export function renewalMoment(now: number, expiresAt: number, chance: number = Math.random()): number {
  const window = Math.min(RENEWAL_WINDOW_S, Math.max(0, Math.floor((expiresAt - now) / 2)));
  return expiresAt - window + Math.floor(chance * window);
}

/** What the service says of a person in one unit, as far as a renewal depends on it. */
export interface Renewable {
  readonly state: string;
  /** Epoch seconds of the sample that the entitlement rests on. */
  readonly sampledAt?: number | undefined;
}

/**
 * Whether a pass is to be fetched now.
 *
 * Without one at once; a withdrawn or ended one at once; a good one when there is a newer sample and its moment has
 * come. `sampledAt` of the held pass is cut to the minute, as every pass's is.
 */
export function isDue(held: HeldPass | undefined, heldSampledAt: number, seen: Renewable, now: number): boolean {
  const open = seen.state === "entitled" || seen.state === "issued";
  if (!open) return false;
  if (held === undefined || held.expiresAt <= now) return true;
  // None of the passes signed for this person is good any more, so this one was withdrawn and may be had anew.
  if (seen.state === "entitled") return true;
  return (held.renewAt ?? held.expiresAt) <= now && isNewer(seen, heldSampledAt);
}

/** Whether the service knows a later sample than the one a pass rests on. */
export function isNewer({ sampledAt = 0 }: Renewable, heldSampledAt: number): boolean {
  return sampledAt - (sampledAt % 60) > heldSampledAt;
}
