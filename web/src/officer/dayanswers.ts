/** What the service answers about an area's day (docs/openapi.json); counts, never names of people. */
import type { Count, Figures } from "./answers";

/** What happened on one day. */
export interface DayFigures {
  readonly day: string;
  readonly applications: number;
  readonly approvals: number;
  readonly checkins: number;
  readonly assisted: number;
  readonly groups: number;
  readonly companions: number;
  readonly scans: number;
}

export interface AreaFigures {
  readonly area: string;
  readonly applications: Count;
  readonly approvals: Count;
  readonly checkins: Count;
  /** Of the check-ins: made at the door for people without a phone, and for several people at once. */
  readonly assisted: Count;
  readonly groups: Count;
  /** Who came along in a group, without a check-in of their own. */
  readonly companions: Count;
  readonly scans: Count;
  /** Applications that nobody decided yet, now. */
  readonly waiting: number;
  /** Live venue codes of open venues, now. */
  readonly codes: number;
  /** The day before. */
  readonly before: DayFigures;
  /** The mean of its open venues that say where they are. */
  readonly position?: { readonly latitude: number; readonly longitude: number };
}

export interface DayReport extends AreaFigures, Figures {
  readonly as_of: string;
  /** Each area one level below that has any figure. */
  readonly below: readonly AreaFigures[];
  /** Fourteen days, the report's own last. */
  readonly trend: readonly DayFigures[];
}
