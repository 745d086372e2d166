/** From a scanned text to the answer on the screen. */
import dictionary1 from "../../../credentials/data/dictionary-1.json";
import type { KeySet } from "../core/keys";
import type { Pass } from "../core/profile";
import { type Code, Refused } from "../core/refusal";
import { StatusLists } from "../core/status";
import { type Question, type StatusSource, Verifier } from "../core/verify";
import type { Word } from "./catalogue";
import { type Config, loadStatusList, loadWholeStatement, NotLoaded, trustStatement, unlessMissing } from "./load";

/** Why an answer is no yes: a code, or what else is in the way. */
export type Cause = Code | "no-network" | "status-old" | "keys-old" | "keys-bad" | "clock" | "browser" | "replayed";

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
  /** It names a key that the statement at hand does not: another statement may. */
  readonly foreign?: boolean;
  /** Milliseconds from the text to the verdict, without the network. */
  readonly tookMs?: number;
}

/** What was fetched before a text can be judged; the day's extract of the statement is undefined when it did not arrive. */
export interface Loaded {
  readonly config: Config;
  readonly extract: string | undefined;
}

export const DICTIONARIES = { [dictionary1.id]: dictionary1.parts.join("") };

/** A status list more than this old is said to be old, though it still counts. */
export const OLD_STATUS_S = 4 * 3600;

/** Answers why nobody can say. */
export function unsure(at: number, cause: Cause, pass?: Pass): Answer {
  const code = pass === undefined ? "no-keys" : "status-unknown";
  return { verdict: "unsure", code, why: `why-${cause}`, todo: `say-${cause}`, pass, at };
}

/** Laws that have an answer of their own. */
const UNSURE: Readonly<Record<string, Cause>> = { clock: "clock", old: "status-old", statement: "keys-old" };

function refusal({ code, evidence }: Refused, at: number): Answer {
  const { law = "", pass, ageS } = evidence;
  const cause = UNSURE[law];
  if (cause && (code === "status-unknown" || law === "clock")) return unsure(at, cause, pass);
  const verdict = code === "status-unknown" ? "unsure" : "refused";
  const foreign = law === "header" && code !== "unreadable";
  return { verdict, code, why: `why-${code}`, todo: `say-${code}`, pass, statusAgeS: ageS, at, foreign };
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
      if (!(error instanceof Refused || error instanceof NotLoaded)) throw error;
      // A clock that is behind and a key that no statement names yet are told apart; nothing else about a list is.
      const law = error instanceof Refused ? error.evidence.law : undefined;
      throw new Refused("status-unknown", { law: law === "clock" || law === "header" ? law : "missing", pass });
    }
    return lists.check(pass, at);
  }
}

/** The keys that a statement brings, or why nobody can say. */
async function keysOf(statement: string, config: Config, at: number): Promise<KeySet | Answer> {
  try {
    return await trustStatement(statement, config, at);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.evidence.law === "clock" ? unsure(at, "clock") : unsure(at, "keys-bad");
  }
}

/** Judge a text by keys and status at hand. Never throws for what the text says. */
export async function judge(verifier: Verifier, text: string, question: Question): Promise<Answer> {
  const { at } = question;
  try {
    const { pass, statusAgeS } = await verifier.verifyPresentation(text, question);
    return pass.printed
      ? { verdict: "identity", code: "ok", todo: "identitySay", pass, statusAgeS, at }
      : { verdict: "genuine", code: "ok", todo: "genuineSay", pass, statusAgeS, at };
  } catch (problem) {
    if (problem instanceof Refused) return refusal(problem, at);
    throw problem;
  }
}

/** Judge by one statement. */
async function judgeBy(statement: string, text: string, config: Config, at: number): Promise<Answer> {
  const keys = await keysOf(statement, config, at);
  if ("verdict" in keys) return keys;
  const status = new FetchedStatus(keys, config.issuer);
  const start = performance.now();
  const answer = await judge(new Verifier(keys, config.issuer, DICTIONARIES), text, { at, status });
  return { ...answer, tookMs: performance.now() - start - status.fetchMs };
}

/**
 * Judge a text at `at` (epoch seconds) by the extract of the day, and by the whole statement when the extract is absent,
 * not to be trusted, or lacks a key. Never throws for what the text says.
 */
export async function check(text: string, { config, extract }: Loaded, at: number): Promise<Answer> {
  const answer = extract === undefined ? undefined : await judgeBy(extract, text, config, at);
  if (answer && !answer.foreign && answer.code !== "no-keys") return answer;
  const whole = await loadWholeStatement().catch(unlessMissing);
  if (whole !== undefined) return judgeBy(whole, text, config, at);
  // A key that is not of the day may well be ours: without the whole statement nobody can say.
  return answer?.code === "no-keys" ? answer : unsure(at, "no-network");
}
