/** `desk./callback`: what the login sent us becomes a session, and the address is cleaned before anything else. */
import { type Config, loadConfig } from "../shared/config";
import { h } from "../shared/dom";
import { faultText } from "./faults";
import { type Fault, finishSignIn, NotSignedIn, takeBegun } from "./oidc";
import { drawPage, onward, voice } from "./page";
import { homeOf, keepStaff, tell } from "./staff";
import type { DeskWord } from "./words";

const answer = new URLSearchParams(location.search);
// At once: a code must not stay in the address, the history or a picture of the screen.
history.replaceState(null, "", "/callback");

const SAID: Readonly<Record<Fault, DeskWord>> = {
  refused: "loginRefused",
  state: "loginState",
  exchange: "loginExchange",
  token: "loginToken",
  offline: "faultOffline",
};

function failed(config: Config | undefined, say: () => string): void {
  drawPage(config, "loginFailed", () => [h("p", { class: "card", role: "alert" }, say()), onward("/", "tryAgain")]);
  document.querySelector("h1")?.focus();
}

async function finish(config: Config): Promise<void> {
  const begun = takeBegun();
  const staff = await finishSignIn(config, answer, begun);
  keepStaff(staff);
  tell({ kind: "signed-in", staff });
  const home = homeOf(staff.role) ?? "/";
  if (begun?.again) {
    drawPage(config, "againDone", () => [h("p", { class: "card", role: "status" }, voice.say("againDoneSay"))]);
    // Only a window that a script opened can be closed by one: else the sentence asks the person to.
    close();
    return;
  }
  // An address of another role's console would only lead back here.
  location.replace(begun?.then.startsWith(home) ? begun.then : home);
}

async function open(): Promise<void> {
  drawPage(undefined, "signingIn", () => []);
  let config: Config | undefined;
  try {
    config = await loadConfig();
    await finish(config);
  } catch (error) {
    failed(config, () => (error instanceof NotSignedIn ? voice.say(SAID[error.fault]) : faultText(voice, error)));
  }
}

void open();
