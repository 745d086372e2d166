/** A run's report in tables: by unit and by area; what events had missed; how long each stage took. */
import { marked } from "../desk/marks";
import { table } from "../desk/table";
import { h } from "../shared/dom";
import type { Changes, Run } from "./answers";
import { link } from "./panel";
import { byCause, listed, OUTCOMES, outcomeWord, sumOf } from "./reporting";
import { type Voice, wordOf } from "./words";

/** A count in the table; on a phone, where each is a line, a nought is left out. */
function counted(n: number): Node | string {
  return n === 0 ? h("span", { class: "zero" }, "0") : String(n);
}

function refusedCell(voice: Voice, refused: Changes["refused"]): Node {
  const causes = byCause(voice, refused).map(([cause, n]) => `${cause} ${n}`);
  const parts = causes.length === 0 ? "" : listed(voice, causes);
  return h("span", {}, h("b", {}, String(sumOf(refused))), " ", h("span", { class: "hint" }, parts));
}

function changeColumns(voice: Voice): { head: string; numeric?: true }[] {
  return [
    { head: voice.say("people"), numeric: true },
    ...OUTCOMES.map((outcome) => ({ head: voice.say(outcomeWord(outcome)), numeric: true as const })),
    { head: voice.say("refused") },
  ];
}

function changeCells(voice: Voice, changes: Changes): (Node | string)[] {
  const outcomes = OUTCOMES.map((outcome) => counted(changes[outcome]));
  return [String(changes.people), ...outcomes, refusedCell(voice, changes.refused)];
}

export function unitTable(voice: Voice, run: Run): HTMLElement {
  const rows = run.units.map((tally) => {
    const name = link(`units/of/${tally.unit}`, tally.name, "row-link");
    return [h("span", {}, name, h("span", { class: "hint code" }, tally.unit)), ...changeCells(voice, tally)];
  });
  const title = voice.say("changedTitle");
  const columns = [{ head: voice.say("unit") }, ...changeColumns(voice)];
  const body = rows.length === 0 ? h("p", {}, voice.say("noTallies")) : table(title, columns, rows);
  const left =
    run.units_left_off > 0 ? h("p", { class: "hint" }, voice.say("unitsLeftOff", { n: run.units_left_off })) : "";
  return h("section", { class: "card" }, h("h2", {}, title), body, left);
}

/** The areas below the officer's own; one alone would say what the sums say. */
export function areaTable(voice: Voice, run: Run): HTMLElement[] {
  if (run.areas.length < 2) return [];
  const rows = run.areas.map((tally) => {
    const units = h("span", { class: "hint" }, voice.say("unitCount", { n: tally.units }));
    return [h("span", {}, h("span", { class: "code" }, tally.area), " ", units), ...changeCells(voice, tally)];
  });
  const columns = [{ head: voice.say("area") }, ...changeColumns(voice)];
  const title = voice.say("areasTitle");
  return [h("section", { class: "card" }, h("h2", {}, title), table(title, columns, rows))];
}

/** What a result, a list or an approval should have changed when it came: repaired now, and to be looked into. */
export function missedNote(voice: Voice, run: Run): HTMLElement[] {
  if (run.missed === 0) return [];
  return [h("section", { class: "card" }, h("p", {}, marked("wait", voice.say("missedSay", { n: run.missed }))))];
}

function duration(voice: Voice, seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? voice.say("minutes", { m: minutes, s: seconds % 60 }) : voice.say("seconds", { s: seconds });
}

export function stages(voice: Voice, run: Run): HTMLElement[] {
  const told = Object.entries(run.stages).flatMap(([stage, seconds]) => {
    const word = wordOf("stage", stage);
    return word === undefined ? [] : [`${voice.say(word)} ${duration(voice, seconds)}`];
  });
  return told.length === 0
    ? []
    : [h("p", { class: "hint" }, voice.say("stagesTitle", { stages: listed(voice, told) }))];
}
