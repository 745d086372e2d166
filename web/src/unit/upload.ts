/** Upload: drop a spreadsheet, see what will happen with it, send it; below, what was uploaded before. */
import { Problem } from "../shared/api";
import { h } from "../shared/dom";
import { copyButton, asText } from "../desk/copying";
import { faultText } from "../desk/faults";
import { jobTable } from "../desk/joblist";
import { isGoing, type Job, namedColumns, STATE_WORDS } from "../desk/jobs";
import type { Console, View } from "../desk/shell";
import { type Destination, type Format, formatOfFile, MIB, mostMiB, sendList } from "../desk/uploading";
import { chinaInstant, instantOf } from "../shared/china";
import { approvalNote, loadUnit, type Unit } from "./approval";
import { OverdueCard } from "./overdue";
import type { UnitWord, Voice } from "./words";

const ACCEPTED = ".csv,.tsv,.txt,.xlsx,.xls,.et,.wps,.jsonl,.ndjson";
const AGAIN_MS = 5_000;
const MODES = ["update", "replace"] as const;
type Mode = (typeof MODES)[number];
const MODE_WORDS: Readonly<Record<Mode, readonly [UnitWord, UnitWord]>> = {
  update: ["modeUpdate", "modeUpdateSay"],
  replace: ["modeReplace", "modeReplaceSay"],
};

function sizeText(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export class UploadView implements View {
  private mode: Mode = "update";
  private file: File | undefined;
  private format: Format | undefined;
  private jobs: readonly Job[] | undefined;
  private sending = false;
  private left = false;
  private readonly chosen = h("div", { class: "stack", "aria-live": "polite" });
  private readonly fault = h("p", { class: "fault", role: "alert", id: "file-fault" });
  private readonly history = h("section", { class: "card", id: "history" });
  private readonly waiting = h("div", {});
  private readonly approval = h("div", {});
  private readonly overdue: OverdueCard | undefined;
  private unit: Unit | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly open: Console,
    private readonly voice: Voice,
  ) {
    void this.loadJobs();
    if (this.isLab) this.overdue = new OverdueCard(open, voice);
    else void this.loadApproval();
    addEventListener("beforeunload", this.keepSending);
  }

  leave(): void {
    this.left = true;
    clearTimeout(this.timer);
    removeEventListener("beforeunload", this.keepSending);
  }

  /** A file that is on its way would be lost with the page: the browser asks first. */
  private readonly keepSending = (event: BeforeUnloadEvent): void => {
    if (this.sending) event.preventDefault();
  };

  private get isLab(): boolean {
    return this.open.desk.who.role === "lab";
  }

  title(): string {
    return this.voice.say(this.isLab ? "uploadResults" : "uploadList");
  }

  draw(): readonly Node[] {
    this.drawChosen();
    this.drawHistory();
    const card = h("section", { class: "card" }, this.dropZone(), this.fault, this.chosen);
    this.drawApproval();
    const modes = this.isLab ? [] : [this.modes()];
    const overdue = this.overdue === undefined ? [] : [this.overdue.draw()];
    return [this.waiting, this.approval, ...modes, card, ...overdue, this.template(), this.history];
  }

  private modes(): Node {
    const choices = MODES.map((mode) => {
      const [head, say] = MODE_WORDS[mode];
      const input = h("input", { type: "radio", name: "mode", value: mode, "aria-describedby": `mode-${mode}` });
      input.checked = this.mode === mode;
      input.addEventListener("change", () => {
        this.mode = mode;
        this.drawChosen();
      });
      const text = h(
        "span",
        {},
        this.voice.say(head),
        h("span", { class: "hint", id: `mode-${mode}` }, this.voice.say(say)),
      );
      return h("label", { class: "choice" }, input, text);
    });
    return h("fieldset", { class: "card" }, h("legend", {}, this.voice.say("modeTitle")), ...choices);
  }

  private dropZone(): Node {
    const { voice } = this;
    const input = h("input", {
      type: "file",
      id: "file",
      accept: ACCEPTED,
      class: "unseen",
      "aria-describedby": "file-fault",
    });
    input.addEventListener("change", () => {
      void this.choose(input.files?.[0]);
      // Else the same file, mended and chosen again, would be no change.
      input.value = "";
    });
    const zone = h(
      "div",
      { class: "drop" },
      h("p", { class: "wide-only" }, voice.say("dropHere")),
      input,
      h("label", { for: "file", class: "solid" }, voice.say("chooseFile")),
      h("p", { class: "hint" }, voice.say(this.isLab ? "formatsLab" : "formats")),
    );
    const over = (event: DragEvent, on: boolean): void => {
      event.preventDefault();
      zone.classList.toggle("over", on);
    };
    zone.addEventListener("dragover", (event) => over(event, true));
    zone.addEventListener("dragleave", (event) => over(event, false));
    zone.addEventListener("drop", (event) => {
      over(event, false);
      void this.choose(event.dataTransfer?.files[0]);
    });
    return zone;
  }

  private async choose(file: File | undefined): Promise<void> {
    if (file === undefined || this.sending) return;
    this.fault.textContent = "";
    this.file = undefined;
    let wrong: UnitWord | undefined;
    let most = 0;
    if (file.size === 0) wrong = "fileEmpty";
    else {
      this.format = await formatOfFile(file);
      if (this.format === undefined) wrong = "fileNoList";
      else {
        most = mostMiB(this.isLab ? "results" : "staff-list", this.format);
        if (file.size > most * MIB) wrong = "fileTooLarge";
        else this.file = file;
      }
    }
    if (wrong !== undefined) this.fault.textContent = this.voice.say(wrong, { most });
    this.drawChosen();
    this.chosen.querySelector("button")?.focus();
  }

  private drawChosen(): void {
    if (this.sending) return;
    const { file, voice } = this;
    if (file === undefined) {
      this.chosen.replaceChildren();
      return;
    }
    const send = h("button", { type: "button", class: "solid wide", id: "send" }, voice.say("sendFile"));
    send.addEventListener("click", () => void this.send(file));
    const does = this.isLab ? "" : voice.say(MODE_WORDS[this.mode][0]);
    this.chosen.replaceChildren(
      h("p", {}, h("b", {}, file.name), ` · ${sizeText(file.size)}${does === "" ? "" : ` · ${does}`}`),
      send,
    );
  }

  private async send(file: File): Promise<void> {
    const { voice, open } = this;
    const bar = h("progress", { max: "100", "aria-label": voice.say("progress") });
    const said = h("p", {}, voice.say("sending"));
    this.sending = true;
    this.fault.textContent = "";
    this.chosen.replaceChildren(h("p", {}, h("b", {}, file.name)), bar, said);
    const { role, scope } = open.desk.who;
    const to: Destination = { kind: role === "lab" ? "results" : "staff-list", subject: scope, mode: this.mode };
    try {
      const data = await inMemory(file);
      if (data === undefined) {
        this.fault.textContent = voice.say("fileChanged");
        this.file = undefined;
        return;
      }
      const job = await sendList(open.desk, to, this.format ?? "csv", data, (sent, total) => {
        bar.value = (100 * sent) / total;
        // The whole file is read before the service answers.
        if (sent === total) said.textContent = voice.say("sentReading");
      });
      this.sending = false;
      // Who went elsewhere meanwhile stays there: the job is in the list.
      if (!this.left) open.go(`job/${job.job}`);
    } catch (error) {
      this.fault.textContent = this.sentence(error, file.name);
      // What was refused must be mended first, and a file that was mended must be chosen again.
      if (error instanceof Problem && error.status === 422) this.file = undefined;
    } finally {
      this.sending = false;
      this.drawChosen();
    }
  }

  private sentence(error: unknown, name: string): string {
    const told = faultText(this.voice, error);
    if (!(error instanceof Problem) || error.status !== 422) return told;
    return this.voice.say("fileRefused", { name, why: namedColumns(this.voice, told) });
  }

  private template(): Node {
    const { voice } = this;
    const name = this.isLab ? "results.xlsx" : "staff-list.xlsx";
    const link = h("a", { class: "plain", href: `/templates/${name}`, download: name }, voice.say("template"));
    return h(
      "section",
      { class: "card" },
      h("h2", {}, voice.say("templateTitle")),
      h("p", {}, voice.say(this.isLab ? "templateLabSay" : "templateSay")),
      h("p", { class: "actions" }, link),
    );
  }

  private async loadJobs(): Promise<void> {
    const { desk } = this.open;
    const owner = this.isLab ? "labs" : "units";
    try {
      const found = await desk.ask<{ jobs: Job[] }>("GET", `/${owner}/${encodeURIComponent(desk.who.scope)}/jobs`);
      if (this.left) return;
      this.jobs = found.jobs;
      this.drawHistory();
      if (found.jobs.some(isGoing)) this.timer = setTimeout(() => void this.loadJobs(), AGAIN_MS);
    } catch (error) {
      this.history.replaceChildren(h("p", { class: "fault", role: "alert" }, faultText(this.voice, error)));
    }
  }

  private async loadApproval(): Promise<void> {
    try {
      this.unit = await loadUnit(this.open);
    } catch {
      return; // What is wrong with the unit or the network is said where its jobs stand.
    }
    this.drawApproval();
  }

  private drawApproval(): void {
    if (this.unit !== undefined) this.approval.replaceChildren(approvalNote(this.voice, this.unit));
  }

  private drawHistory(): void {
    const { voice, jobs } = this;
    if (jobs === undefined) {
      this.history.replaceChildren(h("p", {}, voice.say("loading")));
      return;
    }
    this.drawWaiting(jobs.filter(({ state }) => state === "held"));
    const heading = h("h2", {}, voice.say("jobsTitle"));
    if (jobs.length === 0) this.history.replaceChildren(heading, h("p", {}, voice.say("noJobs")));
    else
      this.history.replaceChildren(
        heading,
        jobTable(voice, jobs),
        copyButton(voice, () => this.text(jobs)),
      );
  }

  private drawWaiting(held: readonly Job[]): void {
    const { voice } = this;
    const links = held.flatMap(({ job, created_at }) => [
      " ",
      h("a", { href: `#job/${job}` }, chinaInstant(voice.language, instantOf(created_at))),
    ]);
    const said = held.length > 0 ? [h("p", { class: "notice" }, voice.say("waits"), ...links)] : [];
    this.waiting.replaceChildren(...said);
  }

  private text(jobs: readonly Job[]): string {
    const { voice } = this;
    return asText(
      jobs.map((job) => [
        chinaInstant(voice.language, instantOf(job.created_at)),
        voice.say(STATE_WORDS[job.state]),
        `${voice.say("headRows")} ${job.rows_total}`,
        `${voice.say("headRejected")} ${job.rows_rejected}`,
        job.job,
      ]),
    );
  }
}

/** The file as it is now; undefined when it was saved anew or deleted after it was chosen: browsers then refuse it. */
async function inMemory(file: File): Promise<Blob | undefined> {
  try {
    return new Blob([await file.arrayBuffer()]);
  } catch {
    return undefined;
  }
}
