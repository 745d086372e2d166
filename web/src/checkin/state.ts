/** What the page shows, and what can be done on it. */
import type { Member } from "../me/household";
import type { Config } from "../shared/config";
import { type Speaker, speaker } from "../shared/words";
import type { VenueCode } from "./code";
import type { Direction, Kept } from "./rules";
import type { Found, Venue } from "./venue";
import en from "./words/en.json";
import zh from "./words/zh.json";

export type Word = keyof typeof zh;

export interface State {
  config: Config | undefined;
  /** Undefined: the address holds none. */
  readonly code: VenueCode | undefined;
  found: Found;
  /** The venue as this phone saw it last, for when there is no network. */
  before: Venue | undefined;
  /** Undefined until the storage has answered. */
  members: readonly Member[] | undefined;
  /** It has not answered for long. */
  stuck: boolean;
  /** Whether what the phone keeps outlives the page. */
  lasting: boolean;
  /** The pids ticked. */
  readonly chosen: Set<string>;
  /** How many come along who have no phone: only their number is told. */
  companions: number;
  running: Direction | undefined;
  /** The answers on the screen; none: the form. */
  shown: readonly Kept[];
  /** Everything kept on this phone, and which of it closing the page would lose. */
  visits: readonly Kept[];
  unkept: ReadonlySet<string>;
  signedOut: ReadonlySet<string>;
}

export interface Acts {
  go(direction: Direction): void;
  again(): void;
  renew(): void;
  send(): void;
  seen(ids: readonly string[]): void;
}

/** What a part of the page is drawn from. */
export interface Facing {
  readonly voice: Speaker<Word>;
  readonly state: State;
  readonly acts: Acts;
}

export function voiceOfPage(): Speaker<Word> {
  return speaker(zh, en);
}

export function venueOf({ found, before }: State): Venue | undefined {
  return "venue" in found ? found.venue : before;
}

/** What the phone's owner calls somebody, else the masked name. */
export function called(state: State, pid: string): string {
  const member = state.members?.find((one) => one.pid === pid);
  return member?.nickname || member?.name || "";
}

/** The words for a cause, and for what to do about it; a cause of a later policy is named by its code. */
export function aboutCause(voice: Speaker<Word>, cause: string): readonly [why: string, todo: string | undefined] {
  const why = `cause-${cause}`;
  if (!(why in zh)) return [voice.say("cause-other", { cause }), voice.say("do-other")];
  const todo = `do-${cause}`;
  return [voice.say(why as Word), todo in zh ? voice.say(todo as Word) : undefined];
}
