/** The first view: what waits for me, the area's figures of a day, and where to go. */
import type { View } from "../desk/shell";
import { copyButton } from "../desk/copying";
import { table } from "../desk/table";
import { chinaDay, chinaInstant, instantOf } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import type { Figures, Jobs, RunHead } from "./answers";
import { levelOf } from "./areas";
import type { Officer } from "./officer";
import { link, Loaded, type Nodes, Panel } from "./panel";
import { FIGURES, figuresText, figureWord, waitingLines } from "./reporting";

interface Waiting {
  readonly jobs: Jobs;
  readonly runs: readonly RunHead[];
}

/** An officer leaves this view open: what waits is asked for again. */
const AGAIN_MS = 60_000;

export class StartView implements View {
  private day = chinaDay(serverNow());
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly waiting: Loaded<Waiting>;
  private readonly figures: Loaded<Figures>;
  private readonly waitingPanel = new Panel(() => this.drawWaiting());
  private readonly figuresPanel = new Panel(() => this.drawFigures(), "stack");
  private readonly copying = new Panel(() => this.drawCopying(), "stack");

  constructor(private readonly officer: Officer) {
    const { voice } = officer;
    this.waiting = new Loaded(
      voice,
      () => this.fetchWaiting(),
      () => this.came(this.waitingPanel),
    );
    this.figures = new Loaded(
      voice,
      () => this.fetchFigures(),
      () => this.came(this.figuresPanel),
    );
    void this.waiting.load();
    void this.figures.load();
    this.timer = setInterval(() => void this.again(), AGAIN_MS);
  }

  leave(): void {
    clearInterval(this.timer);
  }

  /** A tab that nobody looks at asks nothing; nor is anything taken from under a finger. */
  private async again(): Promise<void> {
    if (document.visibilityState !== "visible" || this.waitingPanel.node.contains(document.activeElement)) return;
    await this.waiting.load();
  }

  title(): string {
    return this.officer.voice.say("startTitle");
  }

  draw(): Nodes {
    const { voice, area } = this.officer;
    const level = levelOf(area);
    const where = level === undefined ? area : voice.say(level, { area });
    return [
      h("p", { class: "hint" }, where),
      h("div", { class: "columns" }, this.waitingPanel.refresh(), this.figuresCard()),
      this.actions(),
      this.copying.refresh(),
    ];
  }

  private came(panel: Panel): void {
    panel.refresh();
    this.copying.refresh();
  }

  /** A report is copied whole or not at all: what has not come must not read as nothing. */
  private drawCopying(): Nodes {
    const { value: waiting } = this.waiting;
    const { value: figures } = this.figures;
    if (waiting === undefined || figures === undefined) return [];
    return [copyButton(this.officer.voice, () => this.text(waiting, figures))];
  }

  private async fetchWaiting(): Promise<Waiting> {
    const { desk, names, mayRun } = this.officer;
    const [jobs, { runs }] = await Promise.all([
      desk.ask<Jobs>("GET", "/jobs?state=held"),
      mayRun ? desk.ask<{ runs: RunHead[] }>("GET", "/matching/runs") : { runs: [] },
    ]);
    await names.learn(jobs.jobs);
    return { jobs, runs: runs.filter(({ held_units: held }) => held > 0) };
  }

  private fetchFigures(): Promise<Figures> {
    const { desk, area } = this.officer;
    return desk.ask<Figures>("GET", `/areas/${area}/report?day=${this.day}`);
  }

  private drawWaiting(): Nodes {
    const { voice } = this.officer;
    const title = h("h2", {}, voice.say("waitingTitle"));
    const nodes = this.waiting.draw(({ jobs, runs }) => {
      const count = `${jobs.jobs.length}${jobs.next === undefined ? "" : "+"}`;
      const held = jobs.jobs.length === 0 ? [] : [link("holds", voice.say("jobsWait", { n: count }), "big-link")];
      const units = runs.map((run) => link(`runs/of/${run.run}`, this.runLine(run), "big-link"));
      const all = [...held, ...units];
      return all.length > 0 ? all : [h("p", {}, voice.say("nothingWaits"))];
    });
    return [title, ...nodes];
  }

  private runLine({ cutoff, held_units: n }: RunHead): string {
    const { voice } = this.officer;
    return voice.say("unitsWait", { n, time: chinaInstant(voice.language, instantOf(cutoff)) });
  }

  /** The day's field stays while its figures are drawn again, so that typing a date is not cut short. */
  private figuresCard(): HTMLElement {
    const { voice } = this.officer;
    const input = h("input", { type: "date", id: "day", max: chinaDay(serverNow()) });
    input.value = this.day;
    input.addEventListener("change", () => {
      if (input.value === "") return;
      this.day = input.value;
      void this.figures.restart();
    });
    const field = h("div", { class: "field" }, h("label", { for: "day" }, voice.say("day")), input);
    return h(
      "section",
      { class: "card" },
      h("h2", {}, voice.say("figuresTitle")),
      field,
      this.figuresPanel.refresh(),
      link("day", voice.say("dayMore")),
    );
  }

  private drawFigures(): Nodes {
    const { voice } = this.officer;
    const columns = [
      { head: voice.say("figure") },
      { head: voice.say("thatDay"), numeric: true },
      { head: voice.say("inAll"), numeric: true },
    ];
    const compact = (made: HTMLElement): HTMLElement => {
      // Four rows of two numbers are no cards, also on a phone.
      made.className = "compact";
      return made;
    };
    return this.figures.draw((figures) => [
      compact(
        table(
          voice.say("figuresTitle"),
          columns,
          FIGURES.map((metric) => {
            const { day, cumulative } = figures[metric];
            return [voice.say(figureWord(metric)), String(day), String(cumulative)];
          }),
        ),
      ),
    ]);
  }

  private actions(): HTMLElement {
    const { voice, mayRun } = this.officer;
    const links = [
      link("units/new", voice.say("registerUnit"), "plain"),
      link("labs/new", voice.say("registerLab"), "plain"),
      ...(mayRun ? [link("runs", voice.say("startRun"), "plain")] : []),
      link("venues", voice.say("venuesTitle"), "plain"),
    ];
    return h("nav", { class: "actions", "aria-label": voice.say("quickActions") }, ...links);
  }

  private text({ jobs, runs }: Waiting, figures: Figures): string {
    const { voice, names } = this.officer;
    const units = runs.map((run) => this.runLine(run));
    return figuresText(voice, figures, waitingLines(voice, names, jobs.jobs, units), serverNow());
  }
}
