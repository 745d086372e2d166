/** A laboratory's overdue samples: tubes taken over a day ago for which it has sent no result yet. Tubes, never people. */
import { chinaInstant, instantOf } from "../shared/china";
import { h } from "../shared/dom";
import { asText, copyButton } from "../desk/copying";
import { faultText } from "../desk/faults";
import type { Console } from "../desk/shell";
import { table } from "../desk/table";
import type { Voice } from "./words";

interface Sample {
  readonly tube: string;
  readonly sampled_at: string;
  readonly site: string;
}

/** A page of them (docs/openapi.json, OverdueOut). */
interface Overdue {
  readonly as_of: string | null;
  readonly total: number;
  readonly samples: readonly Sample[];
  readonly next?: string;
}

/** The card: how many, the oldest, and the list to work through. It loads itself, and is drawn anew in either language. */
export class OverdueCard {
  private readonly card = h("section", { class: "card", id: "overdue" });
  private samples: readonly Sample[] = [];
  private found: Overdue | undefined;
  private fault: unknown;
  private opened = false;

  constructor(
    private readonly open: Console,
    private readonly voice: Voice,
  ) {
    void this.load();
  }

  draw(): HTMLElement {
    this.card.replaceChildren(h("h2", {}, this.voice.say("overdueTitle")), ...this.told());
    return this.card;
  }

  private told(): readonly Node[] {
    const { found, voice } = this;
    if (this.fault !== undefined) return [h("p", { class: "fault", role: "alert" }, faultText(voice, this.fault))];
    if (found === undefined) return [h("p", {}, voice.say("loading"))];
    if (found.as_of === null) return [h("p", { class: "hint" }, voice.say("overdueBefore"))];
    const when = this.time(found.as_of);
    const [oldest] = this.samples;
    if (oldest === undefined) return [h("p", { class: "hint" }, voice.say("overdueNone", { when }))];
    const said = voice.say("overdueSay", { count: found.total, when, oldest: this.time(oldest.sampled_at) });
    return [h("p", { class: "notice" }, said), h("p", {}, voice.say("overdueDo")), this.list(found)];
  }

  private list(found: Overdue): Node {
    const { voice, samples } = this;
    const columns = [
      { head: voice.say("headTube") },
      { head: voice.say("headTaken") },
      { head: voice.say("headSite") },
    ];
    const rows = samples.map((one) => [one.tube, this.time(one.sampled_at), one.site]);
    const summary = h("summary", {}, voice.say("overdueList", { shown: samples.length, count: found.total }));
    const copy = copyButton(voice, () => asText([columns.map(({ head }) => head), ...rows]));
    const more = found.next === undefined ? [] : [h("p", { class: "actions" }, this.more(found.next))];
    const details = h("details", {}, summary, copy, table(voice.say("overdueTitle"), columns, rows), ...more);
    details.open = this.opened;
    details.addEventListener("toggle", () => (this.opened = details.open));
    return details;
  }

  private more(next: string): Node {
    const button = h("button", { type: "button", class: "plain" }, this.voice.say("overdueMore"));
    button.addEventListener("click", () => {
      button.disabled = true;
      void this.load(next);
    });
    return button;
  }

  private async load(next?: string): Promise<void> {
    const { desk } = this.open;
    const after = next === undefined ? "" : `?next=${encodeURIComponent(next)}`;
    try {
      this.found = await desk.ask<Overdue>("GET", `/labs/${encodeURIComponent(desk.who.scope)}/overdue${after}`);
      this.samples = [...(next === undefined ? [] : this.samples), ...this.found.samples];
      this.fault = undefined;
    } catch (error) {
      this.fault = error;
    }
    this.draw();
  }

  private time(text: string): string {
    return chinaInstant(this.voice.language, instantOf(text));
  }
}
