/** How long a unit is approved, and for how many people: without an approval nobody on its list has a pass. */
import { chinaDay, DAY_S, instantOf } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import type { Console } from "../desk/shell";
import type { UnitWord, Voice } from "./words";

/** A unit as it stands (docs/openapi.json, UnitOut). */
export interface Unit {
  readonly name: string;
  readonly approved: boolean;
  readonly ends_at: string;
  readonly quota: number;
}

const SOON_S = 7 * DAY_S;

/** What to say of an approval at an instant (epoch seconds); all but the usual is a warning. */
export function approvalWord(unit: Unit, now: number): UnitWord {
  if (!unit.approved) return "notApproved";
  const left = instantOf(unit.ends_at) - now;
  if (left <= 0) return "approvalEnded";
  return left < SOON_S ? "approvalSoon" : "approvalUntil";
}

export function loadUnit({ desk }: Console): Promise<Unit> {
  return desk.ask<Unit>("GET", `/units/${encodeURIComponent(desk.who.scope)}`);
}

export function approvalNote(voice: Voice, unit: Unit): HTMLElement {
  const word = approvalWord(unit, serverNow());
  const said = voice.say(word, { day: chinaDay(instantOf(unit.ends_at)), quota: unit.quota });
  return h("p", { class: word === "approvalUntil" ? "hint" : "notice" }, said);
}
