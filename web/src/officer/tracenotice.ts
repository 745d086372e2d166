/** A notice to the people of a trace: written and counted by one, confirmed by another, stopped by either while it goes. */
import { instantOf } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import { consent } from "./consent";
import { type Field, Form, label } from "./form";
import type { Officer } from "./officer";
import { actionButton, facts, type Nodes, type Outcome, Panel } from "./panel";
import type { Trace, TraceNotice } from "./traced";

type Name = "text_zh" | "text_en";

const FIELDS: Readonly<Record<Name, Field>> = {
  text_zh: { label: "noticeZh", hint: "noticeHint", check: label(500) },
  text_en: { label: "noticeEn", check: label(500) },
};

export class NoticePanel {
  readonly panel = new Panel(() => this.draw(), "stack");
  private trace: Trace | undefined;
  private form: Form<Name>;

  constructor(
    private readonly officer: Officer,
    private readonly id: string,
    private readonly outcome: Outcome,
    private readonly changed: () => void,
  ) {
    this.form = this.makeForm({ text_zh: "", text_en: "" });
  }

  /** The trace as it is now; what is being typed stays. */
  found(trace: Trace): void {
    const before = this.trace;
    this.trace = trace;
    const same = before?.state === trace.state && JSON.stringify(before.notice) === JSON.stringify(trace.notice);
    if (!same) this.panel.refresh();
  }

  private makeForm(values: Record<Name, string>): Form<Name> {
    const { voice } = this.officer;
    return new Form<Name>("notice", voice, this.outcome, FIELDS, values, "previewNotice", (given) =>
      this.propose(given),
    );
  }

  private draw(): Nodes {
    const { voice, isTracer } = this.officer;
    if (this.trace?.state !== "done" || (this.trace.people ?? 0) === 0) return [];
    const { notice } = this.trace;
    const writing = !isTracer && (notice === undefined || notice.state === "proposed");
    return [
      h(
        "section",
        { class: "card stack" },
        h("h2", {}, voice.say("noticeTitle")),
        h("p", { class: "hint" }, voice.say("noticeSay")),
        ...(notice === undefined ? [] : this.preview(notice)),
        ...(writing ? [this.form.draw()] : []),
      ),
    ];
  }

  private preview(notice: TraceNotice): readonly Node[] {
    const { voice, isTracer } = this.officer;
    const { state, people, sent, texts } = notice;
    const buttons: Node[] = [];
    if (isTracer && state === "proposed")
      buttons.push(actionButton(voice.say("confirmNotice"), "solid", this.outcome, () => this.confirm(notice)));
    if (state === "proposed" || state === "sending" || textsGo(notice))
      buttons.push(actionButton(voice.say("stopNotice"), "plain", this.outcome, () => this.stop()));
    return [
      facts([
        [voice.say("noticeZh"), h("span", { lang: "zh-CN" }, notice.text_zh)],
        [voice.say("noticeEn"), h("span", { lang: "en" }, notice.text_en)],
      ]),
      h("p", { role: "status" }, voice.say(`notice:${state}`, { n: people, sent })),
      ...(texts === undefined ? [] : [h("p", { class: "hint" }, voice.say("noticeTexts", { n: texts }))]),
      h("p", { class: "actions" }, ...buttons),
    ];
  }

  private async propose(values: Record<Name, string>): Promise<void> {
    const { desk, voice } = this.officer;
    const body = { text_zh: values.text_zh.trim(), text_en: values.text_en.trim() };
    const made = await desk.ask<TraceNotice>("POST", `/traces/${this.id}/notice`, { body });
    this.changed();
    this.outcome.done(() => [h("p", {}, voice.say("noticeProposed", { n: made.people }))]);
  }

  private async confirm({ digest, people, texts }: TraceNotice): Promise<void> {
    const { desk, voice } = this.officer;
    const say = [voice.say("confirmNoticeSay", { n: people })];
    if (texts !== undefined) say.push(voice.say("noticeTexts", { n: texts }));
    const yes = await consent(voice, { title: voice.say("confirmNotice"), say, yes: voice.say("confirmNotice") });
    if (yes === undefined) return;
    await desk.ask("POST", `/traces/${this.id}/notice/confirmation`, { body: { digest } });
    this.changed();
    this.outcome.done(() => [h("p", {}, voice.say("noticeConfirmed"))]);
  }

  private async stop(): Promise<void> {
    const { desk, voice } = this.officer;
    const stopped = await desk.ask<TraceNotice>("POST", `/traces/${this.id}/notice/stop`);
    this.changed();
    this.outcome.done(() => [h("p", {}, voice.say("notice:stopped", { n: stopped.people, sent: stopped.sent }))]);
  }
}

/** Every page has the notice, and texts are still on their way: these can be stopped. */
function textsGo({ state, texts_until }: TraceNotice): boolean {
  return state === "sent" && texts_until !== undefined && instantOf(texts_until) > serverNow();
}
