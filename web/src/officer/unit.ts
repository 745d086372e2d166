/** A unit's registration: a new one, or one that is changed; a shorter approval is asked about first. */
import { Problem } from "../shared/api";
import { chinaClock, chinaDay, DAY_S, instantOf, rfc3339 } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import type { View } from "../desk/shell";
import type { Unit } from "./answers";
import { areaFault, firstArea } from "./areas";
import { consent } from "./consent";
import { type Field, Form, id, label } from "./form";
import { chinaEpoch, datedInstant } from "./instants";
import { jobsOfUnit } from "./uploads";
import type { Officer } from "./officer";
import { facts, link, Loaded, type Nodes, Outcome, Panel, retitle } from "./panel";
import { approvalOf, listedOf } from "./units";

type Name = "id" | "name" | "area" | "category" | "zone" | "number" | "issuer" | "quota" | "day" | "time";

const FIRST_APPROVAL_DAYS = 30;
const MEMBERS = { "document/number": "number", "document/issued_by": "issuer", ends_at: "day", unit: "id" } as const;

function fieldsOf(own: string, known: boolean): Readonly<Record<Name, Field>> {
  const code = { spellcheck: "false", autocapitalize: "off" };
  return {
    id: { label: "unitId", hint: "idHint", attributes: code, known, check: id(64) },
    name: { label: "unitName", check: label(64) },
    area: {
      label: "area",
      hint: "areaHint",
      attributes: { inputmode: "numeric" },
      check: (code) => areaFault(code, own),
    },
    category: { label: "category", hint: "categoryHint", optional: true, check: label(64) },
    zone: { label: "zone", hint: "zoneHint", optional: true, check: label(32) },
    number: { label: "documentNumber", check: label(32) },
    issuer: { label: "documentIssuer", check: label(64) },
    quota: { label: "quota", hint: "quotaHint", attributes: { inputmode: "numeric" }, check: quotaFault },
    day: { label: "endsDay", hint: "chinaTime", type: "date" },
    time: { label: "endsTime", hint: "chinaTime", type: "time" },
  };
}

function quotaFault(text: string): "quotaForm" | undefined {
  return /^[1-9]\d{0,6}$/.test(text) ? undefined : "quotaForm";
}

function valuesOf(unit: Unit | undefined, own: string): Record<Name, string> {
  const ends = unit === undefined ? serverNow() + FIRST_APPROVAL_DAYS * DAY_S : instantOf(unit.ends_at);
  return {
    id: unit?.unit ?? "",
    name: unit?.name ?? "",
    area: unit?.area ?? firstArea(own),
    category: unit?.category ?? "",
    zone: unit?.zone ?? "",
    number: unit?.document.number ?? "",
    issuer: unit?.document.issued_by ?? "",
    quota: unit === undefined ? "" : String(unit.quota),
    day: chinaDay(ends),
    time: unit === undefined ? "23:59" : chinaClock(ends).slice(0, 5),
  };
}

/** When the approval ends, in epoch seconds; left as it is, it keeps its seconds. */
function endOf({ day, time }: Record<Name, string>, before: Unit | undefined): number {
  const stood = before === undefined ? 0 : instantOf(before.ends_at);
  const same = before !== undefined && chinaDay(stood) === day && chinaClock(stood).slice(0, 5) === time;
  return same ? stood : (chinaEpoch(day, time) ?? 0);
}

export class UnitView implements View {
  private readonly outcome: Outcome;
  private readonly loaded: Loaded<Unit> | undefined;
  private readonly panel = new Panel(() => this.drawPanel());
  private readonly uploads: Panel | undefined;
  private form: Form<Name> | undefined;

  /** Without an id: a new unit. */
  constructor(
    private readonly officer: Officer,
    private readonly unit?: string,
  ) {
    const { voice, desk } = officer;
    this.outcome = new Outcome(voice);
    if (unit === undefined) {
      this.form = this.makeForm(undefined);
      return;
    }
    this.loaded = new Loaded(
      voice,
      () => desk.ask<Unit>("GET", `/units/${unit}`),
      () => this.came(),
    );
    this.uploads = jobsOfUnit(officer, unit);
    void this.loaded.load();
  }

  title(): string {
    const { voice } = this.officer;
    return this.unit === undefined ? voice.say("registerUnit") : (this.loaded?.value?.name ?? voice.say("unit"));
  }

  draw(): Nodes {
    const back = link("units", this.officer.voice.say("backToUnits"));
    return [h("p", {}, back), this.outcome.refresh(), this.panel.refresh(), this.uploads?.refresh()];
  }

  private came(): void {
    const unit = this.loaded?.value;
    if (unit !== undefined) {
      this.form = this.makeForm(unit);
      retitle(this.panel, unit.name, this.officer.voice);
    }
    this.panel.refresh();
  }

  private drawPanel(): Nodes {
    const { voice } = this.officer;
    if (this.loaded === undefined) return [h("p", {}, voice.say("registerUnitSay")), this.form?.draw()];
    return this.loaded.draw((unit) => [
      facts([
        [voice.say("unitId"), unit.unit],
        [voice.say("approval"), approvalOf(voice, unit)],
        [voice.say("staffList"), listedOf(voice, unit)],
      ]),
      h("h2", {}, voice.say("changeUnit")),
      this.form?.draw(),
    ]);
  }

  private makeForm(before: Unit | undefined): Form<Name> {
    const { voice, area } = this.officer;
    const word = before === undefined ? "register" : "change";
    const send = (values: Record<Name, string>): Promise<void> => this.send(values, before);
    return new Form<Name>(
      "unit",
      voice,
      this.outcome,
      fieldsOf(area, before !== undefined),
      valuesOf(before, area),
      word,
      send,
      MEMBERS,
    );
  }

  private async send(values: Record<Name, string>, before: Unit | undefined): Promise<void> {
    const ends = endOf(values, before);
    const unit = values.id.trim();
    if (before === undefined && !(await this.isFree(unit))) return;
    if (before !== undefined && !(await this.agreed(before, ends))) return;
    const body = {
      name: values.name.trim(),
      area: values.area.trim(),
      category: values.category.trim(),
      zone: values.zone.trim(),
      document: { number: values.number.trim(), issued_by: values.issuer.trim() },
      quota: Number(values.quota.trim()),
      ends_at: rfc3339(ends),
    };
    const made = await this.officer.desk.ask<Unit>("PUT", `/units/${unit}`, { body });
    if (before === undefined) this.registered(made);
    else await this.changed(made);
  }

  /** A new registration must not fall on a unit that stands: the service would take it for a change. */
  private async isFree(unit: string): Promise<boolean> {
    const { desk, voice } = this.officer;
    try {
      const there = await desk.ask<Unit>("GET", `/units/${unit}`);
      this.outcome.done(() => [
        h("p", {}, voice.say("unitThere", { name: there.name })),
        link(`units/of/${unit}`, voice.say("openIt")),
      ]);
      return false;
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return true;
      throw error;
    }
  }

  private async agreed(before: Unit, ends: number): Promise<boolean> {
    const { voice } = this.officer;
    if (ends >= instantOf(before.ends_at)) return true;
    const time = datedInstant(voice.language, ends);
    const say = [voice.say("shorten", { time, name: before.name }), voice.say("shortenLater")];
    return (
      (await consent(voice, { title: voice.say("shortenTitle"), say, yes: voice.say("shortenYes") })) !== undefined
    );
  }

  private registered(unit: Unit): void {
    const { voice, area } = this.officer;
    const time = (): string => datedInstant(voice.language, instantOf(unit.ends_at));
    this.form = new Form<Name>(
      "unit",
      voice,
      this.outcome,
      fieldsOf(area, false),
      valuesOf(undefined, area),
      "register",
      (values) => this.send(values, undefined),
      MEMBERS,
    );
    this.panel.refresh();
    this.outcome.done(() => [
      h("p", {}, voice.say("unitRegistered", { name: unit.name, id: unit.unit, time: time() })),
      h("p", {}, voice.say("unitNext", { id: unit.unit })),
      h("p", {}, link(`units/of/${unit.unit}`, voice.say("openIt"))),
    ]);
  }

  private async changed(unit: Unit): Promise<void> {
    const { voice } = this.officer;
    await this.loaded?.loadBy(() => Promise.resolve(unit));
    const time = (): string => datedInstant(voice.language, instantOf(unit.ends_at));
    this.outcome.done(() => [h("p", {}, voice.say("unitChanged", { name: unit.name, time: time() }))]);
  }
}
