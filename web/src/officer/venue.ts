/** A venue: its poster, and its gates with a form for another. */
import type { View } from "../desk/shell";
import { marked } from "../desk/marks";
import { table } from "../desk/table";
import { h } from "../shared/dom";
import type { Gate, Venue } from "./answers";
import { codesTable } from "./codes";
import { consent } from "./consent";
import { Form, id, label } from "./form";
import type { Officer } from "./officer";
import { actionButton, facts, link, Loaded, type Nodes, Outcome, Panel, retitle } from "./panel";
import { PolicyPanel } from "./policypanel";
import { posterButton } from "./poster";
import { type Decision, decisionsAt, isWaiting } from "./queue";
import { stateOf } from "./venues";

type Name = "id" | "name" | "direction";

const CODE = { spellcheck: "false", autocapitalize: "off" };
const FIELDS = {
  id: { label: "gateId", hint: "idHintShort", attributes: CODE, check: id(64) },
  name: { label: "gateName", hint: "gateNameHint", check: label(64) },
  direction: { label: "direction", hint: "directionHint", choices: { in: "directionIn", out: "directionOut" } },
} as const;
const EMPTY = { id: "", name: "", direction: "in" };
const LONGEST_LABEL = "32";

export class VenueView implements View {
  private readonly outcome: Outcome;
  private readonly venue: Loaded<Venue>;
  private readonly gates: Loaded<{ readonly gates: readonly Gate[] }>;
  private readonly factsPanel = new Panel(() => this.drawFacts());
  private readonly policy: PolicyPanel;
  private readonly gatesPanel = new Panel(() => this.drawGates());
  private readonly formPanel = new Panel(() => this.drawForm());
  private form: Form<Name>;
  private entrance = "";

  constructor(
    private readonly officer: Officer,
    private readonly id: string,
  ) {
    const { voice, desk } = officer;
    this.outcome = new Outcome(voice);
    this.venue = new Loaded(
      voice,
      () => desk.ask<Venue>("GET", `/venues/${id}/record`),
      () => this.came(),
    );
    this.gates = new Loaded(
      voice,
      () => desk.ask("GET", `/venues/${id}/gates`),
      () => void this.gatesPanel.refresh(),
    );
    this.policy = new PolicyPanel(
      officer,
      this.outcome,
      () => this.venue.value,
      (venue) => this.venue.loadBy(() => Promise.resolve(venue)),
    );
    this.form = this.makeForm();
    void this.load();
  }

  title(): string {
    return this.venue.value?.name ?? this.officer.voice.say("venue");
  }

  draw(): Nodes {
    const back = link("venues", this.officer.voice.say("backToVenues"));
    const parts = [this.factsPanel, this.policy, this.gatesPanel, this.formPanel].map((panel) => panel.refresh());
    return [h("p", {}, back), this.outcome.refresh(), ...parts];
  }

  /** The gates are asked for once the venue is there: else one refusal would be said twice. */
  private async load(): Promise<void> {
    await this.venue.load();
    if (this.venue.value !== undefined) await this.gates.load();
  }

  private came(): void {
    if (this.venue.value !== undefined) retitle(this.factsPanel, this.venue.value.name, this.officer.voice);
    for (const panel of [this.factsPanel, this.policy, this.gatesPanel, this.formPanel]) panel.refresh();
  }

  private drawFacts(): Nodes {
    const { voice } = this.officer;
    return this.venue.draw((venue) => [
      facts([
        [voice.say("venueId"), venue.venue],
        [voice.say("state"), stateOf(voice, venue)],
        [voice.say("area"), venue.area],
        [voice.say("address"), venue.address === "" ? "–" : venue.address],
      ]),
      ...(venue.state === "approved" ? this.poster(venue) : []),
      ...this.decisions(venue),
    ]);
  }

  private poster(record: Venue): Nodes {
    const { venue } = record;
    const { voice } = this.officer;
    const input = h("input", {
      id: "entrance",
      maxlength: LONGEST_LABEL,
      "aria-describedby": "entrance-hint",
      autocomplete: "off",
    });
    input.value = this.entrance;
    input.addEventListener("input", () => (this.entrance = input.value));
    const path = (): string => `/venues/${venue}/poster?format=pdf&label=${encodeURIComponent(this.entrance.trim())}`;
    const name = h(
      "label",
      { for: "entrance" },
      voice.say("entrance"),
      " ",
      h("span", { class: "hint" }, voice.say("optional")),
    );
    return [
      h("h2", {}, voice.say("codes")),
      ...codesTable(this.officer, this.outcome, record, () => this.venue.load()),
      h("h2", {}, voice.say("venuePoster")),
      h(
        "div",
        { class: "field" },
        name,
        h("p", { class: "hint", id: "entrance-hint" }, voice.say("entranceHint")),
        input,
      ),
      h(
        "div",
        { class: "actions" },
        posterButton(this.officer, this.outcome, voice.say("savePoster"), path, `poster-${venue}.pdf`, () =>
          this.venue.load(),
        ),
      ),
    ];
  }

  /** A community checks and asks again, a subdistrict decides: nobody is shown what would be refused. */
  private decisions(venue: Venue): Nodes {
    const { voice, area } = this.officer;
    if (!isWaiting(venue.state)) return [];
    const buttons = decisionsAt(area, venue.state).map((decision, place) =>
      actionButton(voice.say(`queueDo:${decision}`), place === 0 ? "solid" : "plain", this.outcome, () =>
        this.decide(venue, decision),
      ),
    );
    return [h("p", {}, voice.say("venueWaits")), h("div", { class: "actions" }, ...buttons)];
  }

  private async decide({ venue, name }: Venue, decision: Decision): Promise<void> {
    const { voice, desk } = this.officer;
    const title = voice.say(`queueDo:${decision}`);
    const say = [voice.say(`venueAsk:${decision}`, { name })];
    const reason = await consent(voice, { title, say, yes: title, reason: true });
    if (reason === undefined) return;
    const decided = await desk.ask<Venue>("POST", `/venues/${venue}/decision`, { body: { decision, reason } });
    await this.venue.loadBy(() => Promise.resolve(decided));
    this.outcome.done(() => [h("p", {}, voice.say(`venueDone:${decision}`, { name }))]);
  }

  private drawGates(): Nodes {
    const { voice } = this.officer;
    if (this.venue.value === undefined) return [];
    const nodes = this.gates.draw(({ gates }) => {
      if (gates.length === 0) return [h("p", {}, voice.say("noGates"))];
      const columns = [{ head: voice.say("gate") }, { head: voice.say("direction") }, { head: voice.say("code") }];
      const rows = gates.map((gate) => [
        h(
          "span",
          {},
          link(`venues/gate/${this.id}/${gate.gate}`, gate.name, "row-link"),
          h("span", { class: "hint code" }, gate.gate),
        ),
        voice.say(gate.direction === "in" ? "directionIn" : "directionOut"),
        gate.has_code ? marked("good", voice.say("hasCode")) : marked("none", voice.say("hasNoCode")),
      ]);
      return [table(voice.say("gates"), columns, rows)];
    });
    return [h("h2", {}, voice.say("gates")), ...nodes];
  }

  private drawForm(): Nodes {
    if (this.venue.value === undefined) return [];
    return [h("h2", {}, this.officer.voice.say("registerGate")), this.form.draw()];
  }

  private makeForm(): Form<Name> {
    const { voice } = this.officer;
    return new Form<Name>(
      "gate",
      voice,
      this.outcome,
      FIELDS,
      { ...EMPTY },
      "register",
      (values) => this.register(values),
      {
        gate: "id",
      },
    );
  }

  private async register({ id: wanted, name, direction }: Record<Name, string>): Promise<void> {
    const { voice, desk } = this.officer;
    const gate = wanted.trim();
    await this.gates.load();
    const there = this.gates.value?.gates.find((one) => one.gate === gate);
    if (there !== undefined) {
      this.outcome.done(() => [
        h("p", {}, voice.say("gateThere", { name: there.name })),
        link(`venues/gate/${this.id}/${gate}`, voice.say("openIt")),
      ]);
      return;
    }
    const body = { venue: this.id, name: name.trim(), direction };
    const made = await desk.ask<Gate>("PUT", `/gates/${gate}`, { body });
    this.form = this.makeForm();
    this.formPanel.refresh();
    await this.gates.load();
    this.outcome.done(() => [
      h("p", {}, voice.say("gateRegistered", { name: made.name })),
      h("p", {}, link(`venues/gate/${this.id}/${gate}`, voice.say("openIt"))),
    ]);
  }
}
