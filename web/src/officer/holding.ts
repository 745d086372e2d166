/** Why a job waits, in words, and what releasing or cancelling it will do. */
import { type BadRow, columnText, holdsOf, type Job, lawText, systematicOf } from "../desk/jobs";
import { chinaInstant, instantOf } from "../shared/china";
import type { Voice } from "./words";

const HOUR_S = 3600;

function hoursOf({ shift_s = 0 }: Job): string {
  return String(Math.round((shift_s / HOUR_S) * 10) / 10);
}

/** How many people a list would remove, of how many; the first as the job counts it. */
function leavingOf({ cause = "", leaving = 0 }: Job): { n: number; of: string } {
  const [, of] = /(?:of its (\d+) people|\d+ of (\d+) people)/.exec(cause)?.filter((one) => one !== undefined) ?? [];
  return { n: leaving, of: of ?? "?" };
}

/** One sentence for each reason. `law` is a bad row's, when it is known. */
export function whyHeld(voice: Voice, job: Job, law?: BadRow): string[] {
  return holdsOf(job).map((hold) => {
    if (hold === "clock") return voice.say("whyClock", { hours: hoursOf(job) });
    if (hold === "leaving") return voice.say("whyLeaving", leavingOf(job));
    if (hold === "leaving-many") return voice.say("whyLeavingMany", leavingOf(job));
    const found = systematicOf(job.cause ?? "");
    if (found === undefined) return voice.say("whyMany");
    const { rows, bad, column } = found;
    const said = voice.say("whySystematic", { rows, bad, column: columnText(voice, column) });
    return law === undefined ? said : `${said} ${lawText(law, voice.language)}`;
  });
}

/** What will happen when it is released. */
export function whatReleaseDoes(voice: Voice, job: Job): string[] {
  const holds = holdsOf(job);
  const { rows_accepted: good, rows_rejected: bad, leaving = 0 } = job;
  const said = [voice.say(job.kind === "staff-list" ? "releaseList" : "releaseResults", { good })];
  if (bad > 0) said.push(voice.say("releaseBad", { bad }));
  if (holds.includes("clock")) said.push(voice.say("releaseClock", { hours: hoursOf(job) }));
  if (leaving > 0) said.push(voice.say("releaseLeaving", { n: leaving }));
  return said;
}

export function whatCancelDoes(voice: Voice, job: Job): string {
  return voice.say(job.kind === "staff-list" ? "cancelList" : "cancelResults");
}

/** A job in one line: what it is and since when. */
export function jobLine(voice: Voice, job: Job): string {
  const kind = voice.say(
    job.kind === "results" ? "kindResults" : job.mode === "replace" ? "kindReplace" : "kindUpdate",
  );
  return voice.say("uploadedAt", { kind, time: chinaInstant(voice.language, instantOf(job.created_at)) });
}

/** Counts of a job, as a person reads them out. */
export function countsOf(voice: Voice, job: Job): (readonly [string, string])[] {
  const counts: (readonly [string, number | undefined])[] = [
    [voice.say("rowsTotal"), job.rows_total],
    [voice.say("rowsGood"), job.rows_accepted],
    [voice.say("rowsBad"), job.rows_rejected],
    [voice.say("peopleAdded"), job.added],
    [voice.say("peopleChanged"), job.changed],
    [voice.say("peopleLeaving"), job.leaving],
  ];
  return counts.flatMap(([word, n]) => (n === undefined ? [] : [[word, String(n)] as const]));
}
