/** What the service answers about traces (docs/tracing.md), and how it is told: never with a name. */
import { type Mark, marked } from "../desk/marks";
import { instantOf } from "../shared/china";
import { datedInstant } from "./instants";
import type { OfficerWord, Voice } from "./words";

export type TraceState = "asked" | "refused" | "approved" | "searching" | "done";
export const GROUNDS = {
  "case-investigation": "ground:case-investigation",
  "cluster-investigation": "ground:cluster-investigation",
  "contact-determination": "ground:contact-determination",
  "emergency-response": "ground:emergency-response",
} as const satisfies Readonly<Record<string, OfficerWord>>;

export interface TraceNotice {
  readonly state: "proposed" | "sending" | "stopped" | "sent";
  readonly text_zh: string;
  readonly text_en: string;
  readonly digest: string;
  readonly people: number;
  readonly sent: number;
  /** To how many phones a text goes at most, and until when; absent where none do. */
  readonly texts?: number;
  readonly texts_until?: string;
}

export interface Trace {
  readonly trace: string;
  readonly state: TraceState;
  readonly area: string;
  readonly case: string;
  readonly ground: keyof typeof GROUNDS;
  readonly document: string;
  readonly start: string;
  readonly end: string;
  readonly about: "person" | "venue";
  readonly asked_at: string;
  readonly settled_at: string;
  readonly hours_done: number;
  readonly hours_total: number;
  readonly margin_minutes?: number;
  readonly least_minutes?: number;
  readonly venue?: string;
  readonly decided_at?: string;
  readonly reason?: string;
  readonly visible_at?: string;
  readonly follow_up_key?: string;
  readonly outside?: number;
  readonly doubted?: number;
  readonly people?: number;
  readonly notice?: TraceNotice;
}

export interface Met {
  readonly place: string;
  readonly venue: string;
  readonly start: string;
  readonly end: string;
  readonly seconds: number;
  readonly confirmed: boolean;
  /** The posters that were scanned, and how many came along under the same check-in. */
  readonly entrances?: readonly string[];
  readonly companions?: number;
  readonly doubt?: "travel";
}

export interface TracedPerson {
  readonly ref: string;
  readonly rank: number;
  readonly seconds: number;
  readonly confirmed_seconds: number;
  readonly met: readonly Met[];
  readonly contact?: string;
  readonly unreachable?: "never-enrolled" | "key-retired";
}

export interface FollowUpKey {
  readonly key: string;
  readonly name: string;
  readonly area: string;
  readonly state: "registered" | "confirmed" | "retired";
}

const MARKS: Readonly<Record<TraceState, Mark>> = {
  asked: "wait",
  refused: "bad",
  approved: "busy",
  searching: "busy",
  done: "good",
};

export function traceState(voice: Voice, { state }: Trace): Node {
  return marked(MARKS[state], voice.say(`trace:${state}`));
}

export function moment(voice: Voice, at: string): string {
  return datedInstant(voice.language, instantOf(at));
}
