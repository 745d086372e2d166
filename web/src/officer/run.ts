/** A run's report: how far it is, what it changed and for whom, what arrived, what is stuck and with whom. */
import type { View } from "../desk/shell";
import { copyButton } from "../desk/copying";
import type { Job } from "../desk/jobs";
import { marked } from "../desk/marks";
import { saveButton } from "../desk/saving";
import { chinaInstant, instantOf } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import type { Run, RunHead } from "./answers";
import { type Arrived, arrivedBefore } from "./arrivals";
import { heldCards, heldLine, heldOf } from "./held";
import { jobLine, whyHeld } from "./holding";
import { everythingHeld } from "./listing";
import type { Officer } from "./officer";
import { facts, link, Loaded, type Nodes, Outcome, Panel } from "./panel";
import { byCause, OUTCOMES, outcomeWord, runText } from "./reporting";
import { areaTable, missedNote, stages, unitTable } from "./runtables";
import { RUN_MARKS } from "./runs";

interface Around {
  readonly arrived: Arrived;
  readonly jobs: readonly Job[];
}

const FIRST_MS = 1_000;
const LONGEST_MS = 15_000;
const SLOWER = 1.5;

function isGoing({ state }: Run): boolean {
  return state === "received" || state === "running";
}

export class RunView implements View {
  private readonly outcome: Outcome;
  private readonly run: Loaded<Run>;
  private readonly around: Loaded<Around>;
  private readonly progress = new Panel(() => this.drawProgress());
  private readonly report = new Panel(() => this.drawReport(), "stack");
  private readonly aroundPanel = new Panel(() => this.drawAround(), "columns");
  private readonly copying = new Panel(() => this.drawCopying(), "stack");
  private readonly said = h("p", { role: "status" });
  private shown = "";
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pauseMs = FIRST_MS;
  private left = false;
  private asked = false;

  constructor(
    private readonly officer: Officer,
    id: string,
  ) {
    const { voice, desk } = officer;
    this.outcome = new Outcome(voice);
    const fetch = (): Promise<Run> => desk.ask<Run>("GET", `/matching/runs/${id}`);
    this.run = new Loaded(
      voice,
      fetch,
      () => this.came(),
      () => void this.again(),
    );
    this.around = new Loaded(
      voice,
      () => this.fetchAround(),
      () => this.cameAround(),
    );
    void this.follow();
  }

  title(): string {
    return this.officer.voice.say("runTitle");
  }

  draw(): Nodes {
    const back = link("runs", this.officer.voice.say("backToRuns"));
    return [
      h("p", {}, back),
      this.outcome.refresh(),
      this.progress.refresh(),
      this.report.refresh(),
      this.aroundPanel.refresh(),
      this.copying.refresh(),
    ];
  }

  leave(): void {
    this.left = true;
    clearTimeout(this.timer);
  }

  /** Ask now, and again with longer pauses until it is over. */
  private async follow(): Promise<void> {
    clearTimeout(this.timer);
    await this.run.load();
    const { value, failed } = this.run;
    if (this.left || value === undefined) return;
    if (isGoing(value)) {
      this.timer = setTimeout(() => void this.follow(), this.pauseMs);
      this.pauseMs = Math.min(this.pauseMs * SLOWER, LONGEST_MS);
    } else if (!failed && !this.asked) {
      // Once, when it is over: while it runs the reads would be in its way.
      this.asked = true;
      void this.around.load();
    }
  }

  /** After a decision it runs on. */
  private async again(): Promise<void> {
    this.pauseMs = FIRST_MS;
    await this.follow();
  }

  private came(): void {
    for (const { unit, name } of this.run.value?.units ?? []) this.officer.names.note(unit, name);
    this.progress.refresh();
    this.copying.refresh();
    // What has not changed stays, and with it the place somebody has got to by keyboard.
    const shown = JSON.stringify(this.run.value);
    if (shown === this.shown) return;
    this.shown = shown;
    this.report.refresh();
  }

  private cameAround(): void {
    this.aroundPanel.refresh();
    this.copying.refresh();
  }

  private async fetchAround(): Promise<Around> {
    const { desk, names } = this.officer;
    const run = this.run.value as Run;
    const { runs } = await desk.ask<{ runs: RunHead[] }>("GET", "/matching/runs");
    const [arrived, { jobs }] = await Promise.all([arrivedBefore(desk, run, runs), everythingHeld(this.officer)]);
    await names.learn([...jobs, ...arrived.failed]);
    return { arrived, jobs };
  }

  private drawProgress(): Nodes {
    const { voice } = this.officer;
    return this.run.draw((run) => {
      const { state, cutoff, parts_done: done, parts_total: total } = run;
      const time = chinaInstant(voice.language, instantOf(cutoff));
      const words = voice.say(`run:${state}`);
      // Said again only when it changed, or every poll would be read out.
      if (this.said.textContent !== words) this.said.replaceChildren(marked(RUN_MARKS[state], words));
      const bar = h("progress", { max: String(Math.max(total, 1)), "aria-label": voice.say("progress") });
      bar.value = done;
      const going = isGoing(run) ? [bar, h("p", { class: "hint" }, voice.say("partsDone", { done, total }))] : [];
      const next = h("p", {}, voice.say(`runNext:${state}`));
      return [h("p", {}, voice.say("textCutoff", { time })), this.said, ...going, next];
    });
  }

  private drawReport(): Nodes {
    const { value: run } = this.run;
    if (run === undefined) return [];
    const { voice } = this.officer;
    const held = heldOf(run);
    const waiting =
      held.length === 0
        ? []
        : [h("h2", {}, voice.say("heldUnits")), heldCards(this.officer, this.outcome, held, false, () => this.again())];
    const file = `run-${run.run.slice(0, 12)}.xlsx`;
    const saving = isGoing(run)
      ? []
      : [saveButton(voice, this.officer.desk, `/matching/runs/${run.run}/report.xlsx`, file, "reportFile")];
    return [
      ...waiting,
      ...missedNote(voice, run),
      this.outcomes(run),
      unitTable(voice, run),
      ...areaTable(voice, run),
      ...saving,
      ...stages(voice, run),
    ];
  }

  private outcomes(run: Run): HTMLElement {
    const { voice } = this.officer;
    const changes = facts(OUTCOMES.map((outcome) => [voice.say(outcomeWord(outcome)), String(run[outcome])] as const));
    const refused = byCause(voice, run.refused);
    const causes =
      refused.length === 0
        ? h("p", {}, voice.say("nobodyRefused"))
        : facts(refused.map(([cause, n]) => [cause, String(n)] as const));
    return h(
      "div",
      { class: "columns" },
      h("section", { class: "card" }, h("h2", {}, voice.say("outcomesTitle")), changes),
      h("section", { class: "card" }, h("h2", {}, voice.say("refusedTitle")), causes),
    );
  }

  private drawAround(): Nodes {
    if (!this.asked) return [];
    const { voice } = this.officer;
    return this.around.draw(({ arrived, jobs }) => [
      h("section", { class: "card" }, h("h2", {}, voice.say("arrivedTitle")), ...this.arrived(arrived)),
      h("section", { class: "card" }, h("h2", {}, voice.say("stuckTitle")), ...this.stuck(jobs, arrived.failed)),
    ]);
  }

  private arrived({ since, until, lists, results, more }: Arrived): Node[] {
    const { voice } = this.officer;
    const instant = (text: string): string => chinaInstant(voice.language, instantOf(text));
    return [
      h("p", { class: "hint" }, voice.say("arrivedBetween", { since: instant(since), until: instant(until) })),
      h("p", {}, voice.say("arrivedLists", { ...lists })),
      h("p", {}, voice.say("arrivedResults", { ...results })),
      ...(more ? [h("p", { class: "hint" }, voice.say("arrivedMore"))] : []),
    ];
  }

  private stuck(jobs: readonly Job[], failed: readonly Job[]): Node[] {
    const { voice, names } = this.officer;
    const line = (job: Job, why: string): Node =>
      h("li", {}, h("p", {}, h("b", {}, names.owner(job)), " ", why), h("p", { class: "hint" }, jobLine(voice, job)));
    const items = [
      ...jobs.map((job) => line(job, whyHeld(voice, job).join(" "))),
      ...failed.map((job) => line(job, voice.say("jobFailedSay"))),
    ];
    if (items.length === 0) return [h("p", {}, voice.say("noHeldJobs"))];
    return [h("ul", { class: "plain-list" }, ...items), h("p", {}, link("holds", voice.say("decide")))];
  }

  private drawCopying(): Nodes {
    const { value: run } = this.run;
    const { value: around } = this.around;
    if (run === undefined || around === undefined) return [];
    return [copyButton(this.officer.voice, () => this.text(run, around))];
  }

  private text(run: Run, { arrived, jobs }: Around): string {
    const { voice, names, area } = this.officer;
    const units = heldOf(run).map((one) => heldLine(this.officer, one));
    return runText(voice, names, { run, arrived, stuck: { jobs, units } }, area, serverNow());
  }
}
