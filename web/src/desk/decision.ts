/** What is held: why, who leaves, and who may let it through. */
import { h } from "../shared/dom";
import { faultText } from "./faults";
import { type Hold, holdsOf, type Job, ownerMayApply, systematicOf, columnText } from "./jobs";
import { marked } from "./marks";
import type { Console } from "./shell";
import type { DeskWord } from "./words";

const HOLD_WORDS: Readonly<Record<Hold, DeskWord>> = {
  leaving: "holdLeaving",
  "leaving-many": "holdLeavingMany",
  systematic: "holdSystematic",
  clock: "holdClock",
};
const LONGEST_REASON = 256;

function holdText({ voice }: Console, job: Job, hold: Hold): string {
  const broken = systematicOf(job.cause ?? "");
  const column = broken ? columnText(voice, broken.column) : "";
  const values = { leaving: job.leaving ?? 0, hours: (job.shift_s ?? 0) / 3600 };
  return voice.say(HOLD_WORDS[hold], { ...values, column, rows: broken?.rows ?? 0, bad: broken?.bad ?? 0 });
}

function leavers({ voice }: Console, job: Job): Node[] {
  const names = job.leaving_names ?? [];
  if (names.length === 0) return [];
  const rest = (job.leaving ?? names.length) - names.length;
  return [
    h("h3", {}, voice.say("whoLeaves", { count: job.leaving ?? names.length })),
    h("ul", { class: "names" }, ...names.map((name) => h("li", {}, name))),
    ...(rest > 0 ? [h("p", {}, voice.say("andMore", { count: rest }))] : []),
  ];
}

function callOfficer({ voice, config }: Console): Node {
  const said = h("p", { class: "notice" }, voice.say("onlyOfficer"));
  if (config.phone !== "") {
    said.append(
      " ",
      voice.say("callThem"),
      " ",
      h("a", { href: `tel:${config.phone.replace(/[^0-9+]/g, "")}` }, config.phone),
    );
  }
  return said;
}

/** Where a person decides: a reason, and one or two buttons. */
class Decision {
  private readonly reason: HTMLInputElement;
  private readonly fault = h("p", { class: "fault", role: "alert", id: "reason-fault" });
  private readonly buttons: HTMLButtonElement[];

  constructor(
    private readonly open: Console,
    private readonly job: Job,
    mayApply: boolean,
    private readonly decided: (job: Job) => void,
  ) {
    const attributes = { id: "reason", maxlength: String(LONGEST_REASON), "aria-describedby": "reason-fault" };
    this.reason = h("input", { type: "text", autocomplete: "off", ...attributes });
    // The form is drawn again when the language changes: what was written stays.
    this.reason.value = document.querySelector<HTMLInputElement>("input#reason")?.value ?? "";
    this.buttons = [
      ...(mayApply ? [this.button("apply", "solid", this.applyWord())] : []),
      this.button("cancel", "plain", this.open.voice.say("decideCancel")),
    ];
  }

  form(): Node {
    const { voice } = this.open;
    const form = h(
      "form",
      { class: "stack", novalidate: "" },
      h("div", {}, h("label", { for: "reason" }, voice.say("reason")), this.reason, this.fault),
      h("div", { class: "actions" }, ...this.buttons),
    );
    // Return in the field presses no button: two of them mean opposite things.
    form.addEventListener("submit", (event) => event.preventDefault());
    return form;
  }

  private applyWord(): string {
    const { voice, desk } = this.open;
    if (desk.who.role !== "officer") return voice.say("decideLeaving", { count: this.job.leaving ?? 0 });
    return voice.say("decideApply");
  }

  private button(decision: "apply" | "cancel", look: string, text: string): HTMLButtonElement {
    const made = h("button", { type: "button", class: look, "data-decision": decision }, text);
    made.addEventListener("click", () => void this.decide(decision));
    return made;
  }

  private async decide(decision: "apply" | "cancel"): Promise<void> {
    const { voice, desk } = this.open;
    const reason = this.reason.value.trim();
    this.reason.toggleAttribute("aria-invalid", false);
    if (reason === "") {
      this.reason.setAttribute("aria-invalid", "true");
      this.fault.textContent = voice.say("reasonMissing");
      this.reason.focus();
      return;
    }
    this.fault.textContent = "";
    for (const button of this.buttons) button.disabled = true;
    try {
      const path = `/jobs/${encodeURIComponent(this.job.job)}/decision`;
      this.decided(await desk.ask<Job>("POST", path, { body: { decision, reason } }));
      document.querySelector("h1")?.focus();
    } catch (error) {
      this.fault.textContent = faultText(voice, error);
      for (const button of this.buttons) button.disabled = false;
    }
  }
}

/** The section of a held job; `decided` takes the job as it stands after. */
export function decisionSection(open: Console, job: Job, decided: (job: Job) => void): Node[] {
  const { voice, desk } = open;
  const mayApply = desk.who.role === "officer" || ownerMayApply(job);
  const why = holdsOf(job).map((hold) => h("li", {}, holdText(open, job, hold)));
  return [
    h(
      "section",
      { class: "card held" },
      h("h2", {}, marked("wait", voice.say("heldTitle"))),
      h("ul", { class: "causes" }, ...why),
      ...leavers(open, job),
      ...(mayApply ? [] : [callOfficer(open)]),
      new Decision(open, job, mayApply, decided).form(),
    ),
  ];
}
