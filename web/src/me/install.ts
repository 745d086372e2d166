/** How to put the wallet on the home screen: it is a page, not an app, and opens without a network from there. */
import { h } from "../shared/dom";
import { type App, backTo, button, heading, type Screen, type Word } from "./app";

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

let offered: InstallPrompt | undefined;

/** Keep the browser's own offer for when the person asks; call it once, at the start. */
export function keepOffer(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offered = event as InstallPrompt;
  });
}

export function installScreen(app: App): Screen {
  const { voice } = app;
  const steps: Word[] = ["installIphone", "installAndroid", "installOther"];
  const now = offered;
  const install = now && button(voice.say("installDo"), () => void now.prompt(), { kind: "solid wide", id: "install" });
  return {
    follows: false,
    nodes: [
      backTo(app),
      heading(voice.say("installTitle")),
      h("p", {}, voice.say("installSay")),
      install,
      h("ul", { class: "card steps" }, ...steps.map((word) => h("li", {}, voice.say(word)))),
    ],
  };
}
