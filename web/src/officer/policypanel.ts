/** What is asked at a venue's doors: its own rules, those it has from what it lies in, and changing them. */
import { Problem } from "../shared/api";
import { h } from "../shared/dom";
import type { Venue } from "./answers";
import { consent } from "./consent";
import type { Officer } from "./officer";
import { link, type Nodes, type Outcome, Panel } from "./panel";
import { briefly, changesOf, type Policy, type Preset, type Rule, rulesOf } from "./policy";
import { PolicyDraft, PolicyForm } from "./policyform";

const DEEPEST = 6;
const DISTRICT = 6;
const HIDDEN = [403, 404];

interface Around {
  readonly venue: string;
  readonly name: string;
  readonly parent?: string;
  readonly policy: Policy;
}

type Shown = Venue & { readonly policy: Policy };

export class PolicyPanel {
  readonly panel = new Panel(() => this.content());
  private form: PolicyForm | undefined;
  private around: readonly Around[] = [];
  private preset: Preset | undefined;
  private learnt = "";

  constructor(
    private readonly officer: Officer,
    private readonly outcome: Outcome,
    private readonly venue: () => Venue | undefined,
    /** What the service answered: the venue as it is now. */
    private readonly changed: (venue: Venue) => Promise<void>,
  ) {}

  /** Draw it, and look up once what it lies in and what its kind asks. */
  refresh(): HTMLElement {
    const venue = this.venue();
    if (venue !== undefined && this.learnt !== venue.venue) {
      this.learnt = venue.venue;
      void this.learn(venue).catch((error: unknown) => {
        // Asked again when it is drawn again: rules from above that did not come would look like none.
        this.learnt = "";
        this.outcome.fault(error);
      });
    }
    return this.panel.refresh();
  }

  private async learn(venue: Venue): Promise<void> {
    const found: Around[] = [];
    const seen = new Set([venue.venue]);
    for (let id = venue.parent ?? ""; id !== "" && !seen.has(id) && found.length < DEEPEST;) {
      seen.add(id);
      const one = await this.ask<Around>(`/venues/${id}/record`);
      if (one === undefined) break;
      found.push(one);
      id = one.parent ?? "";
    }
    const district = venue.area.slice(0, DISTRICT);
    const presets =
      this.officer.area.length <= DISTRICT
        ? await this.ask<{ presets: readonly Preset[] }>(`/districts/${district}/presets`)
        : undefined;
    this.around = found;
    this.preset = presets?.presets.find(({ kind }) => kind === venue.category);
    this.panel.refresh();
  }

  /** What this officer may not read (it lies in another area) is left out: the page says what it shows. */
  private async ask<T>(path: string): Promise<T | undefined> {
    try {
      return await this.officer.desk.ask<T>("GET", path);
    } catch (error) {
      if (!(error instanceof Problem) || !HIDDEN.includes(error.status)) throw error;
      return undefined;
    }
  }

  private content(): Nodes {
    const venue = this.venue() as Shown | undefined;
    if (venue?.policy === undefined) return [];
    const { voice } = this.officer;
    const title = h("h2", { tabindex: "-1", id: "policy-title" }, voice.say("policyTitle"));
    if (this.form !== undefined) return [title, this.form.draw()];
    const change = h("button", { type: "button", class: "plain", id: "policy-change" }, voice.say("policyChange"));
    change.addEventListener("click", () => this.open(venue));
    const inherited = this.around.flatMap((one) => [
      h("h3", {}, voice.say("policyFrom", { name: one.name })),
      this.rules(rulesOf(voice, one.policy).filter(({ idle }) => !idle)),
    ]);
    const kind =
      this.preset &&
      h(
        "p",
        { class: "hint" },
        voice.say("policyKind", {
          kind: voice.say(`kind:${this.preset.kind}`),
          rules: briefly(voice, this.preset.policy),
        }),
      );
    return [
      title,
      this.rules(rulesOf(voice, venue.policy)),
      ...(inherited.length > 0 ? [h("p", {}, voice.say("policyInherits")), ...inherited] : []),
      kind,
      h("div", { class: "actions" }, change, this.presetsLink()),
    ];
  }

  private presetsLink(): Node | undefined {
    return this.officer.area.length <= DISTRICT
      ? link("presets", this.officer.voice.say("presetsTitle"), "plain")
      : undefined;
  }

  private rules(rules: readonly Rule[]): HTMLElement {
    return ruleList(this.officer, rules);
  }

  private open(venue: Shown): void {
    const draft = new PolicyDraft(venue.policy);
    this.form = new PolicyForm(
      this.officer.voice,
      draft,
      () => this.save(venue, draft),
      () => this.close("policy-change"),
    );
    this.panel.refresh();
    document.getElementById("policy-title")?.focus();
  }

  private close(focus: string): void {
    this.form = undefined;
    this.panel.refresh();
    document.getElementById(focus)?.focus();
  }

  private async save(venue: Shown, draft: PolicyDraft): Promise<void> {
    const { voice, desk } = this.officer;
    const wanted = draft.policy();
    const changes = changesOf(voice, venue.policy, wanted);
    if (changes.length === 0) {
      this.close("policy-change");
      return this.outcome.done(() => [h("p", {}, voice.say("policySame"))]);
    }
    const asked = {
      title: voice.say("policyAsk"),
      say: [...changes, voice.say("policyAskSay")],
      yes: voice.say("policySave"),
    };
    if ((await consent(voice, asked)) === undefined) return;
    try {
      const saved = await desk.ask<Venue>("PUT", `/venues/${venue.venue}/policy`, { body: wanted });
      this.form = undefined;
      await this.changed(saved);
      this.outcome.done(() => [h("p", {}, voice.say("policySaved", { name: venue.name }))]);
    } catch (error) {
      this.outcome.fault(error);
    }
  }
}

/** Rules as a list of terms; what is not asked is quiet. */
export function ruleList({ voice }: Officer, rules: readonly Rule[]): HTMLElement {
  const lines = rules.map(({ name, text, idle }) =>
    h("div", idle ? { class: "idle" } : {}, h("dt", {}, voice.say(name)), h("dd", {}, text)),
  );
  return h("dl", { class: "facts rule-list" }, ...lines);
}
