/** The people of this phone: up to six; added, named, taken off again. */
import { Offline, Problem } from "../shared/api";
import { h } from "../shared/dom";
import { type App, backTo, button, heading, type Screen } from "./app";
import { problemWord } from "./devices";
import { Field } from "./fields";
import type { Person } from "./wallet";

const LONGEST_NICKNAME = "12";

/** Taking somebody off asks first; with the box ticked the service is told, so that this phone may act no more. */
function removal(app: App, { member, signedOut }: Person, place: number): HTMLElement {
  const { voice, wallet } = app;
  const box = h("input", { type: "checkbox", id: `also-${place}` });
  box.checked = !signedOut;
  const trouble = h("p", { class: "fault", role: "alert" });
  const act = async (): Promise<void> => {
    try {
      await wallet.remove(member.pid, box.checked);
      app.announce(voice.say("removed"));
      if (wallet.people.length === 0) app.go("");
      else app.redraw();
    } catch (error) {
      if (!(error instanceof Offline || error instanceof Problem)) throw error;
      // Without a network the person can still be taken off, with the box cleared.
      trouble.textContent = `${voice.say(problemWord(error))} ${voice.say("removeAnyway")}`;
    }
  };
  const also = h("label", { class: "check", for: box.id }, box, voice.say("removeAlso"));
  const yes = button(voice.say("removeDo"), () => void act(), { kind: "solid", id: `remove-${place}` });
  const folded = h("details", {}, h("summary", {}, voice.say("remove")));
  folded.append(h("p", {}, voice.say("removeAsk")), also, trouble, yes);
  return folded;
}

function personCard(app: App, person: Person, place: number): Node {
  const { voice, wallet } = app;
  const { pid, name, nickname } = person.member;
  let typed = nickname;
  const attributes = { id: `nick-${place}`, value: nickname, maxlength: LONGEST_NICKNAME, autocomplete: "off" };
  const field = new Field(voice.say("nickname"), attributes, (value) => {
    typed = value.trim();
  });
  const form = h(
    "form",
    { class: "inline" },
    field.node,
    h("button", { type: "submit", class: "plain" }, voice.say("save")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void wallet.rename(pid, typed).then(() => {
      app.announce(voice.say("saved"));
      app.redraw();
    });
  });
  const state = person.signedOut ? h("p", { class: "notice" }, voice.say("signedOut")) : undefined;
  return h("section", { class: "card" }, h("h2", {}, name || "*"), state, form, removal(app, person, place));
}

export function peopleScreen(app: App): Screen {
  const { voice, wallet, go } = app;
  const add = button(voice.say("addTitle"), () => go("enrol"), { kind: "solid wide", id: "add" });
  return {
    follows: true,
    nodes: [
      backTo(app),
      heading(voice.say("peopleTitle")),
      h("p", {}, voice.say("peopleSay")),
      ...wallet.people.map((person, place) => personCard(app, person, place)),
      wallet.full ? h("p", { class: "notice" }, voice.say("full")) : add,
    ],
  };
}
