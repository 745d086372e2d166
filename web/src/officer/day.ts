/** An area's day: large figures, trends, where it happens, each area below; as files and as text. It follows by itself. */
import type { View } from "../desk/shell";
import { copyButton } from "../desk/copying";
import { saveButton } from "../desk/saving";
import { chinaClock, chinaDay, instantOf } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import { levelOf } from "./areas";
import type { AreaFigures, DayReport } from "./dayanswers";
import type { Chart } from "./daycharts";
import { apart, areaTable, bigFigures, trendTable } from "./dayparts";
import { dayText } from "./daytext";
import { Follow } from "./following";
import type { Officer } from "./officer";
import { link, Loaded, type Nodes, Panel } from "./panel";

const LEVELS = [2, 4, 6, 9, 12];

export class DayView implements View {
  private day = chinaDay(serverNow());
  private readonly report: Loaded<DayReport>;
  private readonly follow: Follow;
  private readonly figures = new Panel(() => this.drawFigures(), "card");
  private readonly below = new Panel(() => this.drawBelow(), "stack");
  private readonly taking = new Panel(() => this.drawTaking(), "actions");
  private readonly trend = new Panel(() => this.drawTrend(), "stack");
  private readonly whereHint = h("p", { class: "hint" });
  private readonly places = { happened: chartPlace(), decided: chartPlace(), where: chartPlace(" tall") };
  private charts: Promise<readonly [typeof import("./daycharts"), Record<keyof DayView["places"], Chart>]> | undefined;
  private shown = "";

  constructor(
    private readonly officer: Officer,
    private readonly area = officer.area,
  ) {
    const { voice, desk } = officer;
    this.report = new Loaded(
      voice,
      () => desk.ask<DayReport>("GET", this.path("")),
      () => this.came(),
    );
    this.follow = new Follow(
      () => this.report.answered(),
      () => this.isToday(),
    );
    void this.report.load();
    this.follow.start();
  }

  title(): string {
    return this.officer.voice.say("dayTitle");
  }

  leave(): void {
    this.follow.stop();
    void this.charts?.then(([, charts]) => Object.values(charts).forEach((chart) => chart.end()));
  }

  draw(): Nodes {
    this.shown = "";
    const { voice } = this.officer;
    const { happened, decided, where } = this.places;
    const trend = h(
      "section",
      { class: "card" },
      h("h2", {}, voice.say("dayTrend")),
      happened,
      decided,
      this.trend.refresh(),
    );
    // Below a community lies nothing.
    const here =
      this.area.length === 12
        ? undefined
        : h("section", { class: "card" }, h("h2", {}, voice.say("dayWhere")), this.whereHint, where);
    const nodes = [
      this.whose(),
      this.dayField(),
      this.figures.refresh(),
      this.taking.refresh(),
      h("div", { class: here && "columns" }, trend, here),
      this.below.refresh(),
    ];
    // The places of the charts are in the document only once this has been put there.
    queueMicrotask(() => this.came());
    return nodes;
  }

  private isToday(): boolean {
    return this.day === chinaDay(serverNow());
  }

  private path(ending: string): string {
    return `/areas/${this.area}/report${ending}?day=${this.day}`;
  }

  private whose(): Node {
    const { voice, area: own } = this.officer;
    const level = levelOf(this.area);
    const name =
      level === undefined
        ? this.area
        : voice.say(level === "levelCommunity" ? "dayCommunity" : "dayArea", { area: this.area });
    const wider = LEVELS.filter((digits) => digits < this.area.length && digits >= own.length).map((digits) => {
      const code = this.area.slice(0, digits);
      return link(code === own ? "day" : `day/of/${code}`, code);
    });
    return h("p", {}, ...wider.flatMap((one) => [one, " › "]), name);
  }

  /** The field stays while figures are drawn again, so that typing a date is not cut short. */
  private dayField(): Node {
    const { voice } = this.officer;
    const input = h("input", { type: "date", id: "day", max: chinaDay(serverNow()) });
    input.value = this.day;
    input.addEventListener("change", () => {
      if (input.value === "") return;
      this.day = input.value;
      this.shown = "";
      void this.report.restart();
      this.follow.start();
    });
    return h("div", { class: "field day-field" }, h("label", { for: "day" }, voice.say("day")), input);
  }

  private came(): void {
    this.figures.refresh();
    const { value } = this.report;
    // What has not changed stays, and with it the place somebody has got to by keyboard.
    const said = value === undefined ? "" : JSON.stringify({ ...value, as_of: "" });
    if (said === this.shown) return;
    this.shown = said;
    for (const panel of [this.below, this.taking, this.trend]) panel.refresh();
    if (value !== undefined) void this.drawCharts(value);
  }

  private drawFigures(): Nodes {
    const { voice } = this.officer;
    const word = this.isToday() ? "dayAsOf" : "dayPast";
    return this.report.draw((report) => [
      bigFigures(voice, report),
      h("p", { class: "hint apart" }, apart(voice, report)),
      h("p", { class: "hint live" }, voice.say(word, { time: chinaClock(instantOf(report.as_of)) })),
    ]);
  }

  private drawTaking(): Nodes {
    const { value } = this.report;
    if (value === undefined) return [];
    const { voice, desk } = this.officer;
    const name = `report-${this.area}-${this.day}`;
    return [
      saveButton(voice, desk, this.path(".xlsx"), `${name}.xlsx`, "saveXlsx"),
      saveButton(voice, desk, this.path(".csv"), `${name}.csv`, "saveCsv"),
      copyButton(voice, () => dayText(voice, this.report.value ?? value)),
    ];
  }

  private drawBelow(): Nodes {
    const { value } = this.report;
    if (value === undefined || this.area.length === 12) return [];
    const { voice } = this.officer;
    const content = value.below.length === 0 ? h("p", {}, voice.say("dayNothingBelow")) : areaTable(voice, value.below);
    return [h("section", { class: "card areas" }, h("h2", {}, voice.say("dayAreas")), content)];
  }

  private drawTrend(): Nodes {
    const { value } = this.report;
    if (value === undefined) return [];
    const { voice } = this.officer;
    return [h("details", {}, h("summary", {}, voice.say("dayAsTable")), trendTable(voice, value.trend))];
  }

  private async drawCharts(report: DayReport): Promise<void> {
    const { voice } = this.officer;
    const { happened, decided, where } = this.places;
    this.charts ??= import("./daycharts").then(
      (made) =>
        [
          made,
          { happened: new made.Chart(happened), decided: new made.Chart(decided), where: new made.Chart(where) },
        ] as const,
    );
    const [made, charts] = await this.charts;
    const series = (metric: "checkins" | "scans" | "applications" | "approvals") => ({
      name: voice.say(`figure:${metric}`),
      values: report.trend.map((one) => one[metric]),
    });
    charts.happened.draw(() => made.trendOption(report.trend, [series("checkins"), series("scans")]));
    charts.decided.draw(() => made.trendOption(report.trend, [series("applications"), series("approvals")]));
    happened.setAttribute("aria-label", voice.say("dayChartHappened"));
    decided.setAttribute("aria-label", voice.say("dayChartDecided"));
    const areas: readonly AreaFigures[] = report.below;
    const placed = areas.filter(({ position }) => position !== undefined);
    const isMap = placed.length > 1;
    this.whereHint.textContent = voice.say(
      areas.length === 0 ? "dayNothingBelow" : isMap ? "dayMapHint" : "dayBarsHint",
      { placed: placed.length, of: areas.length },
    );
    where.hidden = areas.length === 0;
    where.setAttribute("aria-label", voice.say(isMap ? "dayChartMap" : "dayChartBars"));
    if (areas.length > 0) charts.where.draw(() => (isMap ? made.mapOption(placed) : made.barsOption(areas)));
  }
}

function chartPlace(look = ""): HTMLElement {
  return h("div", { class: `chart${look}`, role: "img" });
}
