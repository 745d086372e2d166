/** The devices that may act for a person: up to three, each signed out on its owner's word. */
import { Offline, Problem } from "../shared/api";
import { h } from "../shared/dom";
import { type App, backTo, button, calledOf, heading, row, type Screen, when, type Word } from "./app";
import type { Device } from "./service";
import type { Person } from "./wallet";

/** Asks before it does what cannot be undone: the button becomes a question with two answers. */
export function asking(app: App, ask: Word, question: Word, act: () => Promise<void>, id: string): HTMLElement {
  const { voice } = app;
  const place = h("div", { class: "asking" });
  const first = button(voice.say(ask), () => open(), { id });
  const close = (): void => {
    place.replaceChildren(first);
    first.focus();
  };
  const open = (): void => {
    const yes = button(voice.say("yes"), () => void act().catch(failed), { kind: "solid", id: `${id}-yes` });
    const no = button(voice.say("no"), close);
    place.replaceChildren(h("p", { role: "alert" }, voice.say(question)), h("p", { class: "row" }, yes, no));
    yes.focus();
  };
  const failed = (error: unknown): void => {
    if (!(error instanceof Offline || error instanceof Problem)) throw error;
    place.append(h("p", { class: "fault", role: "alert" }, voice.say(problemWord(error))));
  };
  place.append(first);
  return place;
}

/** What a failed request is called. */
export function problemWord(error: Offline | Problem): Word {
  return error instanceof Offline ? "noNetwork" : "tryLater";
}

function deviceCard(app: App, person: Person, device: Device, place: number): Node {
  const { voice, wallet } = app;
  const { pid } = person.member;
  const strange = wallet.strangers(person).some((one) => one.device === device.device);
  const mine = button(voice.say("strangerMine"), () => void wallet.trust(pid, device.device), { id: `mine-${place}` });
  const out = asking(
    app,
    device.this ? "signOutThis" : "signOut",
    device.this ? "signOutThisAsk" : "signOutAsk",
    () => wallet.signOut(pid, device.device),
    `out-${place}`,
  );
  return h(
    "section",
    { class: strange ? "card strange" : "card" },
    h("h2", {}, device.label, device.this ? h("span", { class: "mark" }, voice.say("thisDevice")) : undefined),
    strange ? h("p", { class: "notice" }, voice.say("strangerAsk")) : undefined,
    h(
      "dl",
      {},
      row(voice.say("addedAt"), when(voice, device.added_at)),
      row(voice.say("usedAt"), when(voice, device.used_at)),
    ),
    h("div", { class: "row" }, strange ? mine : undefined, person.signedOut ? undefined : out),
  );
}

export function devicesScreen(app: App, person: Person): Screen {
  const { voice } = app;
  return {
    follows: true,
    nodes: [
      backTo(app),
      heading(voice.say("devicesTitle"), " ", h("span", { class: "who" }, calledOf(person))),
      h("p", {}, voice.say("devicesSay")),
      person.signedOut ? h("p", { class: "notice" }, voice.say("signedOut")) : undefined,
      ...(person.seen?.devices ?? []).map((device, place) => deviceCard(app, person, device, place)),
      h("p", { class: "hint" }, voice.say("devicesHint")),
    ],
  };
}
