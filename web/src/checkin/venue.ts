/** The venue of a scanned code: asked of the service, and its name remembered for a day without a network. */
import type { Household } from "../me/household";
import { ask, patiently, Problem } from "../shared/api";
import type { VenueCode } from "./code";

/** What anybody may know of a venue. */
export interface Venue {
  readonly venue: string;
  readonly name: string;
  readonly state: "approved" | "closed";
  readonly rules: { readonly pass_required: boolean };
}

/** What is known of a code: its venue, that it is retired, or only what the code itself says. */
export type Found =
  { readonly kind: "looking" | "unreached" | "retired" } | { readonly kind: "open" | "closed"; readonly venue: Venue };

const PATIENCE_MS = 6000;

function note({ venue }: VenueCode): string {
  return `venue.${venue}`;
}

/** The venue as it was at the last visit. */
export async function remembered(household: Household, code: VenueCode): Promise<Venue | undefined> {
  try {
    const kept = await household.notes.get(note(code));
    return kept === undefined ? undefined : (JSON.parse(kept) as Venue);
  } catch {
    return undefined;
  }
}

/** Keep it; a browser that stores nothing shows the id instead. */
export async function remember(household: Household, code: VenueCode, venue: Venue): Promise<void> {
  await household.notes.put(note(code), JSON.stringify(venue)).catch(() => undefined);
}

/** Ask the service. Anything but its own "no" leaves the code as good as it was. */
export async function findVenue(code: VenueCode): Promise<Found> {
  const path = `/venue-codes/${code.code}`;
  try {
    const venue = await patiently(() => ask<Venue>("GET", path, { patienceMs: PATIENCE_MS }), 2);
    return { kind: venue.state === "closed" ? "closed" : "open", venue };
  } catch (error) {
    if (error instanceof Problem && error.status === 404 && error.code !== "gateway") return { kind: "retired" };
    return { kind: "unreached" };
  }
}
