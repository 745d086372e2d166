/** Units of which a run would withdraw so many people that a person decides first. */
import { marked } from "../desk/marks";
import { Problem } from "../shared/api";
import { chinaInstant, instantOf } from "../shared/china";
import { h } from "../shared/dom";
import type { Hold, Run, RunHead } from "./answers";
import { consent } from "./consent";
import type { Officer } from "./officer";
import { actionButton, link, Loaded, type Nodes, type Outcome, Panel } from "./panel";

interface HeldUnit {
  readonly run: string;
  readonly cutoff: string;
  readonly hold: Hold;
}

/** Runs to look into: the newest of those that hold a unit of this area. */
const MOST_RUNS = 5;

/** Held units, each with its card; `named` with the run it is of; `after` is called when one was decided. */
export function heldCards(
  officer: Officer,
  outcome: Outcome,
  held: readonly HeldUnit[],
  named: boolean,
  after: () => Promise<void>,
): Node {
  return h("ul", { class: "cards" }, ...held.map((one) => card(officer, outcome, one, named, after)));
}

function card(
  officer: Officer,
  outcome: Outcome,
  one: HeldUnit,
  named: boolean,
  after: () => Promise<void>,
): HTMLElement {
  const { voice, names } = officer;
  const { hold, run, cutoff } = one;
  const owner = names.unit(hold.unit);
  const time = chinaInstant(voice.language, instantOf(cutoff));
  const decide = (decision: "release" | "cancel"): Promise<void> => decideUnit(officer, outcome, one, decision, after);
  const release = actionButton(voice.say("releaseUnit"), "solid", outcome, () => decide("release"));
  const cancel = actionButton(voice.say("cancel"), "plain", outcome, () => decide("cancel"));
  release.setAttribute("aria-label", voice.say("releaseWhose", { owner }));
  cancel.setAttribute("aria-label", voice.say("cancelWhose", { owner }));
  return h(
    "li",
    { class: "card", "data-unit": hold.unit },
    h("h3", {}, owner),
    named ? h("p", { class: "hint" }, link(`runs/of/${run}`, voice.say("ofRun", { time }))) : "",
    h("p", {}, marked("wait", voice.say("whyUnit", { people: hold.people, losing: hold.losing }))),
    h("div", { class: "actions" }, release, cancel),
  );
}

async function decideUnit(
  officer: Officer,
  outcome: Outcome,
  { run, hold }: HeldUnit,
  decision: "release" | "cancel",
  after: () => Promise<void>,
): Promise<void> {
  const { voice, desk, names } = officer;
  const owner = names.unit(hold.unit);
  const released = decision === "release";
  const reason = await consent(voice, {
    title: voice.say(released ? "releaseWhose" : "cancelWhose", { owner }),
    say: [voice.say(released ? "releaseUnitSay" : "cancelUnitSay", { losing: hold.losing })],
    yes: voice.say(released ? "releaseUnit" : "cancelYes"),
    reason: true,
  });
  if (reason === undefined) return;
  try {
    await desk.ask<Hold>("POST", `/matching/runs/${run}/units/${hold.unit}/decision`, { body: { decision, reason } });
  } catch (error) {
    if (error instanceof Problem && error.status === 409) void after();
    throw error;
  }
  await after();
  const values = { owner: names.unit(hold.unit), losing: hold.losing };
  outcome.done(() => [h("p", {}, voice.say(released ? "unitReleased" : "unitCancelled", values))]);
}

/** What a run still waits for, of the officer's own area. */
export function heldOf({ run, cutoff, holds }: Run): HeldUnit[] {
  return holds.filter(({ decision }) => decision === "").map((hold) => ({ run, cutoff, hold }));
}

/** A held unit in one line. */
export function heldLine({ voice, names }: Officer, { cutoff, hold }: HeldUnit): string {
  const time = chinaInstant(voice.language, instantOf(cutoff));
  const { people, losing } = hold;
  return `${names.unit(hold.unit)}: ${voice.say("whyUnit", { people, losing })} ${voice.say("ofRun", { time })}`;
}

/** The held units of the newest runs, as a part of a view. */
export class HeldUnits {
  private readonly held: Loaded<readonly HeldUnit[]>;
  private readonly panel = new Panel(() => this.drawPanel(), "stack");

  constructor(
    private readonly officer: Officer,
    private readonly outcome: Outcome,
    private readonly changed: () => void,
  ) {
    const came = (): void => {
      this.panel.refresh();
      this.changed();
    };
    this.held = new Loaded(officer.voice, () => this.fetch(), came);
    void this.held.load();
  }

  draw(): HTMLElement {
    return this.panel.refresh();
  }

  /** A line for each, undefined while they are not here. */
  lines(): string[] | undefined {
    return this.held.value?.map((one) => heldLine(this.officer, one));
  }

  private async fetch(): Promise<readonly HeldUnit[]> {
    const { desk, names } = this.officer;
    const { runs } = await desk.ask<{ runs: RunHead[] }>("GET", "/matching/runs");
    const waiting = runs.filter(({ held_units: n }) => n > 0).slice(0, MOST_RUNS);
    const reports = await Promise.all(waiting.map(({ run }) => desk.ask<Run>("GET", `/matching/runs/${run}`)));
    for (const { unit, name } of reports.flatMap(({ units }) => units)) names.note(unit, name);
    return reports.flatMap(heldOf);
  }

  private drawPanel(): Nodes {
    const { voice } = this.officer;
    const nodes = this.held.draw((held) =>
      held.length === 0
        ? [h("p", { class: "card" }, voice.say("noHeldUnits"))]
        : [heldCards(this.officer, this.outcome, held, true, () => this.held.load())],
    );
    return [h("h2", {}, voice.say("heldUnits")), ...nodes];
  }
}
