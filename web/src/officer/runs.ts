/** Matching runs: start one, and the newest. */
import type { View } from "../desk/shell";
import { type Mark, marked } from "../desk/marks";
import { table } from "../desk/table";
import { chinaClock, chinaDay, chinaInstant, DAY_S, instantOf, rfc3339 } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import type { RunHead, RunState } from "./answers";
import { consent } from "./consent";
import { Form } from "./form";
import { chinaEpoch } from "./instants";
import type { Officer } from "./officer";
import { actionButton, link, Loaded, type Nodes, Outcome, Panel } from "./panel";

export const RUN_MARKS: Readonly<Record<RunState, Mark>> = {
  received: "busy",
  running: "busy",
  done: "good",
  held: "wait",
  failed: "bad",
};
/** The service's clock and this page's differ by less; a cut-off to come would be refused. */
const LEEWAY_S = 2;

type Name = "day" | "time";

function cutoffFault({ day, time }: Record<Name, string>): "law:cutoff" | undefined {
  const now = serverNow();
  const cutoff = chinaEpoch(day, time);
  return cutoff !== undefined && cutoff <= now && cutoff >= now - DAY_S ? undefined : "law:cutoff";
}

export class RunsView implements View {
  private readonly outcome: Outcome;
  private readonly runs: Loaded<{ readonly runs: readonly RunHead[] }>;
  private readonly list = new Panel(() => this.drawList());
  private readonly form: Form<Name>;

  constructor(private readonly officer: Officer) {
    const { voice, desk } = officer;
    this.outcome = new Outcome(voice);
    this.runs = new Loaded(
      voice,
      () => desk.ask("GET", "/matching/runs"),
      () => void this.list.refresh(),
    );
    const now = serverNow();
    const values = { day: chinaDay(now), time: chinaClock(now).slice(0, 5) };
    const fields = {
      day: { label: "cutoffDay", hint: "chinaTime", type: "date" },
      time: { label: "cutoffTime", hint: "cutoffHint", type: "time", check: () => cutoffFault(this.form.values) },
    } as const;
    this.form = new Form<Name>(
      "cutoff",
      voice,
      this.outcome,
      fields,
      values,
      "startThen",
      (given) => this.startAt(given),
      {
        cutoff: "time",
      },
    );
    if (officer.mayRun) void this.runs.load();
  }

  title(): string {
    return this.officer.voice.say("runsTitle");
  }

  draw(): Nodes {
    const { voice, mayRun } = this.officer;
    if (!mayRun)
      return [
        h("section", { class: "card" }, h("p", {}, voice.say("runsDistrict")), h("p", {}, voice.say("runsDistrictDo"))),
      ];
    return [this.outcome.refresh(), this.starting(), this.list.refresh()];
  }

  private starting(): HTMLElement {
    const { voice } = this.officer;
    const now = actionButton(voice.say("startNow"), "solid big", this.outcome, () =>
      this.start(serverNow() - LEEWAY_S),
    );
    const then = h("details", {}, h("summary", {}, voice.say("otherCutoff")), this.form.draw());
    return h(
      "section",
      { class: "card" },
      h("h2", {}, voice.say("startRun")),
      h("p", {}, voice.say("startRunSay")),
      h("p", { class: "actions" }, now),
      then,
    );
  }

  private async startAt({ day, time }: Record<Name, string>): Promise<void> {
    const cutoff = chinaEpoch(day, time);
    if (cutoff !== undefined) await this.start(cutoff);
  }

  private async start(cutoff: number): Promise<void> {
    const { voice, desk, area } = this.officer;
    const time = chinaInstant(voice.language, cutoff);
    const say = [voice.say("startAsk", { time, area }), voice.say("startAskHeld")];
    if ((await consent(voice, { title: voice.say("startRun"), say, yes: voice.say("startYes") })) === undefined) return;
    // The same cut-off twice is one run: a second click or a lost answer starts nothing more.
    const body = { cutoff: rfc3339(cutoff) };
    const { run } = await desk.ask<{ run: string }>("POST", "/matching/runs", { body });
    this.officer.go(`runs/of/${run}`);
  }

  private drawList(): Nodes {
    const { voice } = this.officer;
    const nodes = this.runs.draw(({ runs }) => {
      if (runs.length === 0) return [h("p", {}, voice.say("noRuns"))];
      const columns = [
        { head: voice.say("cutoff") },
        { head: voice.say("state") },
        { head: voice.say("heldUnits"), numeric: true },
      ];
      const rows = runs.map(({ run, cutoff, state, held_units: held }) => [
        link(`runs/of/${run}`, chinaInstant(voice.language, instantOf(cutoff)), "row-link"),
        marked(RUN_MARKS[state], voice.say(`run:${state}`)),
        String(held),
      ]);
      return [table(voice.say("newestRuns"), columns, rows)];
    });
    return [h("h2", {}, voice.say("newestRuns")), ...nodes];
  }
}
