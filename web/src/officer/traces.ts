/** The traces of the area, and asking for one: nothing is searched before another person approves. */
import type { View } from "../desk/shell";
import { table } from "../desk/table";
import { chinaClock, chinaDay, DAY_S, rfc3339 } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import { type Field, Form, label } from "./form";
import { chinaEpoch } from "./instants";
import type { Officer } from "./officer";
import { link, Loaded, type Nodes, Outcome, Panel } from "./panel";
import { GROUNDS, moment, type Trace, traceState } from "./traced";

interface Traces {
  readonly traces: readonly Trace[];
  readonly next?: string;
}

type Name =
  | "case"
  | "ground"
  | "document"
  | "startDay"
  | "startTime"
  | "endDay"
  | "endTime"
  | "id_type"
  | "id_number"
  | "venue"
  | "margin_minutes"
  | "least_minutes";

const QUIET = { spellcheck: "false", autocapitalize: "off" };
const MINUTES = { min: "0", max: "1440", inputmode: "numeric" };
const HOUR_S = 3600;
/** What an ask mostly begins with is yesterday. */
const FIRST_WINDOW_S = DAY_S;

const FIELDS: Readonly<Record<Name, Field>> = {
  case: {
    label: "traceCase",
    hint: "traceCaseHint",
    attributes: QUIET,
    check: (value) => (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(value) ? undefined : "law:case"),
  },
  ground: { label: "traceGround", choices: GROUNDS },
  document: { label: "traceDocument", check: label(64) },
  startDay: { label: "traceStartDay", hint: "chinaTime", type: "date" },
  startTime: { label: "traceStartTime", type: "time" },
  endDay: { label: "traceEndDay", type: "date" },
  endTime: { label: "traceEndTime", type: "time" },
  id_type: { label: "traceIdType", hint: "traceIdTypeHint", optional: true, attributes: QUIET },
  id_number: { label: "traceIdNumber", hint: "traceIdNumberHint", optional: true, attributes: QUIET },
  venue: { label: "traceVenue", hint: "traceVenueHint", optional: true, attributes: QUIET },
  margin_minutes: {
    label: "traceMargin",
    hint: "traceMarginHint",
    type: "number",
    optional: true,
    attributes: MINUTES,
  },
  least_minutes: { label: "traceLeast", type: "number", optional: true, attributes: MINUTES },
};

function firstValues(): Record<Name, string> {
  const end = Math.floor(serverNow() / HOUR_S) * HOUR_S;
  const start = end - FIRST_WINDOW_S;
  return {
    case: "",
    ground: "case-investigation",
    document: "",
    startDay: chinaDay(start),
    startTime: chinaClock(start).slice(0, 5),
    endDay: chinaDay(end),
    endTime: chinaClock(end).slice(0, 5),
    id_type: "",
    id_number: "",
    venue: "",
    margin_minutes: "",
    least_minutes: "",
  };
}

export class TracesView implements View {
  private readonly outcome: Outcome;
  private readonly traces: Loaded<Traces>;
  private readonly list = new Panel(() => this.drawList());
  private form: Form<Name>;
  private readonly asking = new Panel(() => this.drawAsking());

  constructor(private readonly officer: Officer) {
    const { voice, desk } = officer;
    this.outcome = new Outcome(voice);
    this.form = this.makeForm();
    this.traces = new Loaded(
      voice,
      () => desk.ask<Traces>("GET", "/traces"),
      () => void this.list.refresh(),
    );
    void this.traces.load();
  }

  title(): string {
    return this.officer.voice.say("tracesTitle");
  }

  draw(): Nodes {
    const { voice, isTracer, mayRun } = this.officer;
    const keys = h("p", {}, link("traces/keys", voice.say("tabKeys")));
    const say = h("p", {}, voice.say(isTracer ? "tracesApproveSay" : "tracesSay"));
    const asking = isTracer || !mayRun ? undefined : this.asking.refresh();
    return [say, isTracer ? undefined : keys, this.outcome.refresh(), this.list.refresh(), asking];
  }

  private makeForm(): Form<Name> {
    const { voice } = this.officer;
    const send = (values: Record<Name, string>): Promise<void> => this.ask(values);
    const members = { start: "startDay", end: "endDay" } as const;
    return new Form<Name>("trace", voice, this.outcome, FIELDS, firstValues(), "askTrace", send, members);
  }

  private drawAsking(): Nodes {
    const { voice } = this.officer;
    return [h("h2", {}, voice.say("askTrace")), h("p", { class: "hint" }, voice.say("askTraceSay")), this.form.draw()];
  }

  private drawList(): Nodes {
    const { voice, desk } = this.officer;
    return this.traces.draw(({ traces, next }) => {
      if (traces.length === 0) return [h("p", {}, voice.say("noTraces"))];
      const more = h("button", { type: "button", class: "plain" }, voice.say("loadMore"));
      more.addEventListener("click", () => {
        more.disabled = true;
        void this.traces.loadBy(async () => {
          const page = await desk.ask<Traces>("GET", `/traces?next=${encodeURIComponent(next ?? "")}`);
          return { ...page, traces: [...traces, ...page.traces] };
        });
      });
      return [this.table(traces), next === undefined ? undefined : h("p", { class: "actions" }, more)];
    });
  }

  private table(traces: readonly Trace[]): Node {
    const { voice } = this.officer;
    const columns = [
      { head: voice.say("traceCase") },
      { head: voice.say("traceGround") },
      { head: voice.say("traceAsked") },
      { head: voice.say("tracePeople"), numeric: true },
      { head: voice.say("state") },
    ];
    const rows = traces.map((one) => [
      link(`traces/of/${one.trace}`, one.case, "row-link"),
      voice.say(GROUNDS[one.ground]),
      moment(voice, one.asked_at),
      one.state === "done" ? String(one.people ?? 0) : "",
      traceState(voice, one),
    ]);
    return table(voice.say("tracesTitle"), columns, rows);
  }

  private async ask(values: Record<Name, string>): Promise<void> {
    const { desk, voice } = this.officer;
    const [start, end] = [chinaEpoch(values.startDay, values.startTime), chinaEpoch(values.endDay, values.endTime)];
    const given = (name: Name): Readonly<Record<string, string>> =>
      values[name].trim() === "" ? {} : { [name]: values[name].trim() };
    const body = {
      case: values.case.trim(),
      ground: values.ground,
      document: values.document.trim(),
      start: start === undefined ? values.startDay : rfc3339(start),
      end: end === undefined ? values.endDay : rfc3339(end),
      ...given("id_type"),
      ...given("id_number"),
      ...given("venue"),
      margin_minutes: Number(values.margin_minutes || 0),
      least_minutes: Number(values.least_minutes || 0),
    };
    const made = await desk.ask<Trace>("POST", "/traces", { body });
    // The number of a document does not stay on the screen.
    this.form = this.makeForm();
    this.asking.refresh();
    await this.traces.load();
    this.outcome.done(() => [
      h("p", {}, voice.say("traceAskedSay", { id: made.case })),
      link(`traces/of/${made.trace}`, voice.say("openIt")),
    ]);
  }
}
