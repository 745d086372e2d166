/** A gate: its code, its poster, the shifts that stand, and the foreign links its guards reported. */
import type { View } from "../desk/shell";
import { copyButton } from "../desk/copying";
import { marked } from "../desk/marks";
import { table } from "../desk/table";
import { chinaInstant, instantOf } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import type { Gate, Shift, Sighting } from "./answers";
import { consent } from "./consent";
import type { Officer } from "./officer";
import { actionButton, facts, link, Loaded, type Nodes, Outcome, Panel, retitle } from "./panel";
import { posterButton } from "./poster";
import { gateText } from "./reporting";
import { named } from "./words";

const DEVICE_SHOWN = 6;

interface AtGate {
  readonly shifts: readonly Shift[];
  readonly reports: readonly Sighting[];
}

export class GateView implements View {
  private readonly outcome: Outcome;
  private readonly gate: Loaded<Gate | undefined>;
  private readonly at: Loaded<AtGate>;
  private readonly gatePanel = new Panel(() => this.drawGate());
  private readonly codePanel = new Panel(() => this.drawCode(), "stack");
  private readonly atPanel = new Panel(() => this.drawAt(), "stack");
  /** The code that was just made: it is here and nowhere else, until this view is left. */
  private code: string | undefined;

  constructor(
    private readonly officer: Officer,
    private readonly venue: string,
    private readonly id: string,
  ) {
    const { voice } = officer;
    this.outcome = new Outcome(voice);
    this.gate = new Loaded(
      voice,
      () => this.find(),
      () => this.came(),
    );
    this.at = new Loaded(
      voice,
      () => this.fetchAt(),
      () => void this.atPanel.refresh(),
    );
    void this.load();
  }

  title(): string {
    return this.gate.value?.name ?? this.officer.voice.say("gate");
  }

  draw(): Nodes {
    const back = link(`venues/of/${this.venue}`, this.officer.voice.say("backToVenue"));
    const parts = [this.codePanel, this.gatePanel, this.atPanel].map((panel) => panel.refresh());
    return [h("p", {}, back), this.outcome.refresh(), ...parts];
  }

  private async load(): Promise<void> {
    await this.gate.load();
    if (this.gate.value !== undefined) await this.at.load();
  }

  private async find(): Promise<Gate | undefined> {
    const { gates } = await this.officer.desk.ask<{ gates: Gate[] }>("GET", `/venues/${this.venue}/gates`);
    return gates.find(({ gate }) => gate === this.id);
  }

  private async fetchAt(): Promise<AtGate> {
    const { desk } = this.officer;
    const [{ shifts }, { reports }] = await Promise.all([
      desk.ask<{ shifts: Shift[] }>("GET", `/gates/${this.id}/shifts`),
      desk.ask<{ reports: Sighting[] }>("GET", `/gates/${this.id}/reports`),
    ]);
    return { shifts, reports };
  }

  private came(): void {
    if (this.gate.value !== undefined) retitle(this.gatePanel, this.gate.value.name, this.officer.voice);
    this.gatePanel.refresh();
    this.atPanel.refresh();
  }

  private drawGate(): Nodes {
    const { voice } = this.officer;
    const nodes = this.gate.draw((gate) =>
      gate === undefined ? [h("p", { class: "fault" }, voice.say("code:no-gate"))] : this.known(gate),
    );
    return nodes;
  }

  private known(gate: Gate): Nodes {
    const { voice } = this.officer;
    const make = actionButton(voice.say(gate.has_code ? "renewCode" : "makeCode"), "solid", this.outcome, () =>
      this.makeCode(gate),
    );
    const path = (): string => `/gates/${this.id}/poster?format=pdf`;
    return [
      facts([
        [voice.say("gateId"), gate.gate],
        [voice.say("direction"), voice.say(gate.direction === "in" ? "directionIn" : "directionOut")],
        [
          voice.say("code"),
          gate.has_code ? marked("good", voice.say("hasCode")) : marked("none", voice.say("hasNoCode")),
        ],
      ]),
      h("p", { class: "hint" }, voice.say("gateSay")),
      h(
        "div",
        { class: "actions" },
        make,
        posterButton(this.officer, this.outcome, voice.say("saveGatePoster"), path, `gate-${this.id}.pdf`),
      ),
    ];
  }

  private async makeCode(gate: Gate): Promise<void> {
    const { voice, desk } = this.officer;
    if (gate.has_code) {
      const asked = { title: voice.say("renewCode"), say: [voice.say("renewSay")], yes: voice.say("renewCode") };
      if ((await consent(voice, asked)) === undefined) return;
    }
    const { code } = await desk.ask<{ code: string }>("POST", `/gates/${this.id}/code`);
    this.code = code;
    this.codePanel.refresh();
    await this.gate.loadBy(() => Promise.resolve({ ...gate, has_code: true }));
    this.outcome.done(() => [h("p", {}, voice.say("codeMade"))]);
  }

  private drawCode(): Nodes {
    const { code } = this;
    if (code === undefined) return [];
    const { voice } = this.officer;
    const hide = h("button", { type: "button", class: "plain small" }, voice.say("codeNoted"));
    hide.addEventListener("click", () => {
      this.code = undefined;
      this.codePanel.refresh();
      document.querySelector<HTMLElement>("main h1")?.focus();
    });
    return [
      h(
        "section",
        { class: "card secret", "aria-labelledby": "code-title" },
        h("h2", { id: "code-title" }, voice.say("codeTitle")),
        h("output", { class: "gate-code" }, code),
        h("p", {}, voice.say("codeSay")),
        h(
          "div",
          { class: "actions" },
          copyButton(voice, () => code),
          hide,
        ),
      ),
    ];
  }

  private drawAt(): Nodes {
    if (this.gate.value === undefined) return [];
    const { voice } = this.officer;
    const again = actionButton(voice.say("refresh"), "plain small", this.outcome, () => this.at.load());
    const nodes = this.at.draw((at) => [
      this.standing(at.shifts.filter(({ stands }) => stands)),
      this.over(at.shifts.filter(({ stands }) => !stands)),
      this.reports(at.reports),
      copyButton(voice, () => this.text(at)),
    ]);
    return [h("h2", {}, voice.say("shifts")), h("div", { class: "actions" }, again), ...nodes];
  }

  private instant(text: string): string {
    return chinaInstant(this.officer.voice.language, instantOf(text));
  }

  private nameOf({ label, device }: Shift): string {
    const short = device.slice(0, DEVICE_SHOWN);
    return label === ""
      ? this.officer.voice.say("phoneUnnamed", { device: short })
      : named(this.officer.voice, label, short);
  }

  private standing(shifts: readonly Shift[]): Node {
    const { voice } = this.officer;
    if (shifts.length === 0) return h("p", { class: "card" }, voice.say("nobodyOnShift"));
    const cards = shifts.map((shift) => {
      const name = this.nameOf(shift);
      const revoke = actionButton(voice.say("revoke"), "plain", this.outcome, () => this.revoke(shift));
      revoke.setAttribute("aria-label", voice.say("revokeWhose", { name }));
      const times = voice.say("sinceUntil", {
        since: this.instant(shift.started_at),
        until: this.instant(shift.ends_at),
      });
      return h(
        "li",
        { class: "card", "data-device": shift.device },
        h("h3", {}, name),
        h("p", {}, marked("good", voice.say("onShift"))),
        h("p", { class: "hint" }, times),
        h("div", { class: "actions" }, revoke),
      );
    });
    return h("ul", { class: "cards" }, ...cards);
  }

  private over(shifts: readonly Shift[]): Node | undefined {
    const { voice } = this.officer;
    if (shifts.length === 0) return undefined;
    const rows = shifts.map((shift) => [
      this.nameOf(shift),
      this.instant(shift.started_at),
      shift.revoked_at === undefined
        ? marked("none", voice.say("endedAt", { time: this.instant(shift.ends_at) }))
        : marked("bad", voice.say("revokedAt", { time: this.instant(shift.revoked_at) })),
    ]);
    const columns = [{ head: voice.say("phone") }, { head: voice.say("since") }, { head: voice.say("end") }];
    return h(
      "details",
      {},
      h("summary", {}, voice.say("shiftsOver", { n: shifts.length })),
      table(voice.say("shiftsOver", { n: shifts.length }), columns, rows),
    );
  }

  private async revoke(shift: Shift): Promise<void> {
    const { voice, desk } = this.officer;
    const name = this.nameOf(shift);
    const asked = {
      title: voice.say("revokeWhose", { name }),
      say: [voice.say("revokeSay")],
      yes: voice.say("revokeYes"),
    };
    if ((await consent(voice, asked)) === undefined) return;
    await desk.ask<Shift>("POST", `/gates/${this.id}/shifts/${shift.device}/revocation`);
    await this.at.load();
    this.outcome.done(() => [h("p", {}, voice.say("revoked", { name })), h("p", {}, voice.say("revokedNext"))]);
  }

  private reports(reports: readonly Sighting[]): Node {
    const { voice } = this.officer;
    const columns = [
      { head: voice.say("host") },
      { head: voice.say("times"), numeric: true },
      { head: voice.say("lastSeen") },
    ];
    // A host stands as text: nobody shall open it from here.
    const rows = reports.map(({ host, at, count = 1 }) => [
      h("b", { class: "row-head" }, host),
      String(count),
      this.instant(at),
    ]);
    const body =
      rows.length === 0
        ? [h("p", {}, voice.say("noReports"))]
        : [table(voice.say("reportsTitle"), columns, rows), h("p", { class: "hint" }, voice.say("reportsSay"))];
    return h("section", { class: "card" }, h("h2", {}, voice.say("reportsTitle")), ...body);
  }

  private text({ shifts, reports }: AtGate): string {
    const { voice, area } = this.officer;
    const on = shifts
      .filter(({ stands }) => stands)
      .map(
        (shift) =>
          `${this.nameOf(shift)} ${voice.say("sinceUntil", { since: this.instant(shift.started_at), until: this.instant(shift.ends_at) })}`,
      );
    const links = reports.map(({ host, at, count = 1 }) =>
      voice.say("reportLine", { host, count, time: this.instant(at) }),
    );
    return gateText(voice, this.title(), { on, links }, area, serverNow());
  }
}
