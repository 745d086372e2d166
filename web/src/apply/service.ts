/** What the page asks of the service, and the shapes of its answers (docs/openapi.json). */
import { deviceLabel } from "../me/service";
import { ask } from "../shared/api";
import { dpop, type OwnKey } from "../shared/keys";
import { type Granted, Session } from "../shared/session";

export type VenueState = "applied" | "checked" | "returned" | "approved" | "refused" | "closed";

export interface Position {
  readonly latitude: number;
  readonly longitude: number;
  readonly system: string;
}

export interface Hours {
  readonly days: readonly number[];
  readonly opens: string;
  readonly closes: string;
}

/** What an application says of a venue. */
export interface Facts {
  readonly name: string;
  readonly area: string;
  readonly category: string;
  readonly address: string;
  readonly moves: boolean;
  readonly peak_per_hour: number;
  readonly hours: readonly Hours[];
  readonly position?: Position;
  /** The tower or floor that it lies in; it is kept as it is. */
  readonly parent?: string;
}

/** A venue as the device that may act for it sees it. */
export interface Venue extends Partial<Facts> {
  readonly venue: string;
  readonly name: string;
  readonly area: string;
  readonly state: VenueState;
  readonly reason: string;
  readonly applied_at: string;
  readonly contact?: { readonly name: string; readonly phone: string };
}

/** Who applies: the phone is proved by its code. */
export interface Applicant {
  readonly contact_name: string;
  readonly phone: string;
  readonly code: string;
}

interface Managed extends Granted {
  readonly venue: string;
  readonly state: VenueState;
}

async function proved(key: OwnKey, path: string): Promise<object> {
  return { device_key: key.jwk, proof: await dpop(key, "POST", path) };
}

/** Apply; the same facts with the same key and code again are the same application. */
export async function apply(facts: Facts, applicant: Applicant, key: OwnKey): Promise<Managed> {
  const body = {
    ...facts,
    ...applicant,
    ...(await proved(key, "/venue-applications")),
    label: deviceLabel(navigator.userAgent),
  };
  return ask<Managed>("POST", "/venue-applications", { body });
}

/** Let this phone act for a venue whose contact's phone is proved by its code. */
export async function join(venue: string, phone: string, code: string, key: OwnKey): Promise<Managed> {
  const path = "/venue-managers";
  const label = deviceLabel(navigator.userAgent);
  return ask<Managed>("POST", path, { body: { venue, phone, code, label, ...(await proved(key, path)) } });
}

/** This device's standing to act for a venue. */
export function sessionOf(venue: string, key: OwnKey): Session {
  return new Session(key, async () =>
    ask<Managed>("POST", "/venue-tokens", { body: { venue, ...(await proved(key, "/venue-tokens")) } }),
  );
}

export function record(session: Session, venue: string): Promise<Venue> {
  return session.ask<Venue>("GET", `/venues/${venue}/record`);
}

/** Send the corrected facts of an application that was sent back. */
export function correct(session: Session, venue: string, facts: Facts): Promise<Venue> {
  return session.ask<Venue>("PUT", `/venues/${venue}/application`, { body: facts });
}

export async function poster(session: Session, venue: string): Promise<Blob> {
  return (await session.send("GET", `/venues/${venue}/poster?format=pdf`, { patienceMs: 30_000 })).blob();
}
