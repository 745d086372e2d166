/** A unit's newest uploads, as its officer sees them: states and counts. */
import { type Job, STATE_MARKS, STATE_WORDS } from "../desk/jobs";
import { marked } from "../desk/marks";
import { h } from "../shared/dom";
import type { Jobs } from "./answers";
import { jobLine } from "./holding";
import type { Officer } from "./officer";
import { link, Loaded, Panel } from "./panel";

const SHOWN = 10;

export function jobsOfUnit(officer: Officer, unit: string): Panel {
  const { voice, desk } = officer;
  const fetch = (): Promise<Jobs> => desk.ask<Jobs>("GET", `/units/${unit}/jobs`);
  const loaded: Loaded<Jobs> = new Loaded(voice, fetch, () => void panel.refresh());
  const panel: Panel = new Panel(() => [
    h("h2", {}, voice.say("uploadsTitle")),
    ...loaded.draw(({ jobs }) =>
      jobs.length === 0
        ? [h("p", {}, voice.say("noUploads"))]
        : [h("ul", { class: "plain-list" }, ...jobs.slice(0, SHOWN).map((job) => line(officer, job)))],
    ),
  ]);
  void loaded.load();
  return panel;
}

function line({ voice }: Officer, job: Job): HTMLElement {
  const state = marked(STATE_MARKS[job.state], voice.say(STATE_WORDS[job.state]));
  const held = job.state === "held" ? [" ", link("holds", voice.say("decide"))] : [];
  const rows = voice.say("rowsOf", { good: job.rows_accepted, bad: job.rows_rejected });
  return h("li", {}, h("p", {}, state, ...held), h("p", { class: "hint" }, `${jobLine(voice, job)} · ${rows}`));
}
