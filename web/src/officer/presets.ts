/** What each kind of venue asks when it is approved in a district, and changing it. */
import type { View } from "../desk/shell";
import { marked } from "../desk/marks";
import { table } from "../desk/table";
import { h } from "../shared/dom";
import { KINDS, type Kind } from "../shared/kinds";
import { consent } from "./consent";
import type { Officer } from "./officer";
import { actionButton, link, Loaded, type Nodes, Outcome, Panel, retitle } from "./panel";
import { briefly, changesOf, type Preset, rulesOf } from "./policy";
import { PolicyDraft, PolicyForm } from "./policyform";
import { ruleList } from "./policypanel";

const DISTRICT = 6;

interface Presets {
  readonly presets: readonly Preset[];
}

/** The district that is looked at: an officer's own, or of a wider area the one that is typed. */
let chosen = "";

abstract class OfDistrict implements View {
  protected readonly found: Loaded<Presets>;
  protected readonly outcome: Outcome;
  protected readonly panel = new Panel(() => this.content());

  constructor(protected readonly officer: Officer) {
    if (officer.area.length === DISTRICT) chosen = officer.area;
    this.outcome = new Outcome(officer.voice);
    const ask = (): Promise<Presets> => officer.desk.ask<Presets>("GET", `/districts/${chosen}/presets`);
    this.found = new Loaded(officer.voice, ask, () => this.came());
    if (this.mayAsk) void this.found.load();
  }

  abstract title(): string;
  abstract draw(): Nodes;
  protected abstract content(): Nodes;

  protected get mayAsk(): boolean {
    return this.officer.area.length <= DISTRICT && /^\d{6}$/.test(chosen) && chosen.startsWith(this.officer.area);
  }

  protected came(): void {
    this.panel.refresh();
  }

  /** Put a kind's own policy, or none, in place of the one it has; the others stay as they are. */
  protected async put(kind: Kind, policy: Preset["policy"] | undefined): Promise<void> {
    const { desk } = this.officer;
    const path = `/districts/${chosen}/presets`;
    // As they are now: another officer may have set another kind meanwhile.
    const now = await desk.ask<Presets>("GET", path);
    const others = now.presets.filter((one) => one.own && one.kind !== kind);
    const own = [...others, ...(policy === undefined ? [] : [{ kind, policy }])];
    const presets = own.map((one) => ({ kind: one.kind, policy: sendable(one.policy) }));
    const saved = await desk.ask<Presets>("PUT", path, { body: { presets } });
    await this.found.loadBy(() => Promise.resolve(saved));
  }
}

/** A policy as it was answered, as it is sent: what is not there is as in the default. */
function sendable(policy: Preset["policy"]): object {
  return Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== null && value !== undefined));
}

export class PresetsView extends OfDistrict {
  title(): string {
    return this.officer.voice.say("presetsTitle");
  }

  draw(): Nodes {
    const { voice, area } = this.officer;
    const back = h("p", {}, link("venues", voice.say("backToVenues")));
    if (area.length > DISTRICT) return [back, h("p", { class: "card" }, voice.say("presetsDistrict"))];
    return [back, h("p", {}, voice.say("presetsSay")), this.district(), this.panel.refresh()];
  }

  private district(): Node | undefined {
    const { voice, area } = this.officer;
    if (area.length === DISTRICT) return undefined;
    const input = h("input", { id: "presets-district", inputmode: "numeric", maxlength: "6", autocomplete: "off" });
    input.value = chosen;
    input.addEventListener("change", () => {
      chosen = input.value.trim();
      this.panel.refresh();
      if (this.mayAsk) void this.found.restart();
    });
    return h("div", { class: "field day-field" }, h("label", { for: input.id }, voice.say("presetsWhich")), input);
  }

  protected content(): Nodes {
    const { voice } = this.officer;
    if (!this.mayAsk) return [h("p", { class: "notice" }, voice.say("presetsWide"))];
    return this.found.draw(({ presets }) => {
      const columns = [
        { head: voice.say("presetKind") },
        { head: voice.say("presetAsks") },
        { head: voice.say("presetBy") },
      ];
      const rows = presets.map(({ kind, policy, own }) => [
        link(`presets/of/${kind}`, voice.say(`kind:${kind}`), "row-link"),
        briefly(voice, policy),
        own ? marked("good", voice.say("presetOwn")) : marked("none", voice.say("presetDefault")),
      ]);
      const scheme = h("p", {}, link(`scheme/of/${chosen}`, voice.say("schemeLink")));
      return [table(voice.say("presetsTitle"), columns, rows), scheme];
    });
  }
}

export class PresetView extends OfDistrict {
  private form: PolicyForm | undefined;

  constructor(
    officer: Officer,
    private readonly kind: Kind,
  ) {
    super(officer);
  }

  title(): string {
    const { voice } = this.officer;
    return KINDS.includes(this.kind) ? voice.say(`kind:${this.kind}`) : voice.say("presetsTitle");
  }

  draw(): Nodes {
    const back = h("p", {}, link("presets", this.officer.voice.say("backToPresets")));
    return [back, this.outcome.refresh(), this.panel.refresh()];
  }

  protected override came(): void {
    retitle(this.panel, this.title(), this.officer.voice);
    this.panel.refresh();
  }

  protected content(): Nodes {
    const { voice } = this.officer;
    if (!this.mayAsk) return [h("p", {}, voice.say("presetsWide"))];
    return this.found.draw(({ presets }) => {
      const preset = presets.find(({ kind }) => kind === this.kind);
      if (preset === undefined) return [h("p", {}, voice.say("nothingHereSay"))];
      if (this.form !== undefined) return [this.form.draw()];
      const change = h("button", { type: "button", class: "solid", id: "preset-change" }, voice.say("policyChange"));
      change.addEventListener("click", () => this.open(preset));
      const undo = actionButton(voice.say("presetUndo"), "plain", this.outcome, () => this.undo(preset));
      return [
        h("p", {}, voice.say(preset.own ? "presetOwnSay" : "presetDefaultSay")),
        ruleList(this.officer, rulesOf(voice, preset.policy)),
        h("div", { class: "actions" }, change, preset.own ? undo : undefined),
      ];
    });
  }

  private open(preset: Preset): void {
    const draft = new PolicyDraft(preset.policy);
    this.form = new PolicyForm(
      this.officer.voice,
      draft,
      () => this.save(preset, draft),
      () => this.close(),
    );
    this.panel.refresh();
    document.getElementById("policy-pass")?.focus();
  }

  private close(): void {
    this.form = undefined;
    this.panel.refresh();
    document.getElementById("preset-change")?.focus();
  }

  private async save(preset: Preset, draft: PolicyDraft): Promise<void> {
    const { voice } = this.officer;
    const wanted = draft.policy();
    const changes = changesOf(voice, preset.policy, wanted);
    if (changes.length === 0 && preset.own) return this.close();
    const say = [...changes, voice.say("presetAskSay")];
    const asked = { title: voice.say("presetAsk", { kind: this.title() }), say, yes: voice.say("policySave") };
    if ((await consent(voice, asked)) === undefined) return;
    try {
      await this.put(preset.kind, wanted);
      this.close();
      this.outcome.done(() => [h("p", {}, voice.say("presetSaved", { kind: this.title() }))]);
    } catch (error) {
      this.outcome.fault(error);
    }
  }

  private async undo(preset: Preset): Promise<void> {
    const { voice } = this.officer;
    const asked = { title: voice.say("presetUndo"), say: [voice.say("presetUndoSay")], yes: voice.say("presetUndo") };
    if ((await consent(voice, asked)) === undefined) return;
    await this.put(preset.kind, undefined);
    this.outcome.done(() => [h("p", {}, voice.say("presetSaved", { kind: this.title() }))]);
  }
}
