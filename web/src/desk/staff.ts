/**
 * Who is signed in at this desk.
 *
 * The ID token stays in memory and in sessionStorage: it is a bearer token, so it must end with the tab. localStorage
 * would leave it on the office's shared computer for whoever sits down next.
 */
import { serverNow } from "../shared/clock";

export interface Staff {
  /** The ID token, sent as a bearer token. */
  readonly token: string;
  readonly role: string;
  /** The unit's, the laboratory's or the area's code. */
  readonly scope: string;
  /** Epoch seconds. */
  readonly endsAt: number;
}

const KEPT = "epipass.desk.staff";
const HOMES: Readonly<Record<string, string>> = {
  unit: "/unit",
  lab: "/lab",
  officer: "/officer",
  tracer: "/officer",
  worker: "/worker",
};

/** Where a role's console is; undefined for a role that has none. */
export function homeOf(role: string): string | undefined {
  return HOMES[role];
}

function isStaff(value: unknown): value is Staff {
  if (typeof value !== "object" || value === null) return false;
  const { token, role, scope, endsAt } = value as Record<string, unknown>;
  return [token, role, scope].every((text) => typeof text === "string") && typeof endsAt === "number";
}

export function keepStaff(staff: Staff): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(staff));
  } catch {
    // Storage is denied: signed in for as long as this page is open.
  }
}

/** Who signed in in this tab, while that lasts. */
export function keptStaff(): Staff | undefined {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    return isStaff(value) && value.endsAt > serverNow() ? value : undefined;
  } catch {
    // Storage is denied, or what stands there is not ours: nobody is signed in.
    return undefined;
  }
}

export function forgetStaff(): void {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // Storage is denied: then nothing was kept.
  }
}

/** What desks of one browser tell each other; only pages of our own origin can listen. */
export type News = { readonly kind: "signed-in"; readonly staff: Staff } | { readonly kind: "signed-out" };

export function desks(): BroadcastChannel {
  return new BroadcastChannel("epipass.desk");
}

export function tell(news: News): void {
  const channel = desks();
  channel.postMessage(news);
  channel.close();
}
