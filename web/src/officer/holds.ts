/** What waits for a person: uploads that were held, and units that a run would cut short. */
import type { View } from "../desk/shell";
import { type BadRow, badRows, isGoing, type Job, systematicOf } from "../desk/jobs";
import { copyButton } from "../desk/copying";
import { follow } from "../desk/following";
import { marked } from "../desk/marks";
import { Offline, Problem } from "../shared/api";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import { consent } from "./consent";
import { HeldUnits } from "./held";
import { countsOf, jobLine, whatCancelDoes, whatReleaseDoes, whyHeld } from "./holding";
import { everythingHeld } from "./listing";
import type { Officer } from "./officer";
import { actionButton, facts, Loaded, type Nodes, Outcome, Panel } from "./panel";
import { holdsText, waitingLines } from "./reporting";

interface Held {
  readonly jobs: readonly Job[];
  /** More than were fetched. */
  readonly more: boolean;
  /** Of a job that breaks one law in one column: a row that does. */
  readonly laws: ReadonlyMap<string, BadRow>;
}

export class HoldsView implements View {
  private readonly outcome: Outcome;
  private readonly held: Loaded<Held>;
  private readonly units: HeldUnits | undefined;
  private readonly jobsPanel = new Panel(() => this.drawJobs(), "stack");
  private readonly copying = new Panel(() => this.drawCopying(), "stack");
  /** Decided here; the list of held jobs follows the decision within moments. */
  private readonly decided = new Set<string>();
  private readonly watched = new Set<() => void>();

  constructor(private readonly officer: Officer) {
    this.outcome = new Outcome(officer.voice);
    this.held = new Loaded(
      officer.voice,
      () => this.fetch(),
      () => this.came(),
    );
    this.units = officer.mayRun ? new HeldUnits(officer, this.outcome, () => void this.copying.refresh()) : undefined;
    void this.held.load();
  }

  title(): string {
    return this.officer.voice.say("holdsTitle");
  }

  draw(): Nodes {
    return [this.outcome.refresh(), this.jobsPanel.refresh(), this.units?.draw(), this.copying.refresh()];
  }

  leave(): void {
    for (const stop of this.watched) stop();
  }

  private came(): void {
    this.jobsPanel.refresh();
    this.copying.refresh();
  }

  private async fetch(): Promise<Held> {
    const { names } = this.officer;
    const { jobs, more } = await everythingHeld(this.officer);
    await names.learn(jobs);
    const found = await Promise.all(jobs.map(async (job) => [job.job, await this.lawOf(job)] as const));
    const laws = new Map(found.flatMap(([job, law]) => (law === undefined ? [] : [[job, law] as const])));
    return { jobs, more, laws };
  }

  /** The law in words is in the job's list of bad rows, which holds no cell of anybody. */
  private async lawOf({ job, cause = "" }: Job): Promise<BadRow | undefined> {
    const found = systematicOf(cause);
    if (found === undefined) return undefined;
    try {
      const answer = await this.officer.desk.send("GET", `/jobs/${job}/errors.csv`);
      return badRows(await answer.text()).find(({ law, column }) => law === found.law && column === found.column);
    } catch (error) {
      // The count and the column are told without it.
      if (!(error instanceof Problem || error instanceof Offline)) throw error;
      return undefined;
    }
  }

  private waiting({ jobs }: Held): readonly Job[] {
    return jobs.filter(({ job }) => !this.decided.has(job));
  }

  private drawJobs(): Nodes {
    const { voice } = this.officer;
    const title = h("h2", {}, voice.say("heldJobs"));
    const nodes = this.held.draw((held) => {
      const waiting = this.waiting(held);
      if (waiting.length === 0) return [h("p", { class: "card" }, voice.say("noHeldJobs"))];
      const cards = waiting.map((job) => this.card(job, held.laws.get(job.job)));
      return [
        h("ul", { class: "cards" }, ...cards),
        held.more ? h("p", { class: "hint" }, voice.say("moreHeld")) : undefined,
      ];
    });
    return [title, ...nodes];
  }

  private card(job: Job, law: BadRow | undefined): HTMLElement {
    const { voice, names } = this.officer;
    const owner = names.owner(job);
    const why = whyHeld(voice, job, law).map((text) => h("p", {}, marked("wait", text)));
    const release = actionButton(voice.say("release"), "solid", this.outcome, () => this.decide(job, "apply"));
    const cancel = actionButton(voice.say("cancel"), "plain", this.outcome, () => this.decide(job, "cancel"));
    release.setAttribute("aria-label", voice.say("releaseWhose", { owner }));
    cancel.setAttribute("aria-label", voice.say("cancelWhose", { owner }));
    return h(
      "li",
      { class: "card", "data-job": job.job },
      h("h3", {}, owner),
      h("p", { class: "hint" }, jobLine(voice, job)),
      ...why,
      facts(countsOf(voice, job)),
      h("div", { class: "actions" }, release, cancel),
    );
  }

  private async decide(job: Job, decision: "apply" | "cancel"): Promise<void> {
    const { voice, desk, names } = this.officer;
    const owner = names.owner(job);
    const apply = decision === "apply";
    const reason = await consent(voice, {
      title: voice.say(apply ? "releaseWhose" : "cancelWhose", { owner }),
      say: apply ? whatReleaseDoes(voice, job) : [whatCancelDoes(voice, job)],
      yes: voice.say(apply ? "release" : "cancelYes"),
      reason: true,
    });
    if (reason === undefined) return;
    try {
      await desk.ask<Job>("POST", `/jobs/${job.job}/decision`, { body: { decision, reason } });
    } catch (error) {
      // Somebody else was first: the list tells how it stands now.
      if (error instanceof Problem && error.status === 409) void this.held.load();
      throw error;
    }
    this.decided.add(job.job);
    this.came();
    this.outcome.done(() => [h("p", {}, voice.say(apply ? "jobReleased" : "jobCancelledBy", { owner }))]);
    if (apply) this.watch(job);
  }

  /** What a release led to: in force, or held for another reason. */
  private watch({ job: id }: Job): void {
    const stop = follow(this.officer.desk, id, {
      job: (job) => {
        if (isGoing(job)) return;
        stop();
        this.watched.delete(stop);
        this.outcome.update(() => [h("p", {}, this.ended(job))]);
        if (job.state !== "held") return;
        this.decided.delete(id);
        void this.held.load();
      },
      fault: () => undefined, // It was released; only how it went on is not known.
    });
    this.watched.add(stop);
  }

  private ended(job: Job): string {
    const { voice, names } = this.officer;
    const values = { owner: names.owner(job), good: job.rows_accepted, bad: job.rows_rejected };
    if (job.state === "held") return voice.say("jobHeldAgain", values);
    return voice.say(job.state === "done" ? "jobInForce" : "jobEndedOtherwise", values);
  }

  private drawCopying(): Nodes {
    const { value } = this.held;
    const units = this.units === undefined ? [] : this.units.lines();
    if (value === undefined || units === undefined) return [];
    return [copyButton(this.officer.voice, () => this.text(value, units))];
  }

  private text(held: Held, units: readonly string[]): string {
    const { voice, names, area } = this.officer;
    return holdsText(voice, waitingLines(voice, names, this.waiting(held), units), area, serverNow());
  }
}
