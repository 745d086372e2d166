/** `desk./`: who may sign in, and one button. */
import { type Config, loadConfig } from "../shared/config";
import { h } from "../shared/dom";
import { faultText } from "./faults";
import { beginSignIn, thenOf } from "./oidc";
import { drawPage, onward, voice } from "./page";
import { signOut } from "./shell";
import { homeOf, keptStaff, type Staff } from "./staff";
import type { DeskWord } from "./words";

const asked = new URLSearchParams(location.search);
const ROLES: readonly (readonly [DeskWord, DeskWord])[] = [
  ["roleUnit", "roleUnitSay"],
  ["roleLab", "roleLabSay"],
  ["roleOfficer", "roleOfficerSay"],
  ["roleTracer", "roleTracerSay"],
  ["roleWorker", "roleWorkerSay"],
];

function button(word: DeskWord, look: string, act: () => void): HTMLButtonElement {
  const made = h("button", { type: "button", class: look }, voice.say(word));
  made.addEventListener("click", act);
  return made;
}

function elsewhere(config: Config): Node {
  const { me, gate } = config.pages;
  return h(
    "p",
    { class: "hint" },
    h("a", { href: `${me}/` }, voice.say("toWallet")),
    " · ",
    h("a", { href: `${gate}/` }, voice.say("toGate")),
  );
}

function welcome(config: Config): readonly Node[] {
  const fault = h("p", { class: "fault", role: "alert" });
  const start = button("signIn", "solid wide big", () => {
    start.disabled = true;
    // Without storage the answer could not be told from a stranger's.
    beginSignIn(config, thenOf(asked.get("then"))).catch(() => {
      start.disabled = false;
      fault.textContent = voice.say("faultStorage");
    });
  });
  const who = ROLES.map(([role, say]) => h("li", {}, h("b", {}, voice.say(role)), h("span", {}, voice.say(say))));
  const left =
    location.hash === "#signed-out" ? [h("p", { class: "notice", role: "status" }, voice.say("signedOut"))] : [];
  return [
    ...left,
    h("section", { class: "card" }, h("p", {}, voice.say("homeSay")), h("ul", { class: "roles" }, ...who)),
    h("div", {}, start, fault),
    elsewhere(config),
  ];
}

function noConsole(staff: Staff): readonly Node[] {
  return [
    h("p", { class: "card" }, voice.say("noConsoleSay", { role: staff.role })),
    h("p", { class: "actions" }, button("signOut", "solid", signOut)),
  ];
}

function goOn(home: string): readonly Node[] {
  const leave = h("p", { class: "actions" }, button("signOut", "plain", signOut));
  return [h("p", { class: "card" }, voice.say("alreadySay")), onward(home, "goOn"), leave];
}

async function open(): Promise<void> {
  const config = await loadConfig();
  if (asked.has("again")) {
    drawPage(config, "signIn", () => [h("p", {}, voice.say("toLogin"))]);
    await beginSignIn(config, "", true);
    return;
  }
  const staff = keptStaff();
  const home = staff && homeOf(staff.role);
  if (staff === undefined) drawPage(config, "homeTitle", () => welcome(config));
  else if (home === undefined) drawPage(config, "noConsole", () => noConsole(staff));
  else drawPage(config, "alreadyTitle", () => goOn(home));
}

open().catch((error: unknown) => {
  const again = (): Node =>
    h(
      "p",
      { class: "actions" },
      button("tryAgain", "solid", () => location.reload()),
    );
  drawPage(undefined, "homeTitle", () => [h("p", { class: "card", role: "alert" }, faultText(voice, error)), again()]);
});
