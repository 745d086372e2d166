/** What stands at the gate, and what the gate needs of the rest of the page. */
import type { Pass } from "../core/profile";
import type { Facts } from "../core/door";
import type { Answer } from "../gate/check";
import type { Act, Assisted, Named, Way } from "../shift/assisted";
import type { Counted, Scan } from "../shift/records";
import type { Sight } from "../shift/seen";
import type { Direction } from "../shift/shift";
import type { Ruled } from "../shift/venue";
import type { Origins } from "./kinds";

/** `asking`: the service was asked about somebody without a smartphone, and has not answered yet. */
export type Mark = "ready" | "asking" | "admit" | "identity" | "refused" | "unsure" | "unreadable";

/** Why a text is no pass, or a check-in was not recorded, in this page's own words; other reasons are the verifier's. */
export type Reason =
  | "Replayed"
  | "Foreign"
  | "Venue"
  | "Gate"
  | "NoPass"
  | "Broken"
  | "Nothing"
  | "NumberMissed"
  | "NotSaved"
  | AssistReason;

/** Why an assisted check-in was not recorded. */
export type AssistReason =
  | "CardMisread"
  | "CardUnknown"
  | "CardReplaced"
  | "CardEnded"
  | "DocumentMisread"
  | "NameDiffers"
  | "Unchecked"
  | "KnownOffline"
  | "KnownOver"
  | "Cap"
  | "Declined";

/** Somebody without a smartphone, as the guard named them; a document's number is here and nowhere else. */
export interface Asked {
  readonly way: Way;
  readonly named: Named;
  readonly name?: string;
  /** The name was compared with the document again. */
  readonly confirmed?: boolean;
  /** What was set for this person; undefined: whatever is set when they are asked for. */
  readonly given?: Given;
  /** Since when this person has been waited for: the page's own milliseconds. */
  readonly sinceMs: number;
}

/** An assisted check-in as it is shown: without whoever it is, but for the masked name that the service told. */
export interface Shown {
  readonly way: Way;
  readonly direction: Direction;
  readonly tookMs: number;
  /** Undefined when the service could not be reached. */
  readonly answer?: Assisted;
  /** Seconds until the service takes another. */
  readonly waitS?: number;
}

/** What the screen shows. */
export interface Standing {
  readonly mark: Mark;
  /** `ok`, a code of the refusal tree, the cause by the venue's rules, or the reason. */
  readonly code: string;
  readonly reason?: Reason;
  readonly answer?: Answer;
  /** What the venue's rules say, where they were asked. */
  readonly ruled?: Ruled;
  readonly assisted?: Shown;
  readonly host?: string;
  /** Epoch seconds: since when it stands. */
  readonly since: number;
  /** The holder typed the guard's number. */
  readonly numbered?: boolean;
}

export interface Challenge {
  readonly digits: string;
  readonly endsAt: number;
}

/** What the guard set for the next person without a smartphone. */
export interface Given {
  readonly direction: Direction;
  readonly temperature_c?: number;
}

/** What duty needs of the rest of the page; a test hands in its own. */
export interface Means {
  readonly direction: Direction;
  readonly origins: Origins;
  now(): number;
  /** The page's own milliseconds, for how long something took. */
  ms(): number;
  check(text: string, at: number, nonce?: string): Promise<Answer>;
  /** What the venue's rules make of a verified text, and of somebody of whom only the direction is known. */
  ruleOnPass(answer: Answer, direction: Direction): Ruled | undefined;
  ruleOn(facts: Facts, at: number): Ruled | undefined;
  /** Fetch the withdrawal list of a pass; whether it arrived. */
  fetchList(name: string): Promise<boolean>;
  /** Fetch keys and lists; whether they arrived. */
  refresh(): Promise<boolean>;
  /** Whether a proof was seen before on this device. */
  look(pass: Pass, text: string, at: number): Promise<Sight>;
  /** Keep a scan. Rejects when it could not be kept. */
  keep(scan: Scan): Promise<void>;
  /** Hold what would be recorded by itself, at once, so that no crash loses it; undefined: nothing is to be held. */
  hold(scan: Scan | undefined, counts?: boolean): void;
  report(host: string, at: number): Promise<void>;
  /** What the guard set; undefined when some of it is to be mended first: then nobody is asked for. */
  given(): Given | undefined;
  /** Record an assisted check-in at the service. Throws Problem or Offline. */
  assist(act: Act): Promise<Assisted>;
  /** Keep one until there is a network. Rejects when it could not be kept. */
  keepAct(act: Act): Promise<void>;
  pace(way: Way, ms: number): void;
  /** The shift is over, says the service. */
  over(): void;
  count(...what: Counted[]): void;
  /** Draw it; `fresh` is a new verdict, to be said aloud. */
  show(standing: Standing, fresh: boolean): void;
}

/** The pass's name for "the same person still holds it up". */
export function nameOf(pass: Pass): string {
  return `${pass.payload.sub} ${pass.payload.iat}`;
}
