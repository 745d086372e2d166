/** The venue of a scanned code: asked of the service, and its name remembered for when there is no network. */
import type { Household } from "../me/household";
import { ask, patiently, Problem } from "../shared/api";
import { serverNow } from "../shared/clock";
import type { VenueCode } from "./code";

/** What anybody may know of a venue. */
export interface Venue {
  readonly venue: string;
  readonly name: string;
  readonly state: "approved" | "closed" | "ended";
  readonly rules: { readonly pass_required: boolean };
}

/** What is known of a code: its venue, that it is retired, or only what the code itself says; `ended`: no code asks anything any more. */
export type Found =
  | { readonly kind: "looking" | "unreached" | "retired" }
  | { readonly kind: "open" | "closed" | "ended"; readonly venue: Venue };

const PATIENCE_MS = 6000;
const SEEN = "checkin.venues";
const MOST_SEEN = 20;
const SEEN_S = 14 * 86_400;

interface Seen {
  readonly venue: Venue;
  readonly at: number;
}

async function seenVenues(household: Household): Promise<Seen[]> {
  try {
    const kept = JSON.parse((await household.notes.get(SEEN)) ?? "[]") as Seen[];
    return kept.filter(({ at }) => serverNow() - at < SEEN_S);
  } catch {
    return [];
  }
}

/** The venue as this phone saw it last, within the fortnight that visits are kept. */
export async function remembered(household: Household, code: VenueCode): Promise<Venue | undefined> {
  return (await seenVenues(household)).find(({ venue }) => venue.venue === code.venue)?.venue;
}

/** Keep it; a browser that stores nothing shows the id instead. */
export async function remember(household: Household, venue: Venue): Promise<void> {
  const others = (await seenVenues(household)).filter((seen) => seen.venue.venue !== venue.venue);
  const seen = [{ venue, at: serverNow() }, ...others].slice(0, MOST_SEEN);
  await household.notes.put(SEEN, JSON.stringify(seen)).catch(() => undefined);
}

/** Ask the service. Anything but its own "no" leaves the code as good as it was. */
export async function findVenue(code: VenueCode): Promise<Found> {
  const path = `/venue-codes/${code.code}`;
  try {
    const venue = await patiently(() => ask<Venue>("GET", path, { patienceMs: PATIENCE_MS }), 2);
    return { kind: venue.state === "approved" ? "open" : venue.state, venue };
  } catch (error) {
    if (error instanceof Problem && error.status === 404 && error.code !== "gateway") return { kind: "retired" };
    return { kind: "unreached" };
  }
}
