/**
 * The charts of a day, by Apache ECharts: fetched when somebody looks at them, and nothing else is fetched.
 *
 * They are pictures: whatever they show stands in a table beside them, for whoever reads or listens.
 */
import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer } from "echarts/renderers";
import type { AreaFigures, DayFigures } from "./dayanswers";

echarts.use([BarChart, LineChart, ScatterChart, GridComponent, LegendComponent, LabelLayout, CanvasRenderer]);

export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

interface Colours {
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly series: readonly string[];
}

type Option = Parameters<echarts.ECharts["setOption"]>[0];

const SMALLEST_DOT = 14;
const LARGEST_DOT = 54;
const MOST_BARS = 24;

/** By the page's own colours, so that a chart is as dark as what is around it. */
function colours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  return { ink: of("--ink"), quiet: of("--quiet"), line: of("--line"), series: [of("--link"), of("--caution")] };
}

function axis({ quiet, line }: Colours): object {
  return {
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
    axisLabel: { color: quiet, hideOverlap: true },
    splitLine: { lineStyle: { color: line } },
  };
}

/** The days as bars and lines, the last one is the report's. */
export function trendOption(days: readonly DayFigures[], series: readonly Series[]): Option {
  const colour = colours();
  return {
    animation: false,
    color: [...colour.series],
    textStyle: { fontFamily: "inherit" },
    legend: { top: 0, textStyle: { color: colour.ink }, itemWidth: 18, itemHeight: 10 },
    grid: { left: 8, right: 12, top: 36, bottom: 4, containLabel: true },
    xAxis: { type: "category", data: days.map(({ day }) => day.slice(5)), ...axis(colour) },
    yAxis: { type: "value", minInterval: 1, ...axis(colour) },
    series: series.map(({ name, values }, place) => ({
      name,
      data: [...values],
      ...(place === 0
        ? { type: "bar" as const, barMaxWidth: 22 }
        : { type: "line" as const, symbolSize: 7, symbol: "diamond", lineStyle: { width: 2.5 } }),
    })),
  };
}

/** How large a dot is for a number beside the greatest: its surface says how many. */
export function dotSize(n: number, greatest: number): number {
  return greatest <= 0 ? SMALLEST_DOT : Math.max(SMALLEST_DOT, LARGEST_DOT * Math.sqrt(n / greatest));
}

/** The span of an axis that holds all places with some room around them, and is no point when they are one. */
function span(values: readonly number[]): { min: number; max: number } {
  const least = Math.min(...values);
  const most = Math.max(...values);
  const room = Math.max((most - least) * 0.18, 0.004);
  return { min: least - room, max: most + room };
}

/** Areas where their venues are, as large as their check-ins: a sketch in degrees, without a map of anybody's below it. */
export function mapOption(areas: readonly AreaFigures[]): Option {
  const colour = colours();
  const placed = areas.flatMap(({ area, checkins, position }) =>
    position === undefined ? [] : [{ area, n: checkins.day, at: [position.longitude, position.latitude] as const }],
  );
  const greatest = Math.max(...placed.map(({ n }) => n), 0);
  const bare = { type: "value" as const, ...axis(colour), axisLabel: { show: false }, splitLine: { show: false } };
  return {
    animation: false,
    color: [...colour.series],
    grid: { left: 12, right: 12, top: 12, bottom: 12 },
    xAxis: { ...bare, ...span(placed.map(({ at }) => at[0])) },
    yAxis: { ...bare, ...span(placed.map(({ at }) => at[1])) },
    series: [
      {
        type: "scatter",
        data: placed.map(({ area, n, at }) => ({ name: area, value: [...at], symbolSize: dotSize(n, greatest) })),
        itemStyle: {
          color: `${colour.series[0] ?? ""}88`,
          borderColor: colour.series[0] ?? colour.ink,
          borderWidth: 1.5,
          opacity: 1,
        },
        label: {
          show: true,
          position: "bottom",
          fontSize: 13,
          fontWeight: 600,
          color: colour.ink,
          formatter: ({ name, dataIndex }: { readonly name: string; readonly dataIndex: number }) =>
            `${name.slice(-3)}\n${placed[dataIndex]?.n ?? ""}`,
        },
        labelLayout: { hideOverlap: true },
      },
    ],
  };
}

/** Areas by their check-ins, the most on top, where nobody said where their venues are. */
export function barsOption(areas: readonly AreaFigures[]): Option {
  const colour = colours();
  const most = [...areas].sort((one, two) => two.checkins.day - one.checkins.day).slice(0, MOST_BARS);
  return {
    animation: false,
    color: [...colour.series],
    grid: { left: 8, right: 44, top: 4, bottom: 4, containLabel: true },
    xAxis: { type: "value", minInterval: 1, ...axis(colour) },
    yAxis: { type: "category", inverse: true, data: most.map(({ area }) => area), ...axis(colour) },
    series: [
      {
        type: "bar",
        barMaxWidth: 22,
        data: most.map(({ checkins }) => checkins.day),
        label: { show: true, position: "right", color: colour.ink },
      },
    ],
  };
}

/** A place for one chart: it keeps the chart's size to its own, and draws again when day becomes night. */
export class Chart {
  private chart: echarts.ECharts | undefined;
  private option: (() => Option) | undefined;
  private readonly sizes = new ResizeObserver(() => (this.chart === undefined ? this.redraw() : this.chart.resize()));
  private readonly night = matchMedia("(prefers-color-scheme: dark)");
  private readonly turned = (): void => this.redraw();

  constructor(private readonly place: HTMLElement) {
    this.sizes.observe(place);
    this.night.addEventListener("change", this.turned);
  }

  draw(option: () => Option): void {
    this.option = option;
    this.redraw();
  }

  end(): void {
    this.sizes.disconnect();
    this.night.removeEventListener("change", this.turned);
    this.chart?.dispose();
  }

  private redraw(): void {
    // Without a width there is nothing to draw on; the observer tells when there is.
    if (this.option === undefined || this.place.clientWidth === 0) return;
    this.chart ??= echarts.init(this.place, null, { renderer: "canvas" });
    this.chart.setOption(this.option(), true);
  }
}
