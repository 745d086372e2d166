/** The line under the picture: how old what a verdict goes by is, how many are inside, what waits, the receipt's marks. */
import { OLD_STATUS_S } from "../gate/check";
import { lasting } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import { marksOf } from "../shift/marks";
import { INSIDE_COUNTS_S, OLD_RULES_S } from "../shift/venue";
import type { Running } from "./scanner";
import { voice } from "./words";

function ago(seconds: number): string {
  return voice.say("ago", { t: lasting(voice, seconds) });
}

function listsPart({ lists, shift }: Running, now: number): HTMLElement {
  const age = lists.ageS(now);
  const old = age === undefined || age > Math.min(OLD_STATUS_S, shift.maxListAgeS);
  const told = age === undefined ? voice.say("noLists") : `${voice.say("listAge")} ${ago(age)}`;
  return h("span", { class: old ? "old" : "" }, told);
}

/** Nothing while the venue's rules are fresh. */
function rulesPart({ rules }: Running, now: number): HTMLElement | undefined {
  if (rules === undefined) return h("span", { class: "old" }, voice.say("rulesNone"));
  const age = now - rules.toldAt;
  if (age <= OLD_RULES_S) return undefined;
  return h("span", { class: "old" }, voice.say("rulesOld", { t: lasting(voice, age) }));
}

function insidePart({ rules, count }: Running, now: number): HTMLElement | undefined {
  const policy = rules?.doors[0]?.policy;
  if (policy?.occupancy !== true) return undefined;
  const { inside } = count;
  if (inside === undefined) return h("span", { id: "inside", class: "old" }, voice.say("insideUnknown"));
  const capacity = policy.capacity ?? undefined;
  const age = Math.max(0, now - inside.at);
  const number =
    capacity === undefined
      ? voice.say("inside", { n: inside.present })
      : voice.say("insideOf", { n: inside.present, m: capacity });
  const full = capacity !== undefined && inside.present >= capacity;
  const text = age > INSIDE_COUNTS_S ? `${number} · ${ago(age)}` : number;
  return h("span", { id: "inside", class: full || age > INSIDE_COUNTS_S ? "inside old" : "inside" }, text);
}

function waitingPart({ waiting }: Running): HTMLElement {
  const told = waiting > 0 ? voice.say("waiting", { n: waiting }) : voice.say("sent");
  return h("span", { id: "waiting", class: waiting > 0 ? "waits" : "" }, told);
}

/** What the line holds now. */
export async function statusParts(on: Running): Promise<HTMLElement[]> {
  const now = serverNow();
  const marks = on.shift.receipts === undefined ? undefined : await marksOf(on.shift.receipts, now);
  const { unsaved } = on.duty;
  const parts = [
    insidePart(on, now),
    listsPart(on, now),
    rulesPart(on, now),
    waitingPart(on),
    on.post.book.lasting ? undefined : h("span", { class: "old" }, voice.say("notLastingHere")),
    unsaved > 0 ? h("span", { class: "old" }, voice.say("unsaved", { n: unsaved })) : undefined,
    marks && h("span", { class: "marks" }, `${voice.say("marks")} `, h("b", {}, marks.text)),
  ];
  return parts.filter((part): part is HTMLElement => part !== undefined);
}
