/** What arrived between two runs: the jobs of those hours, counted by kind. */
import type { Job, JobState } from "../desk/jobs";
import { DAY_S, instantOf, rfc3339 } from "../shared/china";
import type { Desk } from "../desk/service";
import type { Jobs, Run, RunHead } from "./answers";

const STATES: readonly JobState[] = ["done", "running", "received", "failed", "cancelled", "held"];
/** Pages of one state: 50 jobs on each. What lies beyond is said to be missing. */
const MOST_PAGES = 6;

export interface Kind {
  readonly files: number;
  readonly good: number;
  readonly bad: number;
}

export interface Arrived {
  /** RFC 3339: the cut-off of the run before, or a day before this one's. */
  readonly since: string;
  readonly until: string;
  readonly lists: Kind;
  readonly results: Kind;
  readonly failed: readonly Job[];
  /** More jobs than were looked at: the counts are at least these. */
  readonly more: boolean;
}

/** The cut-off a run's arrivals are counted from. */
export function sinceOf(run: Run, heads: readonly RunHead[]): string {
  const before = heads.filter(({ cutoff }) => cutoff < run.cutoff).map(({ cutoff }) => cutoff);
  return before.sort().at(-1) ?? rfc3339(instantOf(run.cutoff) - DAY_S);
}

async function inState(desk: Desk, state: JobState, since: string): Promise<{ jobs: Job[]; more: boolean }> {
  const jobs: Job[] = [];
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const after = next === undefined ? "" : `&next=${encodeURIComponent(next)}`;
    const found = await desk.ask<Jobs>("GET", `/jobs?state=${state}${after}`);
    jobs.push(...found.jobs);
    next = found.next;
    const oldest = found.jobs.at(-1)?.created_at;
    // Within a district the newest come first; wider lists are in no order and are read whole, as far as that goes.
    if (next === undefined || (desk.who.scope.length >= 6 && oldest !== undefined && oldest < since)) {
      return { jobs, more: false };
    }
  }
  return { jobs, more: true };
}

function counted(jobs: readonly Job[], kind: Job["kind"]): Kind {
  const of = jobs.filter((job) => job.kind === kind);
  const sum = (rows: (job: Job) => number): number => of.reduce((total, job) => total + rows(job), 0);
  return { files: of.length, good: sum((job) => job.rows_accepted), bad: sum((job) => job.rows_rejected) };
}

/** Count the jobs of an interval: after `since`, up to `until`, both RFC 3339 in UTC. */
export function arrivedAmong(jobs: readonly Job[], since: string, until: string, more = false): Arrived {
  const within = jobs.filter(({ created_at: at }) => at > since && at <= until);
  const failed = within.filter(({ state }) => state === "failed");
  return { since, until, lists: counted(within, "staff-list"), results: counted(within, "results"), failed, more };
}

export async function arrivedBefore(desk: Desk, run: Run, heads: readonly RunHead[]): Promise<Arrived> {
  const since = sinceOf(run, heads);
  const found = await Promise.all(STATES.map((state) => inState(desk, state, since)));
  const jobs = found.flatMap((one) => one.jobs);
  return arrivedAmong(
    jobs,
    since,
    run.cutoff,
    found.some(({ more }) => more),
  );
}
