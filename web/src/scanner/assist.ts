/** An assisted check-in 代登记, without a screen: who is asked for, and what an answer or its absence becomes. */
import { Problem } from "../shared/api";
import { type Act, type Assisted, isUnreached, type Way } from "../shift/assisted";
import { isOver } from "../shift/shift";
import { unknownPerson } from "../shift/venue";
import type { Kind } from "./kinds";
import type { Asked, AssistReason, Given, Mark, Means, Shown, Standing } from "./standing";

type Stands = Omit<Standing, "since">;
export type NamedKind = Extract<Kind, { kind: "card" | "document" }>;

/** What becomes of it. */
export interface Outcome {
  readonly standing: Stands;
  /** Nobody could be asked: a tap keeps this until there is a network. */
  readonly act?: Act;
  /** The name is to be compared again before it is recorded. */
  readonly doubted?: Asked;
}

const MARKS: Readonly<Record<Assisted["decision"], Mark>> = {
  admitted: "admit",
  refused: "refused",
  unsure: "unsure",
};
const REASONS: Readonly<Record<string, AssistReason>> = {
  "no-card": "CardUnknown",
  "card-replaced": "CardReplaced",
  "card-ended": "CardEnded",
  "name-differs": "NameDiffers",
  "known-over": "KnownOver",
  card: "CardMisread",
  document: "DocumentMisread",
};
const MISREAD: readonly AssistReason[] = ["CardMisread", "DocumentMisread"];

/** Nothing was recorded: why, and so what to do instead. */
export function undoneStanding(way: Way, reason: AssistReason, more: Partial<Shown> = {}): Stands {
  const mark = MISREAD.includes(reason) ? "unreadable" : "unsure";
  return { mark, code: "not-recorded", reason, assisted: { way, direction: "in", tookMs: 0, ...more } };
}

/** Whom a scanned card or document names; what was misread is not asked for, but said at once. */
export function askedOf(kind: NamedKind, sinceMs: number): Asked | Stands {
  if (kind.kind === "card") {
    const { card } = kind;
    return card === undefined ? undoneStanding("card", "CardMisread") : { way: "card", named: { card }, sinceMs };
  }
  const { number, name, fault } = kind.read;
  if (fault !== undefined) return undoneStanding("reader", "DocumentMisread");
  return { way: "reader", named: { id_number: number }, sinceMs, ...(name === undefined ? {} : { name }) };
}

function actOf({ named, name, confirmed }: Asked, { direction, temperature_c }: Given, at: number): Act {
  return {
    ...named,
    direction,
    at,
    ...(name === undefined ? {} : { name }),
    ...(confirmed === true ? { name_confirmed: true } : {}),
    ...(temperature_c === undefined ? {} : { temperature_c }),
  };
}

function undone(asked: Asked, problem: Problem): Outcome {
  if (problem.status === 429) {
    return { standing: undoneStanding(asked.way, "Cap", { waitS: problem.retryAfterS }) };
  }
  const reason = REASONS[problem.code] ?? "Declined";
  const standing = undoneStanding(asked.way, reason);
  return reason === "NameDiffers" ? { standing, doubted: asked } : { standing };
}

/** By the rules of the place: closed and outside hours are said; of the person it is said that nothing was checked. */
function unchecked(means: Means, { named, way }: Asked, act: Act, shown: Shown): Outcome {
  // A reference of the service's is good for minutes: there is nothing to keep.
  if ("known" in named) return { standing: undoneStanding(way, "KnownOffline") };
  const ruled = means.ruleOn(unknownPerson(act.direction, act.temperature_c), act.at);
  if (ruled?.decision === "refused") {
    means.count("refused");
    return { standing: { mark: "refused", code: ruled.cause, ruled, assisted: shown } };
  }
  const said = { assisted: shown, ...(ruled === undefined ? {} : { ruled }) };
  if (ruled?.cause === "fever") return { act, standing: { mark: "unsure", code: "fever", ...said } };
  return { act, standing: { mark: "unsure", code: "unchecked", reason: "Unchecked", ...said } };
}

function answered(answer: Assisted, shown: Shown): Outcome {
  return { standing: { mark: MARKS[answer.decision], code: answer.cause, assisted: { ...shown, answer } } };
}

/** Ask the service to check somebody in; undefined: the shift is over. */
export async function askService(means: Means, asked: Asked, given: Given): Promise<Outcome | undefined> {
  const act = actOf(asked, given, means.now());
  const shown = (): Shown => ({ way: asked.way, direction: given.direction, tookMs: means.ms() - asked.sinceMs });
  try {
    const answer = await means.assist(act);
    const told = shown();
    means.pace(asked.way, told.tookMs);
    means.count("assisted");
    return answered(answer, told);
  } catch (error) {
    if (isOver(error)) return undefined;
    if (isUnreached(error)) return unchecked(means, asked, act, shown());
    if (error instanceof Problem) return undone({ ...asked, given }, error);
    throw error;
  }
}
