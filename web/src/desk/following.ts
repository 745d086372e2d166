/** Following a job until it needs nobody any more: often at first, then with longer pauses. */
import { Offline, Problem } from "../shared/api";
import { type Job, isGoing } from "./jobs";
import type { Desk } from "./service";

const FIRST_MS = 1_000;
const LONGEST_MS = 8_000;
/** Somebody else may decide on what is held. */
const HELD_MS = 15_000;

export interface Told {
  job(job: Job): void;
  /** It could not be asked just now, and will be asked again; or never, when `over`. */
  fault(error: Problem | Offline, over: boolean): void;
}

/** Ask until the job is over; the answer stops it. */
export function follow(desk: Desk, id: string, told: Told): () => void {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pauseMs = FIRST_MS;
  const ask = async (): Promise<void> => {
    try {
      const job = await desk.ask<Job>("GET", `/jobs/${encodeURIComponent(id)}`);
      if (stopped) return;
      told.job(job);
      if (isGoing(job)) timer = setTimeout(ask, pauseMs);
      else if (job.state === "held") timer = setTimeout(ask, HELD_MS);
    } catch (error) {
      if (stopped || !(error instanceof Problem || error instanceof Offline)) throw error;
      const over = error instanceof Problem && error.status < 500 && error.status !== 429;
      told.fault(error, over);
      if (!over) timer = setTimeout(ask, pauseMs);
    }
    pauseMs = Math.min(pauseMs * 1.4, LONGEST_MS);
  };
  void ask();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
