/** A laboratory's registration: a new one, or one that is changed. */
import { h } from "../shared/dom";
import type { View } from "../desk/shell";
import type { Lab } from "./answers";
import { areaFault, firstArea } from "./areas";
import { type Field, Form, id, label } from "./form";
import { everything } from "./listing";
import type { Officer } from "./officer";
import { link, Loaded, type Nodes, Outcome, Panel, retitle } from "./panel";

type Name = "id" | "name" | "area";

function fieldsOf(own: string, known: boolean): Readonly<Record<Name, Field>> {
  return {
    id: {
      label: "labId",
      hint: "idHint",
      attributes: { spellcheck: "false", autocapitalize: "off" },
      known,
      check: id(64),
    },
    name: { label: "labName", check: label(64) },
    area: {
      label: "area",
      hint: "areaHint",
      attributes: { inputmode: "numeric" },
      check: (code) => areaFault(code, own),
    },
  };
}

export class LabView implements View {
  private readonly outcome: Outcome;
  private readonly loaded: Loaded<Lab | undefined> | undefined;
  private readonly panel = new Panel(() => this.drawPanel());
  private form: Form<Name> | undefined;

  /** Without an id: a new laboratory. */
  constructor(
    private readonly officer: Officer,
    private readonly lab?: string,
  ) {
    this.outcome = new Outcome(officer.voice);
    if (lab === undefined) {
      this.form = this.makeForm(undefined);
      return;
    }
    this.loaded = new Loaded(
      officer.voice,
      () => this.find(lab),
      () => this.came(),
    );
    void this.loaded.load();
  }

  title(): string {
    const { voice } = this.officer;
    return this.lab === undefined ? voice.say("registerLab") : (this.loaded?.value?.name ?? voice.say("lab"));
  }

  draw(): Nodes {
    const back = link("labs", this.officer.voice.say("backToLabs"));
    return [h("p", {}, back), this.outcome.refresh(), this.panel.refresh()];
  }

  // There is no way to ask for one laboratory.
  private async find(wanted: string): Promise<Lab | undefined> {
    return (await everything<Lab>(this.officer, "/labs")).find(({ lab }) => lab === wanted);
  }

  private came(): void {
    const lab = this.loaded?.value;
    if (lab !== undefined) {
      this.form = this.makeForm(lab);
      retitle(this.panel, lab.name, this.officer.voice);
    }
    this.panel.refresh();
  }

  private drawPanel(): Nodes {
    const { voice } = this.officer;
    if (this.loaded === undefined) return [h("p", {}, voice.say("registerLabSay")), this.form?.draw()];
    const nodes = this.loaded.draw(() => [this.form?.draw()]);
    return this.form === undefined && nodes.every((node) => node === undefined)
      ? [h("p", {}, voice.say("code:no-lab"))]
      : nodes;
  }

  private makeForm(before: Lab | undefined): Form<Name> {
    const { voice, area } = this.officer;
    const values = { id: before?.lab ?? "", name: before?.name ?? "", area: before?.area ?? firstArea(area) };
    const send = (given: Record<Name, string>): Promise<void> => this.send(given, before);
    return new Form<Name>(
      "lab",
      voice,
      this.outcome,
      fieldsOf(area, before !== undefined),
      values,
      before ? "change" : "register",
      send,
      {
        lab: "id",
      },
    );
  }

  private async send(values: Record<Name, string>, before: Lab | undefined): Promise<void> {
    const { desk, voice } = this.officer;
    const lab = values.id.trim();
    const there = before === undefined ? await this.find(lab) : undefined;
    if (there !== undefined) {
      this.outcome.done(() => [
        h("p", {}, voice.say("labThere", { name: there.name })),
        link(`labs/of/${lab}`, voice.say("openIt")),
      ]);
      return;
    }
    const body = { name: values.name.trim(), area: values.area.trim() };
    const made = await desk.ask<Lab>("PUT", `/labs/${lab}`, { body });
    if (before !== undefined) await this.loaded?.loadBy(() => Promise.resolve(made));
    else {
      this.form = this.makeForm(undefined);
      this.panel.refresh();
    }
    const said = before === undefined ? "labRegistered" : "labChanged";
    this.outcome.done(() => [h("p", {}, voice.say(said, { name: made.name, id: made.lab }))]);
  }
}
