/** Jobs as a list: what was uploaded when, and what became of it. */
import { chinaInstant, instantOf } from "../shared/china";
import { h } from "../shared/dom";
import type { Speaker } from "../shared/words";
import { type Job, STATE_MARKS, STATE_WORDS } from "./jobs";
import { marked } from "./marks";
import { table } from "./table";
import type { DeskWord } from "./words";

function what(voice: Speaker<DeskWord>, job: Job): string {
  if (job.kind === "results") return voice.say("jobResults");
  return voice.say(job.mode === "replace" ? "modeReplace" : "modeUpdate");
}

/** A table of jobs, each leading to its view at `#job/…`; with whose it is where there are several owners. */
export function jobTable(voice: Speaker<DeskWord>, jobs: readonly Job[], owners = false): HTMLElement {
  const columns = [
    { head: voice.say("headWhen") },
    ...(owners ? [{ head: voice.say("headOwner") }] : []),
    { head: voice.say("headWhat") },
    { head: voice.say("headState") },
    { head: voice.say("headRows"), numeric: true },
    { head: voice.say("headRejected"), numeric: true },
  ];
  const rows = jobs.map((job) => [
    h("a", { href: `#job/${job.job}` }, chinaInstant(voice.language, instantOf(job.created_at))),
    ...(owners ? [job.owner] : []),
    what(voice, job),
    marked(STATE_MARKS[job.state], voice.say(STATE_WORDS[job.state])),
    String(job.rows_total),
    String(job.rows_rejected),
  ]);
  return table(voice.say("jobsTitle"), columns, rows);
}
