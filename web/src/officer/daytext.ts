/** A day's report as plain text, for a message to colleagues. */
import { instantOf } from "../shared/china";
import type { AreaFigures, DayReport } from "./dayanswers";
import { apart } from "./dayparts";
import { FIGURES, figureWord, head, lines, listed, section } from "./reporting";
import type { Voice } from "./words";

export function dayText(voice: Voice, report: DayReport): string {
  const happened = FIGURES.map((metric) => {
    const { day, cumulative } = report[metric];
    const before = report.before[metric];
    return voice.say("textDayFigure", { what: voice.say(figureWord(metric)), day, before, total: cumulative });
  });
  const standing = (["waiting", "codes"] as const).map((level) =>
    voice.say("textStanding", { what: voice.say(`figure:${level}`), n: report[level] }),
  );
  return lines([
    ...head(voice, "dayTitle", report.area, instantOf(report.as_of)),
    voice.say("textDay", { day: report.day }),
    ...section(voice, "figuresTitle", [...happened, apart(voice, report), ...standing]),
    ...section(
      voice,
      "dayAreas",
      report.below.map((one) => areaLine(voice, one)),
    ),
  ]);
}

function areaLine(voice: Voice, one: AreaFigures): string {
  const counts = FIGURES.map((metric) => `${voice.say(figureWord(metric))} ${one[metric].day}`);
  const standing = (["waiting", "codes"] as const).map((level) => `${voice.say(`figure:${level}`)} ${one[level]}`);
  return voice.say("textOfArea", { area: one.area, said: listed(voice, [...counts, ...standing]) });
}
