/** Scanning the booth's poster inside the page, for a phone whose own camera opens no addresses. */
import { h } from "../shared/dom";
import { kindOf } from "./kinds";
import { announce, button, drawPlain, type Frame } from "./page";
import { originsOf } from "./scanner";
import { Sight, type SightFault } from "./sight";
import { voice, type Word } from "./words";

const FAULTS: Readonly<Record<SightFault, Word>> = {
  denied: "deniedSay",
  none: "noneSay",
  busy: "busySay",
  unsupported: "unsupportedSay",
  noReader: "noReaderSay",
};

/** Draw it; `done` is called with the gate, or with nothing when the guard goes back. */
export function drawPosterScan(frame: Frame, done: (gate: string | undefined) => void): void {
  const video = h("video", {
    playsinline: "",
    muted: "",
    class: "poster-video",
    "aria-hidden": "true",
    tabindex: "-1",
  });
  const told = h("p", { class: "lead", role: "status" }, voice.say("posterAim"));
  const origins = originsOf(frame.config);
  const say = (text: string): void => {
    told.textContent = text;
    announce(text);
  };
  const finish = (gate: string | undefined): void => {
    sight.stop();
    done(gate);
  };
  const read = (text: string): void => {
    const found = kindOf(text, origins);
    if (found.kind === "gate") return finish(found.gate);
    if (found.kind === "foreign") return say(`${voice.say("whyForeign")}: ${found.host}`);
    say(voice.say(found.kind === "venue" ? "whyVenue" : "posterAim"));
  };
  const sight = new Sight(video, {
    isPass: () => true,
    text: read,
    unreadable: () => say(voice.say("sayBroken")),
    changed: () => {
      if (sight.fault !== undefined) say(voice.say(FAULTS[sight.fault]));
    },
  });
  const back = button("back", "plain wide", () => finish(undefined));
  const redrawn = { ...frame, redraw: () => (sight.stop(), frame.redraw()) };
  drawPlain(redrawn, voice.say("scanPoster"), told, video, back);
  void sight.open();
}
