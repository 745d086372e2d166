/** What the service answers officers (docs/openapi.json); counts, never names of people. */
import type { Job } from "../desk/jobs";
import type { Policy } from "./policy";

export interface Unit {
  readonly unit: string;
  readonly name: string;
  readonly area: string;
  readonly category: string;
  readonly zone: string;
  readonly document: { readonly number: string; readonly issued_by: string };
  readonly quota: number;
  readonly ends_at: string;
  readonly approved: boolean;
  readonly listed: boolean;
}

export interface Lab {
  readonly lab: string;
  readonly name: string;
  readonly area: string;
}

export interface Jobs {
  readonly jobs: readonly Job[];
  readonly next?: string;
}

export interface RunHead {
  readonly run: string;
  readonly state: RunState;
  readonly cutoff: string;
  readonly held_units: number;
  readonly started_at?: string;
}

export type RunState = "received" | "running" | "done" | "held" | "failed";
export type Counts = Readonly<Record<string, number>>;

export interface Hold {
  readonly unit: string;
  readonly people: number;
  readonly losing: number;
  readonly decision: "" | "release" | "cancel";
}

/** What a run changed for some people. */
export interface Changes {
  readonly people: number;
  readonly entitled: number;
  readonly renewed: number;
  readonly kept: number;
  readonly withdrawn: number;
  readonly refused: Counts;
}

export interface Tally extends Changes {
  readonly unit: string;
  readonly name: string;
  readonly held: boolean;
}

export interface AreaTally extends Changes {
  readonly area: string;
  readonly units: number;
}

export interface Run {
  readonly run: string;
  readonly state: RunState;
  readonly cutoff: string;
  readonly policy: string;
  readonly parts_total: number;
  readonly parts_done: number;
  readonly entitled: number;
  readonly renewed: number;
  readonly kept: number;
  readonly withdrawn: number;
  readonly refused: Counts;
  readonly held_units: readonly string[];
  readonly holds: readonly Hold[];
  readonly units: readonly Tally[];
  readonly units_left_off: number;
  readonly areas: readonly AreaTally[];
  /** People whom an event should have changed, and did not. */
  readonly missed: number;
  /** Seconds of each stage that is over. */
  readonly stages: Counts;
}

export interface Count {
  readonly day: number;
  readonly cumulative: number;
}

export interface Figures {
  readonly area: string;
  readonly day: string;
  readonly applications: Count;
  readonly approvals: Count;
  readonly checkins: Count;
  readonly scans: Count;
}

export type VenueState = "applied" | "checked" | "returned" | "approved" | "refused" | "closed";

export interface VenueCode {
  readonly code: string;
  readonly spelled: string;
  readonly label: string;
  readonly retired_at?: string;
  readonly poster?: "made" | "printed" | "handed-over" | "seen" | "missing" | "damaged" | "covered";
  readonly poster_at?: string;
  /** The beginning of the hour in which somebody last checked in by it. */
  readonly scanned_at?: string;
}

export interface Venue {
  readonly venue: string;
  readonly name: string;
  readonly area: string;
  readonly category: string;
  readonly address: string;
  readonly state: VenueState;
  readonly pass_required: boolean;
  readonly reason: string;
  readonly applied_at: string;
  readonly moves?: boolean;
  readonly peak_per_hour?: number;
  readonly codes?: readonly VenueCode[];
  readonly contact?: { readonly name: string; readonly phone: string };
  /** What it lies in; empty or absent: in nothing. */
  readonly parent?: string;
  readonly policy?: Policy;
}

/** A venue that an application may be the same as. */
export interface Alike {
  readonly venue: string;
  readonly name: string;
  readonly area: string;
  readonly address: string;
  readonly state: VenueState;
  readonly why: readonly ("name" | "address" | "near")[];
}

export interface Application {
  readonly venue: Venue;
  readonly waits_s: number;
  readonly duplicates: readonly Alike[];
}

export interface Gate {
  readonly gate: string;
  readonly venue: string;
  readonly name: string;
  readonly direction: "in" | "out";
  readonly has_code: boolean;
}

export interface Shift {
  readonly device: string;
  readonly label: string;
  readonly started_at: string;
  readonly ends_at: string;
  readonly stands: boolean;
  readonly revoked_at?: string;
}

export interface Sighting {
  readonly host: string;
  readonly at: string;
  readonly count?: number;
}
