/** The walks of an area, and one of them with what came of each call and visit. */
import type { View } from "../desk/shell";
import { asText, copyButton } from "../desk/copying";
import { type Mark, marked } from "../desk/marks";
import { table } from "../desk/table";
import { chinaInstant, instantOf } from "../shared/china";
import { h } from "../shared/dom";
import { outcomeText } from "./coveragerows";
import { datedInstant } from "./instants";
import type { Officer } from "./officer";
import { actionButton, link, Loaded, type Nodes, Outcome, Panel, retitle } from "./panel";
import type { Chase, Patrol, PatrolHead } from "./patrolling";
import type { Voice } from "./words";

const MARKS: Readonly<Record<string, Mark>> = {
  done: "good",
  "code-put-up": "good",
  refused: "bad",
  "damaged-code": "bad",
  "nobody-there": "wait",
  "closed-down": "none",
};

interface Head extends PatrolHead {
  readonly items: number;
}

interface Found {
  readonly patrols: readonly Head[];
  readonly next?: string;
}

export class PatrolsView implements View {
  private readonly found: Loaded<Found>;
  private readonly outcome: Outcome;
  private readonly panel = new Panel(() => this.content());

  constructor(private readonly officer: Officer) {
    this.outcome = new Outcome(officer.voice);
    this.found = new Loaded(
      officer.voice,
      () => this.page(),
      () => void this.panel.refresh(),
    );
    if (officer.area.length >= 6) void this.found.load();
  }

  title(): string {
    return this.officer.voice.say("patrolsTitle");
  }

  draw(): Nodes {
    const { voice, area } = this.officer;
    const back = h("p", {}, link("coverage", voice.say("backToCoverage")));
    if (area.length < 6) return [back, h("p", { class: "card" }, voice.say("coverageWide"))];
    return [back, h("p", {}, voice.say("patrolsSay")), this.outcome.refresh(), this.panel.refresh()];
  }

  private page(next?: string): Promise<Found> {
    const after = next === undefined ? "" : `?next=${encodeURIComponent(next)}`;
    return this.officer.desk.ask("GET", `/areas/${this.officer.area}/patrols${after}`);
  }

  private content(): Nodes {
    const { voice } = this.officer;
    return this.found.draw(({ patrols, next }) => {
      if (patrols.length === 0) return [h("p", {}, voice.say("patrolsNone"))];
      const columns = [
        { head: voice.say("patrolWalk") },
        { head: voice.say("coverWhich") },
        { head: voice.say("area") },
        { head: voice.say("patrolItems"), numeric: true },
      ];
      const rows = patrols.map((one) => [
        h(
          "span",
          {},
          link(`coverage/patrol/${one.patrol}`, one.label, "row-link"),
          h("span", { class: "hint code" }, datedInstant(voice.language, instantOf(one.made_at))),
        ),
        voice.say(`coverList:${one.kind}`),
        one.area,
        String(one.items),
      ]);
      const more = async (after: string): Promise<void> => {
        const page = await this.page(after);
        await this.found.loadBy(() => Promise.resolve({ ...page, patrols: [...patrols, ...page.patrols] }));
      };
      return [
        table(voice.say("patrolsTitle"), columns, rows),
        next === undefined
          ? undefined
          : h(
              "p",
              { class: "actions" },
              actionButton(voice.say("loadMore"), "plain", this.outcome, () => more(next)),
            ),
      ];
    });
  }
}

export class PatrolView implements View {
  private readonly found: Loaded<Patrol>;
  private readonly panel = new Panel(() => this.content());

  constructor(
    private readonly officer: Officer,
    patrol: string,
  ) {
    this.found = new Loaded(
      officer.voice,
      () => officer.desk.ask<Patrol>("GET", `/patrols/${patrol}`),
      () => this.came(),
    );
    void this.found.load();
  }

  title(): string {
    return this.found.value?.label ?? this.officer.voice.say("patrolWalk");
  }

  draw(): Nodes {
    const { voice } = this.officer;
    return [h("p", {}, link("coverage/patrols", voice.say("backToPatrols"))), this.panel.refresh()];
  }

  private came(): void {
    retitle(this.panel, this.title(), this.officer.voice);
    this.panel.refresh();
  }

  private content(): Nodes {
    const { voice } = this.officer;
    return this.found.draw((patrol) => {
      const { items, chased } = patrol;
      const again = h("button", { type: "button", class: "plain small" }, voice.say("refresh"));
      again.addEventListener("click", () => void this.found.load());
      const columns = [
        { head: voice.say("patrolItem") },
        { head: voice.say("address") },
        { head: voice.say("patrolNewest") },
      ];
      const rows = items.map((one) => [
        h("b", { class: "row-head" }, one.name),
        h("span", {}, one.address ?? "", h("span", { class: "hint code" }, one.area)),
        newest(voice, one.chase),
      ]);
      return [
        h("p", { role: "status" }, voice.say("patrolChased", { n: chased, of: items.length })),
        h("progress", { max: String(items.length), value: String(chased), "aria-label": voice.say("progress") }),
        h(
          "p",
          { class: "hint" },
          voice.say("patrolUntil", { time: datedInstant(voice.language, instantOf(patrol.ends_at)) }),
        ),
        h("div", { class: "actions" }, again),
        table(patrol.label, columns, rows),
        copyButton(voice, () => patrolText(voice, patrol)),
      ];
    });
  }
}

function newest(voice: Voice, chase: Chase | null | undefined): Node {
  if (!chase) return marked("none", voice.say("patrolNobody"));
  const said = h("div", {}, marked(MARKS[chase.outcome] ?? "none", outcomeText(voice, chase.outcome)));
  const time = datedInstant(voice.language, instantOf(chase.at));
  said.append(h("span", { class: "hint code" }, `${voice.say(`how:${chase.how}`)} · ${time}`));
  if (chase.note) said.append(h("span", { class: "code" }, chase.note));
  return said;
}

/** A walk with what came of it, a line for each place. */
export function patrolText(voice: Voice, { label, area, items, chased }: Patrol): string {
  const lines = items.map(({ name, address = "", chase }) => [
    name,
    address,
    ...(chase
      ? [
          outcomeText(voice, chase.outcome),
          voice.say(`how:${chase.how}`),
          chinaInstant(voice.language, instantOf(chase.at)),
          chase.note ?? "",
        ]
      : [voice.say("patrolNobody")]),
  ]);
  const title = voice.language === "zh" ? `【${label}】` : label;
  return asText([[title, area, voice.say("patrolChased", { n: chased, of: items.length })], ...lines]);
}
