/** From a scanned text to the answer on the screen. */
import dictionary1 from "../../../credentials/data/dictionary-1.json";
import type { KeySet } from "../core/keys";
import type { Pass } from "../core/profile";
import { type Code, Refused } from "../core/refusal";
import { StatusLists } from "../core/status";
import { type StatusSource, Verifier } from "../core/verify";
import type { Word } from "./catalogue";
import { type Config, loadStatusList, NotLoaded, trustStatement } from "./load";

export type Verdict = "genuine" | "identity" | "refused" | "unsure";

/** What the page shows; `why` and `todo` are words of the catalogue. */
export interface Answer {
  readonly verdict: Verdict;
  readonly code: Code | "ok" | "no-keys";
  readonly why?: Word;
  readonly todo: Word;
  readonly pass?: Pass | undefined;
  readonly statusAgeS?: number | undefined;
  readonly at: number;
  /** Milliseconds from the text to the verdict, without the network. */
  readonly tookMs?: number;
}

/** What was fetched before a text can be judged; the statement is undefined when it did not arrive. */
export interface Loaded {
  readonly config: Config;
  readonly statement: string | undefined;
}

export const DICTIONARIES = { [dictionary1.id]: dictionary1.parts.join("") };

/** A status list more than this old is said to be old, though it still counts. */
export const OLD_STATUS_S = 4 * 3600;

const REFUSALS: Readonly<Record<Code, readonly [Verdict, Word, Word]>> = {
  unreadable: ["refused", "whyUnreadable", "sayUnreadable"],
  untrusted: ["refused", "whyUntrusted", "sayUntrusted"],
  "not-yet-valid": ["refused", "whyNotYet", "sayNotYet"],
  expired: ["refused", "whyExpired", "sayExpired"],
  withdrawn: ["refused", "whyWithdrawn", "sayWithdrawn"],
  "not-live": ["refused", "whyNotLive", "sayNotLive"],
  "status-unknown": ["unsure", "whyNoStatus", "sayNoStatus"],
};

/** Answers why nobody can say, before any text is looked at. */
export function unsure(at: number, why: Word, todo: Word, pass?: Pass): Answer {
  return { verdict: "unsure", code: pass === undefined ? "no-keys" : "status-unknown", why, todo, pass, at };
}

function refusal(problem: Refused, at: number): Answer {
  const { law, pass, ageS } = problem.evidence;
  if (law === "clock") return unsure(at, "whyClock", "sayClock", pass);
  if (problem.code === "status-unknown" && law === "old") return unsure(at, "whyStatusOld", "sayStatusOld", pass);
  if (problem.code === "status-unknown" && law === "statement") return unsure(at, "whyKeysOld", "sayKeysOld", pass);
  const [verdict, why, todo] = REFUSALS[problem.code];
  return { verdict, code: problem.code, why, todo, pass, statusAgeS: ageS, at };
}

/** Fetches the pass's own list when it is asked for, and counts how long that took. */
class FetchedStatus implements StatusSource {
  fetchMs = 0;

  constructor(
    private readonly keys: KeySet,
    private readonly issuer: string,
  ) {}

  async check(pass: Pass, at: number): Promise<number> {
    const lists = new StatusLists(this.keys, this.issuer);
    const start = performance.now();
    try {
      const token = await loadStatusList(pass.statusList);
      this.fetchMs = performance.now() - start;
      await lists.add(token, at);
    } catch (error) {
      const clock = error instanceof Refused && error.evidence.law === "clock";
      if (!clock && !(error instanceof Refused || error instanceof NotLoaded)) throw error;
      throw new Refused("status-unknown", { law: clock ? "clock" : "missing", pass });
    }
    return lists.check(pass, at);
  }
}

async function keysOf(loaded: Loaded, at: number): Promise<KeySet | Answer> {
  if (loaded.statement === undefined) return unsure(at, "whyNoNetwork", "sayNoNetwork");
  try {
    return await trustStatement(loaded.statement, loaded.config, at);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.evidence.law === "clock" ? unsure(at, "whyClock", "sayClock") : unsure(at, "whyKeysBad", "sayKeysBad");
  }
}

function accepted(pass: Pass, statusAgeS: number | undefined, at: number): Answer {
  return pass.printed
    ? { verdict: "identity", code: "ok", todo: "identitySay", pass, statusAgeS, at }
    : { verdict: "genuine", code: "ok", todo: "genuineSay", pass, statusAgeS, at };
}

/** Judge a text at `at` (epoch seconds). Never throws for what the text says. */
export async function check(text: string, loaded: Loaded, at: number): Promise<Answer> {
  const keys = await keysOf(loaded, at);
  if ("verdict" in keys) return keys;
  const { issuer } = loaded.config;
  const status = new FetchedStatus(keys, issuer);
  const start = performance.now();
  const answer = await new Verifier(keys, issuer, DICTIONARIES).verifyPresentation(text, { at, status }).then(
    ({ pass, statusAgeS }) => accepted(pass, statusAgeS, at),
    (problem: unknown) => {
      if (problem instanceof Refused) return refusal(problem, at);
      throw problem;
    },
  );
  return { ...answer, tookMs: performance.now() - start - status.fetchMs };
}
