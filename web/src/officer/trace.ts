/** One trace: what was asked, deciding about it, how far the search is, and whom it found. */
import type { View } from "../desk/shell";
import { rfc3339 } from "../shared/china";
import { h } from "../shared/dom";
import { consent } from "./consent";
import { Follow } from "./following";
import { chinaEpoch } from "./instants";
import type { Officer } from "./officer";
import { actionButton, facts, link, Loaded, type Nodes, Outcome, Panel, retitle } from "./panel";
import { NoticePanel } from "./tracenotice";
import { PeoplePanel } from "./tracepeople";
import { type FollowUpKey, GROUNDS, moment, type Trace, traceState } from "./traced";
import { named } from "./words";

export class TraceView implements View {
  private readonly outcome: Outcome;
  private readonly loaded: Loaded<Trace>;
  private readonly keys: Loaded<{ readonly keys: readonly FollowUpKey[] }>;
  private readonly panel = new Panel(() => this.drawFacts());
  private readonly deciding = new Panel(() => this.drawDeciding(), "stack");
  private readonly people: PeoplePanel;
  private readonly notice: NoticePanel;
  private readonly follow: Follow;
  private key = "";
  private embargo = "";
  private decided: string | undefined;

  constructor(
    private readonly officer: Officer,
    private readonly trace: string,
  ) {
    const { voice, desk } = officer;
    this.outcome = new Outcome(voice);
    this.loaded = new Loaded(
      voice,
      () => desk.ask<Trace>("GET", `/traces/${trace}`),
      () => this.came(),
    );
    this.keys = new Loaded(
      voice,
      () => desk.ask("GET", "/follow-up-keys"),
      () => void this.deciding.refresh(),
    );
    this.people = new PeoplePanel(officer, trace);
    this.notice = new NoticePanel(officer, trace, this.outcome, () => void this.loaded.load());
    void this.loaded.load();
    if (officer.isTracer) void this.keys.load();
    this.follow = new Follow(
      () => this.loaded.answered(),
      () => this.goesOn(),
    );
    this.follow.start();
  }

  leave(): void {
    this.follow.stop();
  }

  title(): string {
    return this.loaded.value?.case ?? this.officer.voice.say("trace");
  }

  draw(): Nodes {
    const back = link(this.officer.isTracer ? "" : "traces", this.officer.voice.say("backToTraces"));
    return [
      h("p", {}, back),
      this.outcome.refresh(),
      this.panel.refresh(),
      this.deciding.refresh(),
      this.people.panel.refresh(),
      this.notice.panel.refresh(),
    ];
  }

  /** Whether anything can still change, by itself or by another's hand. */
  private goesOn(): boolean {
    const { state, notice } = this.loaded.value ?? {};
    return state !== "refused" && notice?.state !== "sent" && notice?.state !== "stopped";
  }

  private came(): void {
    const trace = this.loaded.value;
    this.panel.refresh();
    // What is being chosen stays until somebody has decided.
    if (this.decided !== trace?.state) this.deciding.refresh();
    this.decided = trace?.state;
    if (trace === undefined) return;
    retitle(this.panel, trace.case, this.officer.voice);
    this.people.found(trace);
    this.notice.found(trace);
  }

  private drawFacts(): Nodes {
    const { voice } = this.officer;
    return this.loaded.draw((trace) => {
      const about = trace.venue ?? voice.say("aboutPerson");
      const searching = trace.state === "searching" || trace.state === "approved";
      const pairs: (readonly [string, string | Node])[] = [
        [voice.say("state"), traceState(voice, trace)],
        [voice.say("traceGround"), voice.say(GROUNDS[trace.ground])],
        [voice.say("traceDocument"), trace.document],
        [voice.say("area"), trace.area],
        [voice.say("traceAbout"), about],
        [voice.say("traceWindow"), `${moment(voice, trace.start)} – ${moment(voice, trace.end)}`],
        [voice.say("traceAsked"), moment(voice, trace.asked_at)],
        [voice.say("traceSettled"), moment(voice, trace.settled_at)],
      ];
      if (trace.visible_at !== undefined) pairs.push([voice.say("traceVisible"), moment(voice, trace.visible_at)]);
      if (trace.reason !== undefined) pairs.push([voice.say("yourReason"), trace.reason]);
      if (trace.state === "done") pairs.push([voice.say("tracePeople"), String(trace.people ?? 0)]);
      const far = voice.say("traceHours", { n: trace.hours_done, of: trace.hours_total });
      const outside = voice.say("traceOutside", { n: trace.outside ?? 0 });
      const doubted = voice.say("traceDoubted", { n: trace.doubted ?? 0 });
      return [
        facts(pairs),
        searching ? h("p", { role: "status" }, far) : undefined,
        (trace.outside ?? 0) > 0 ? h("p", { class: "notice" }, outside) : undefined,
        (trace.doubted ?? 0) > 0 ? h("p", { class: "notice" }, doubted) : undefined,
      ];
    });
  }

  private drawDeciding(): Nodes {
    const { voice, isTracer } = this.officer;
    if (this.loaded.value?.state !== "asked") return [];
    if (!isTracer) return [h("p", { class: "card" }, voice.say("traceWaits"))];
    return [h("section", { class: "card" }, ...this.drawChoice().filter((node) => node !== undefined))];
  }

  private drawChoice(): Nodes {
    const { voice } = this.officer;
    const refuse = actionButton(voice.say("refuse"), "plain", this.outcome, () => this.decide("refuse"));
    return this.keys.draw(({ keys }) => {
      const good = keys.filter(({ state }) => state === "confirmed");
      // Nobody needs a key to say no.
      if (good.length === 0)
        return [
          h("p", {}, voice.say("noKeys"), " ", link("traces/keys", voice.say("tabKeys"))),
          h("p", { class: "actions" }, refuse),
        ];
      if (!good.some(({ key }) => key === this.key)) this.key = good[0]?.key ?? "";
      const select = h(
        "select",
        { id: "trace-key" },
        ...good.map(({ key, name }) => h("option", { value: key }, named(voice, name, key))),
      );
      select.value = this.key;
      select.addEventListener("input", () => (this.key = select.value));
      const until = h("input", { id: "trace-embargo", type: "date" });
      until.value = this.embargo;
      until.addEventListener("input", () => (this.embargo = until.value));
      return [
        h("h2", {}, voice.say("decideTrace")),
        h("p", { class: "hint" }, voice.say("decideTraceSay")),
        h("div", { class: "field" }, h("label", { for: "trace-key" }, voice.say("traceKey")), select),
        h("div", { class: "field" }, h("label", { for: "trace-embargo" }, voice.say("traceEmbargo")), until),
        h(
          "p",
          { class: "actions" },
          actionButton(voice.say("approve"), "solid", this.outcome, () => this.decide("approve")),
          refuse,
        ),
      ];
    });
  }

  private async decide(decision: "approve" | "refuse"): Promise<void> {
    const { voice, desk } = this.officer;
    const say = [voice.say(decision === "approve" ? "approveTraceSay" : "refuseTraceSay")];
    const reason = await consent(voice, { title: voice.say(decision), say, yes: voice.say(decision), reason: true });
    if (reason === undefined) return;
    const until = chinaEpoch(this.embargo, "23:59");
    const also =
      decision === "refuse"
        ? {}
        : { follow_up_key: this.key, ...(until === undefined ? {} : { embargo_until: rfc3339(until) }) };
    const decided = await desk.ask<Trace>("POST", `/traces/${this.trace}/approval`, {
      body: { decision, reason, ...also },
    });
    await this.loaded.loadBy(() => Promise.resolve(decided));
    this.outcome.done(() => [h("p", {}, voice.say(decision === "approve" ? "traceApproved" : "traceRefused"))]);
  }
}
