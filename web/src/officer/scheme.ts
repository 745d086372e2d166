/** When venue codes end in a district: set a day ahead at least, moved, or taken back. */
import type { View } from "../desk/shell";
import { chinaDay, rfc3339 } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import { consent } from "./consent";
import { chinaEpoch, datedInstant } from "./instants";
import type { Officer } from "./officer";
import { actionButton, link, Loaded, type Nodes, Outcome, Panel } from "./panel";

const DAY_S = 86_400;

interface Scheme {
  readonly ends_at: string | null;
  readonly over: boolean;
}

export class SchemeView implements View {
  private readonly found: Loaded<Scheme>;
  private readonly outcome: Outcome;
  private readonly panel = new Panel(() => this.content());
  private readonly day = h("input", { id: "scheme-day", type: "date", "aria-describedby": "scheme-hint" });

  constructor(
    private readonly officer: Officer,
    private readonly district: string,
  ) {
    this.outcome = new Outcome(officer.voice);
    this.found = new Loaded(
      officer.voice,
      () => officer.desk.ask<Scheme>("GET", this.path),
      () => this.panel.refresh(),
    );
    // The day after tomorrow begins more than a day from now, whatever the time.
    this.day.min = chinaDay(serverNow() + 2 * DAY_S);
    this.day.addEventListener("input", () => this.day.setAttribute("aria-invalid", "false"));
    void this.found.load();
  }

  private get path(): string {
    return `/districts/${this.district}/scheme`;
  }

  title(): string {
    return this.officer.voice.say("schemeTitle", { district: this.district });
  }

  draw(): Nodes {
    const { voice } = this.officer;
    const back = h("p", {}, link("presets", voice.say("backToPresets")));
    return [back, h("p", {}, voice.say("schemeSay")), this.outcome.refresh(), this.panel.refresh()];
  }

  private content(): Nodes {
    const { voice } = this.officer;
    return this.found.draw(({ ends_at: endsAt, over }) => {
      const form = h("form", { class: "stack", novalidate: "" });
      const label = h("label", { for: "scheme-day" }, voice.say("schemeDay"));
      const hint = h("p", { class: "hint", id: "scheme-hint" }, voice.say("schemeDayHint"));
      const set = h("button", { type: "submit", class: "solid", id: "scheme-set" }, voice.say("schemeSet"));
      const back = actionButton(voice.say("schemeBack"), "plain", this.outcome, () => this.takeBack());
      form.append(h("div", { class: "field day-field" }, label, hint, this.day));
      form.append(h("div", { class: "actions" }, set, endsAt === null ? "" : back));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        void this.set();
      });
      const look = endsAt === null ? "" : "notice";
      return [h("p", { class: look, id: "scheme-state" }, this.stateText(endsAt, over)), form];
    });
  }

  private stateText(endsAt: string | null, over: boolean): string {
    const { voice } = this.officer;
    if (endsAt === null) return voice.say("schemeRuns");
    const at = datedInstant(voice.language, Date.parse(endsAt) / 1000);
    return voice.say(over ? "schemeOver" : "schemeEnds", { at });
  }

  private async set(): Promise<void> {
    const { voice } = this.officer;
    const at = chinaEpoch(this.day.value, "00:00");
    this.day.setAttribute("aria-invalid", String(at === undefined || this.day.value < this.day.min));
    if (at === undefined || this.day.value < this.day.min) {
      this.day.focus();
      return;
    }
    const when = datedInstant(voice.language, at);
    const asked = {
      title: voice.say("schemeAsk", { at: when }),
      say: [voice.say("schemeAskSay"), voice.say("schemeAskBack")],
      yes: voice.say("schemeSet"),
    };
    if ((await consent(voice, asked)) !== undefined) await this.put(rfc3339(at));
  }

  private async takeBack(): Promise<void> {
    const { voice } = this.officer;
    const asked = { title: voice.say("schemeBack"), say: [voice.say("schemeBackSay")], yes: voice.say("schemeBack") };
    if ((await consent(voice, asked)) !== undefined) await this.put(null);
  }

  private async put(endsAt: string | null): Promise<void> {
    try {
      const saved = await this.officer.desk.ask<Scheme>("PUT", this.path, { body: { ends_at: endsAt } });
      await this.found.loadBy(() => Promise.resolve(saved));
      this.outcome.done(() => [h("p", {}, this.stateText(saved.ends_at, saved.over))]);
    } catch (error) {
      this.outcome.fault(error);
    }
  }
}
