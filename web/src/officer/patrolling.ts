/** Walks 走访清单: made of what was ticked, a list for each community, because its workers see no other's. */
import { h } from "../shared/dom";
import type { Kind } from "./coverage";
import type { Officer } from "./officer";
import { link, type Outcome } from "./panel";

const MOST_ITEMS = 200;

export interface Chase {
  readonly how: "call" | "visit";
  readonly outcome: string;
  readonly at: string;
  readonly by: string;
  readonly note?: string;
}

export interface PatrolItem {
  readonly item: string;
  readonly name: string;
  readonly area: string;
  readonly address?: string;
  readonly chase?: Chase | null;
}

export interface PatrolHead {
  readonly patrol: string;
  readonly area: string;
  readonly kind: "without-code" | "never-scanned" | "stopped";
  readonly label: string;
  readonly made_at: string;
  readonly made_by: string;
}

export interface Patrol extends PatrolHead {
  readonly ends_at: string;
  readonly chased: number;
  readonly items: readonly PatrolItem[];
}

/** Whether people walk for what a list of this kind shows. */
export function patrolledBy(kind: Kind): boolean {
  return !["with-code", "to-confirm", "no-code-needed"].includes(kind);
}

/** Items (by id, with the area they lie in) as lists of one area and at most so many; the order ticked stays. */
export function walksOf(
  items: ReadonlyMap<string, string>,
  most = MOST_ITEMS,
): readonly (readonly [string, readonly string[]])[] {
  const areas = new Map<string, string[]>();
  for (const [item, area] of items) areas.set(area, [...(areas.get(area) ?? []), item]);
  return [...areas].flatMap(([area, own]) =>
    Array.from(
      { length: Math.ceil(own.length / most) },
      (_, turn) => [area, own.slice(turn * most, (turn + 1) * most)] as const,
    ),
  );
}

/** Make them; false when nothing was ticked or the label is missing, which is said. */
export async function makePatrols(
  officer: Officer,
  outcome: Outcome,
  kind: Kind,
  label: string,
  items: ReadonlyMap<string, string>,
): Promise<boolean> {
  const { voice, desk } = officer;
  if (items.size === 0 || label === "") {
    outcome.done(() => [h("p", {}, voice.say(items.size === 0 ? "patrolNothing" : "patrolNoLabel"))]);
    if (label === "" && items.size > 0) document.getElementById("patrol-label")?.focus();
    return false;
  }
  const made: Patrol[] = [];
  for (const [area, own] of walksOf(items)) {
    made.push(await desk.ask<Patrol>("POST", `/areas/${area}/patrols`, { body: { kind, label, items: own } }));
  }
  outcome.done(() => [
    h("p", {}, voice.say("patrolMade", { n: made.length, items: items.size })),
    ...made.map((one) =>
      h(
        "p",
        {},
        link(
          `coverage/patrol/${one.patrol}`,
          voice.say("patrolOf", { label: one.label, area: one.area, n: one.items.length }),
        ),
      ),
    ),
  ]);
  return true;
}
