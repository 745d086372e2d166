/** What was decided of a person in each unit: the full cause, the sample it rests on, what to do. */
import { h } from "../shared/dom";
import { type App, backTo, button, calledOf, heading, meaning, row, type Screen, when, wordFor } from "./app";
import type { Standing } from "./service";
import type { Person } from "./wallet";

/** The states and causes that send a person to a test. */
const NEEDS_TEST = ["no-test", "test-too-old", "inconclusive", "pool-recheck"];

export function standingCard(app: App, standing: Standing): Node {
  const { voice, go } = app;
  const { name, state, cause, what_to_do: advice, sampled_at: sampled, site, expires_at: expires } = standing;
  const word = wordFor("state", state);
  return h(
    "section",
    { class: "card standing" },
    h("h2", {}, name),
    h("p", { class: "state" }, word === undefined ? state : voice.say(word)),
    h(
      "dl",
      {},
      cause === "" ? undefined : row(voice.say("cause"), meaning(voice, "cause", cause)),
      row(voice.say("whatToDo"), advice[voice.language]),
      sampled === null ? undefined : row(voice.say("sampledAt"), when(voice, sampled)),
      site === "" ? undefined : row(voice.say("sampledSite"), site),
      expires === null ? undefined : row(voice.say("validUntil"), when(voice, expires)),
    ),
    NEEDS_TEST.includes(cause) ? button(voice.say("sitesTitle"), () => go("sites"), { id: "to-test" }) : undefined,
  );
}

/** Every unit that lists the person. */
export function statusScreen(app: App, person: Person): Screen {
  const { voice, wallet } = app;
  const { seen, seenAt } = person;
  const { pid } = person.member;
  const update = button(voice.say(wallet.isAsking(pid) ? "updating" : "look"), () => void wallet.refresh(pid), {
    id: "update",
  });
  const none = seen?.units.length === 0 ? h("p", { class: "card" }, seen.what_to_do[voice.language]) : undefined;
  return {
    follows: true,
    nodes: [
      backTo(app),
      heading(voice.say("statusTitle"), " ", h("span", { class: "who" }, calledOf(person))),
      seen === undefined ? h("p", { class: "card" }, voice.say("notYet")) : undefined,
      none,
      ...(seen?.units ?? []).map((standing) => standingCard(app, standing)),
      seenAt > 0 ? h("p", { class: "hint" }, voice.say("asOf"), " ", when(voice, seenAt)) : undefined,
      person.signedOut ? undefined : update,
      h("p", { class: "hint" }, voice.say("fullCause")),
    ],
  };
}
