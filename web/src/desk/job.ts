/** One job on the screen: how far it is, what it found, what waits for a person, what to correct. */
import type { Offline, Problem } from "../shared/api";
import { chinaInstant, instantOf } from "../shared/china";
import { h } from "../shared/dom";
import { asText, copyButton } from "./copying";
import { faultText } from "./faults";
import { follow } from "./following";
import { decisionSection } from "./decision";
import {
  badRows,
  causeText,
  columnText,
  holdsOf,
  isGoing,
  type Job,
  lawText,
  STATE_MARKS,
  STATE_WORDS,
  unchangedRows,
} from "./jobs";
import { marked } from "./marks";
import { saveButton } from "./saving";
import type { Console, View } from "./shell";
import { table } from "./table";
import type { DeskWord } from "./words";

const SHOWN_ROWS = 200;

/** The numbers of a checked job, each under its word, in the order they are read. */
export function numbersOf(job: Job): readonly (readonly [DeskWord, number])[] {
  const all: readonly (readonly [DeskWord, number | undefined])[] =
    job.kind === "staff-list"
      ? [
          ["numberAdded", job.added],
          ["numberChanged", job.changed],
          ["numberUnchanged", job.added === undefined ? undefined : unchangedRows(job)],
          ["numberLeaving", job.leaving],
          ["numberRejected", job.rows_rejected],
          ["numberRepeated", job.rows_repeated],
          ["numberFlagged", job.rows_flagged],
        ]
      : [
          ["numberAccepted", job.rows_accepted],
          ["numberRejected", job.rows_rejected],
          ["numberRepeated", job.rows_repeated],
          ["numberFlagged", job.rows_flagged],
        ];
  return all.flatMap(([word, count]) => (count === undefined ? [] : [[word, count] as const]));
}

/** The view of a job; `done` is shown below a list that is in force. */
export class JobView implements View {
  private job: Job | undefined;
  private fault: Problem | Offline | undefined;
  private csv: string | undefined;
  private readonly status = h("section", { class: "card" });
  /** Spoken when the state changes; rows that are counted are not. */
  private readonly said = h("p", { class: "unseen", "aria-live": "polite" });
  private readonly found = h("div", { class: "stack" });
  private readonly decision = h("div", {});
  private readonly rejected = h("div", {});
  private stop: () => void = () => undefined;

  constructor(
    private readonly open: Console,
    private readonly id: string,
    private readonly onward?: (job: Job) => Node | undefined,
  ) {
    this.follow();
  }

  /** From the beginning: what was just decided moves at once. */
  private follow(): void {
    this.stop();
    this.stop = follow(this.open.desk, this.id, {
      job: (job) => this.take(job),
      fault: (fault) => {
        this.fault = fault;
        this.drawStatus();
      },
    });
  }

  leave(): void {
    this.stop();
  }

  title(): string {
    const { voice } = this.open;
    if (this.job === undefined) return voice.say("jobTitle");
    return voice.say(this.job.kind === "results" ? "jobResults" : "jobList");
  }

  draw(): readonly Node[] {
    this.drawStatus();
    this.drawFindings();
    return [this.said, this.status, this.found];
  }

  private take(job: Job): void {
    const first = this.job === undefined;
    const same = JSON.stringify(job) === JSON.stringify(this.job) && this.fault === undefined;
    // What is held was perhaps decided on by somebody else: then the form goes with it.
    const grown = job.state !== this.job?.state || job.rows_rejected !== this.job?.rows_rejected;
    const moved = job.state !== this.job?.state;
    this.job = job;
    this.fault = undefined;
    if (same) return;
    if (moved) this.said.textContent = `${this.open.voice.say(STATE_WORDS[job.state])} ${this.sentence(job)}`;
    if (first) this.open.redraw();
    else {
      this.drawStatus();
      if (grown) this.drawFindings();
    }
  }

  private decided(job: Job): void {
    this.take(job);
    this.follow();
  }

  private drawStatus(): void {
    const { voice } = this.open;
    const { job, fault } = this;
    const trouble = fault && h("p", { class: "fault" }, faultText(voice, fault));
    if (job === undefined) {
      this.status.replaceChildren(trouble ?? h("p", {}, voice.say("loading")));
      return;
    }
    const when = voice.say("jobAt", { when: chinaInstant(voice.language, instantOf(job.created_at)), job: job.job });
    const nodes = [
      h("h2", { class: "state" }, marked(STATE_MARKS[job.state], voice.say(STATE_WORDS[job.state]))),
      ...this.progress(job),
      h("p", {}, this.sentence(job)),
      trouble,
      job.state === "done" ? this.onward?.(job) : undefined,
      h("p", { class: "hint" }, when),
    ];
    this.status.replaceChildren(...nodes.filter((node) => node !== undefined));
  }

  private progress(job: Job): Node[] {
    if (!isGoing(job) || job.awaited) return [];
    const { voice } = this.open;
    const bar = h("progress", { "aria-label": voice.say("progress"), max: String(Math.max(1, job.rows_accepted)) });
    // Without a value it moves by itself: nobody knows yet how many rows there are.
    if (job.state === "running") bar.value = job.rows_applied;
    return [bar];
  }

  private sentence(job: Job): string {
    const { voice } = this.open;
    const staff = job.kind === "staff-list";
    if (job.awaited) return voice.say("jobAwaitedSay");
    if (job.state === "received") return voice.say("jobReceivedSay");
    if (job.state === "running") {
      const rows = voice.say("rowsDone", { done: job.rows_applied, total: job.rows_accepted });
      return staff ? `${rows} ${voice.say("oldListStands")}` : rows;
    }
    if (job.state === "done") return voice.say(staff ? "jobDoneSay" : "jobDoneResultsSay");
    if (job.state === "held") return voice.say(staff ? "jobHeldSay" : "jobHeldResultsSay");
    const cause = causeText(voice, job.cause ?? "");
    return `${cause} ${voice.say(staff ? "nothingApplied" : "nothingRecorded")}`.trim();
  }

  private drawFindings(): void {
    const { job } = this;
    if (job === undefined || job.state === "received") {
      this.found.replaceChildren();
      return;
    }
    this.decision.replaceChildren(
      ...(job.state === "held" ? decisionSection(this.open, job, (decided) => this.decided(decided)) : []),
    );
    this.drawRejected(job);
    const numbers = job.state === "failed" ? undefined : this.numbers(job);
    const nodes = [numbers, this.decision, this.rejected, copyButton(this.open.voice, () => this.text(job))];
    this.found.replaceChildren(...nodes.filter((node) => node !== undefined));
  }

  private numbers(job: Job): Node {
    const { voice } = this.open;
    const boxes = numbersOf(job).map(([word, count]) =>
      h("div", {}, h("dt", {}, voice.say(word)), h("dd", {}, String(count))),
    );
    const shifted = job.shift_s ? [h("p", {}, voice.say("shifted", { hours: job.shift_s / 3600 }))] : [];
    return h(
      "section",
      { class: "card" },
      h("h2", {}, voice.say("foundTitle", { rows: job.rows_total })),
      h("dl", { class: "numbers" }, ...boxes),
      ...shifted,
    );
  }

  private drawRejected(job: Job): void {
    if (job.rows_rejected === 0 || job.errors === undefined) {
      this.rejected.replaceChildren();
      return;
    }
    const { voice, desk } = this.open;
    const place = h("div", { "aria-live": "polite" }, voice.say("loading"));
    const files = [
      job.to_correct && saveButton(voice, desk, job.to_correct, `to-correct-${job.job}.xlsx`, "toCorrect"),
      saveButton(voice, desk, job.errors, `errors-${job.job}.csv`, "errorsFile"),
    ].filter((node) => node !== undefined && node !== "");
    this.rejected.replaceChildren(
      h(
        "section",
        { class: "card" },
        h("h2", {}, marked("bad", voice.say("rejectedTitle", { rows: job.rows_rejected }))),
        h("p", {}, voice.say(job.to_correct ? "rejectedSay" : "rejectedOfficerSay")),
        h("div", { class: "actions" }, ...files),
        place,
      ),
    );
    void this.fillRows(job.errors, place);
  }

  private async fillRows(path: string, place: HTMLElement): Promise<void> {
    const { voice, desk } = this.open;
    try {
      this.csv ??= await (await desk.send("GET", path)).text();
    } catch (error) {
      place.replaceChildren(h("p", { class: "fault" }, faultText(voice, error)));
      return;
    }
    const rows = badRows(this.csv);
    const heads = [{ head: voice.say("headRow") }, { head: voice.say("headColumn") }, { head: voice.say("headLaw") }];
    const cells = rows
      .slice(0, SHOWN_ROWS)
      .map((bad) => [bad.row, columnText(voice, bad.column), lawText(bad, voice.language)]);
    const more = rows.length > SHOWN_ROWS ? [h("p", {}, voice.say("rowsMore", { shown: SHOWN_ROWS }))] : [];
    place.replaceChildren(table(voice.say("rejectedTitle", { rows: rows.length }), heads, cells), ...more);
  }

  /** The whole report as text. */
  private text(job: Job): string {
    const { voice } = this.open;
    const lines: (string | number)[][] = [
      [this.title(), job.owner],
      [voice.say("jobAt", { when: chinaInstant(voice.language, instantOf(job.created_at)), job: job.job })],
      [voice.say(STATE_WORDS[job.state]), this.sentence(job)],
      ...numbersOf(job).map(([word, count]) => [voice.say(word), count]),
    ];
    if (holdsOf(job).length > 0) lines.push(...(job.leaving_names ?? []).map((name) => [voice.say("leaves"), name]));
    const bad = badRows(this.csv ?? "").map((row) => [
      row.row,
      columnText(voice, row.column),
      lawText(row, voice.language),
    ]);
    return asText([...lines, ...bad]);
  }
}
