/** What the service answers grid workers (docs/openapi.json): places, never people. */
export const OUTCOMES = ["done", "code-put-up", "nobody-there", "refused", "closed-down", "damaged-code"] as const;
export type Outcome = (typeof OUTCOMES)[number];
export type How = "call" | "visit";

export interface Chase {
  readonly how: How;
  readonly outcome: Outcome;
  readonly at: string;
  readonly by: string;
  readonly note?: string;
}

export interface Item {
  readonly item: string;
  readonly name: string;
  readonly area: string;
  readonly address?: string;
  readonly chase?: Chase | null;
}

export interface Head {
  readonly patrol: string;
  readonly area: string;
  readonly kind: "without-code" | "never-scanned" | "stopped";
  readonly label: string;
  readonly made_at: string;
  readonly items: number;
}

export interface Heads {
  readonly patrols: readonly Head[];
  readonly next?: string;
}

export interface Patrol extends Omit<Head, "items"> {
  readonly ends_at: string;
  readonly items: readonly Item[];
}

export interface Venue {
  readonly venue: string;
  readonly name: string;
}

export const STEPS = ["seen", "handed-over", "missing", "damaged", "covered", "printed"] as const;
export type Step = (typeof STEPS)[number];
