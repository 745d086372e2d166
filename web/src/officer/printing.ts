/** Printing the posters of an area that were never printed: one file, with how far it is. */
import { saveButton } from "../desk/saving";
import { patiently } from "../shared/api";
import { h } from "../shared/dom";
import type { Officer } from "./officer";
import { actionButton, type Nodes, Outcome, Panel } from "./panel";
import { SIZES } from "./poster";

interface PrintJob {
  readonly print: string;
  readonly state: "waiting" | "running" | "done" | "failed";
  readonly pages_done: number;
  readonly pages_total: number;
  readonly more?: boolean;
}

const LOOK_AGAIN_MS = 1_500;

export class Printing {
  private readonly outcome: Outcome;
  private readonly told = new Panel(() => this.drawJob(), "stack");
  private job: PrintJob | undefined;
  private size: string = "a4";

  constructor(
    private readonly officer: Officer,
    private readonly area: string,
  ) {
    this.outcome = new Outcome(officer.voice);
    void this.latest();
  }

  draw(): Nodes {
    const { voice, desk } = this.officer;
    const choice = h("select", { id: "print-size" });
    for (const size of SIZES) choice.append(h("option", { value: size }, voice.say(`size:${size}`)));
    choice.value = this.size;
    choice.addEventListener("change", () => (this.size = choice.value));
    const start = actionButton(voice.say("printAll"), "plain", this.outcome, async () => {
      const body = { size: this.size, state: "not-printed" };
      await this.follow(await desk.ask<PrintJob>("POST", `/areas/${this.area}/posters`, { body }));
    });
    return [
      h("p", { class: "hint" }, voice.say("printAllSay")),
      h("div", { class: "field" }, h("label", { for: "print-size" }, voice.say("printSize")), choice),
      h("div", { class: "actions" }, start),
      this.outcome.refresh(),
      this.told.refresh(),
    ];
  }

  /** The newest job: a file that was printed before the page was closed is still there to be saved. */
  private async latest(): Promise<void> {
    try {
      const { prints } = await this.officer.desk.ask<{ prints: readonly PrintJob[] }>(
        "GET",
        `/areas/${this.area}/posters`,
      );
      const newest = prints[0];
      if (newest !== undefined && this.job === undefined) await this.follow(newest);
    } catch (error) {
      this.outcome.fault(error);
    }
  }

  private async follow(job: PrintJob): Promise<void> {
    this.show(job);
    while (this.job?.print === job.print && (this.job.state === "waiting" || this.job.state === "running")) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      // Whoever went to another view is not waited for any more.
      if (!this.told.node.isConnected) return;
      this.show(await patiently(() => this.officer.desk.ask<PrintJob>("GET", `/prints/${job.print}`)));
    }
  }

  private show(job: PrintJob): void {
    this.job = job;
    this.told.refresh();
  }

  private drawJob(): Nodes {
    const { voice, desk } = this.officer;
    const { job } = this;
    if (job === undefined) return [];
    const { state, pages_done: done, pages_total: total } = job;
    if (state === "failed") return [h("p", { class: "fault", role: "alert" }, voice.say("printFailed"))];
    if (state !== "done") {
      const bar = h("progress", { max: String(Math.max(total, 1)), "aria-label": voice.say("progress") });
      if (total > 0) bar.setAttribute("value", String(done));
      const text = total === 0 ? voice.say("printWaits") : voice.say("printing", { done, total });
      return [bar, h("p", { role: "status" }, text)];
    }
    if (total === 0) return [h("p", { role: "status" }, voice.say("printNone"))];
    return [
      h("p", { role: "status" }, voice.say("printDone", { n: total })),
      job.more ? h("p", {}, voice.say("printMore")) : undefined,
      saveButton(voice, desk, `/prints/${job.print}/file`, `posters-${job.print}.pdf`, "printSave"),
    ];
  }
}
