/** What the venue asks, and whose rule each is, for a guard who wonders and an inspector who asks. */
import { lasting } from "../shared/china";
import { h } from "../shared/dom";
import type { GateDoor, VenueRules } from "../shift/venue";
import { hoursText } from "./reasons";
import { voice } from "./words";

function linesOf({ open, policy }: GateDoor): string[] {
  const { hours = [], opens_on: first = "", closes_on: last = "", oldest_test_s: oldest, capacity } = policy;
  return [
    open ? "" : voice.say("ruleClosed"),
    voice.say(policy.pass_required === false ? "rulePassNo" : "rulePassYes"),
    oldest ? voice.say("ruleOldest", { h: Math.round(oldest / 3600) }) : "",
    policy.persons === "listed" ? voice.say("ruleListed") : "",
    first === "" && last === "" ? "" : voice.say("ruleDates", { dates: `${first} – ${last}` }),
    hours.length === 0 ? "" : voice.say("ruleHours", { hours: hoursText(hours) }),
    capacity ? voice.say("ruleCapacity", { m: capacity }) : "",
    policy.never_refuses === true ? voice.say("ruleHospital") : "",
  ].filter((line) => line !== "");
}

/** The rules by venue, and what no page of ours can check. */
export function rulesCard(rules: VenueRules | undefined, now: number): HTMLElement {
  const heading = h("h2", {}, voice.say("statRules"));
  if (rules === undefined) return h("section", { class: "card" }, heading, h("p", {}, voice.say("rulesNone")));
  const rows = rules.doors.map((door) =>
    h("div", {}, h("dt", {}, door.name), h("dd", {}, ...linesOf(door).map((line) => h("p", {}, line)))),
  );
  const since = voice.say("rulesSince", { t: lasting(voice, Math.max(0, now - rules.toldAt)) });
  return h(
    "section",
    { class: "card", id: "venue-rules" },
    heading,
    h("dl", { class: "facts" }, ...rows),
    h("p", { class: "hint" }, `${voice.say("rulesNotChecked")} · ${since}`),
  );
}
