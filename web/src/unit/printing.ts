/** Printing passes for people without a phone: whose, why, the files, and who could not be printed. */
import { chinaDay } from "../shared/china";
import { serverNow } from "../shared/clock";
import { h } from "../shared/dom";
import { asText, copyButton } from "../desk/copying";
import { faultText } from "../desk/faults";
import { fileLink, saveFile } from "../shared/saving";
import type { Console } from "../desk/shell";
import { table } from "../desk/table";
import { canPrint, type Person } from "./standing";
import type { UnitWord, Voice } from "./words";

/** As many as one request takes (functions/passes/routes.py, PrintSeveralIn). */
export const MOST_AT_ONCE = 24;
const LONGEST_REASON = 200;
const REASON = "epipass.desk.print-reason";
/** Each pass is signed and drawn while the page waits. */
const PATIENCE_MS = 90_000;

interface Printed {
  readonly printed: number;
  readonly refused: readonly { readonly ref: string; readonly cause: string }[];
  readonly pdf: string | null;
}

const CAUSE_WORDS: Readonly<Record<string, UnitWord>> = {
  person: "causePerson",
  "has-device": "causeHasDevice",
  "needs-test": "causeNeedsTest",
  "result-pending": "causeResultPending",
  "not-eligible": "causeNotNow",
  withdrawn: "causeWithdrawn",
  busy: "causeBusy",
};

function causeWord(cause: string): UnitWord {
  return CAUSE_WORDS[cause] ?? "causeNotNow";
}

/** Consecutive lists of at most so many. */
export function batches<T>(items: readonly T[], most: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / most) }, (_, place) =>
    items.slice(place * most, (place + 1) * most),
  );
}

function keptReason(): string {
  try {
    return sessionStorage.getItem(REASON) ?? "";
  } catch {
    // Storage is denied: the reason is written again each time.
    return "";
  }
}

function keepReason(reason: string): void {
  try {
    sessionStorage.setItem(REASON, reason);
  } catch {
    // Storage is denied.
  }
}

function pdfOf(base64: string): Blob {
  return new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type: "application/pdf" });
}

/** What the list of people must do with it. */
export interface Listed {
  people(): readonly Person[];
  /** These have a printed pass now, or turned out to have none to print: draw them again. */
  changed(printed: ReadonlySet<string>): void;
}

export class Printing {
  readonly chosen = new Set<string>();
  private readonly files: { readonly name: string; readonly data: Blob; readonly count: number }[] = [];
  private readonly refused: { readonly name: string; readonly cause: string }[] = [];
  private reasonText = keptReason();
  private busy: string | undefined;
  private fault = "";
  private readonly summary = h("summary", { id: "print-summary" });
  private readonly body = h("div", { class: "stack" });
  /** Closed until somebody wants to print: most days the list below is what is looked for. */
  private readonly card = h("details", { class: "card", id: "printing" }, this.summary, this.body);

  constructor(
    private readonly open: Console,
    private readonly voice: Voice,
    private readonly listed: Listed,
  ) {}

  /** The card, as it stands now. */
  node(): HTMLElement {
    this.draw();
    return this.card;
  }

  /** A checkbox for somebody who can be printed a pass; nothing for others. */
  box(person: Person): HTMLElement | undefined {
    if (!canPrint(person)) return undefined;
    const input = h("input", { type: "checkbox", "aria-label": this.voice.say("choosePerson", { name: person.name }) });
    input.checked = this.chosen.has(person.ref);
    input.addEventListener("change", () => {
      if (input.checked) this.chosen.add(person.ref);
      else this.chosen.delete(person.ref);
      this.card.open = true;
      this.draw();
    });
    return h("label", { class: "tick" }, input);
  }

  private draw(): void {
    const { voice } = this;
    const able = this.listed.people().filter(canPrint);
    this.summary.textContent = voice.say("printSummary", { count: able.length });
    // A form that is being written in stays where it is: only its numbers change.
    const form = able.length > 0 ? this.form(able) : [h("p", { class: "hint" }, voice.say("printNobody"))];
    const focused = this.card.contains(document.activeElement) ? document.activeElement?.id : undefined;
    this.body.replaceChildren(h("p", {}, voice.say("printSay")), ...form, ...this.outcome());
    if (focused) document.getElementById(focused)?.focus();
  }

  private form(able: readonly Person[]): Node[] {
    const { voice, chosen } = this;
    const all = able.every(({ ref }) => chosen.has(ref));
    const every = h("button", { type: "button", class: "plain", id: "choose-all" });
    every.textContent = voice.say(all ? "chooseNone" : "chooseAll", { count: able.length });
    every.disabled = this.busy !== undefined;
    every.addEventListener("click", () => {
      for (const { ref } of able) {
        if (all) chosen.delete(ref);
        else chosen.add(ref);
      }
      this.listed.changed(new Set());
      this.draw();
    });
    const print = h("button", { type: "button", class: "solid", id: "print" });
    print.textContent = chosen.size === 0 ? voice.say("printNone") : voice.say("print", { count: chosen.size });
    print.disabled = this.busy !== undefined || chosen.size === 0;
    print.addEventListener("click", () => void this.print());
    const fault = h("p", { class: "fault", role: "alert", id: "print-fault" }, this.fault);
    return [h("div", { class: "actions" }, every), this.reason(), fault, h("div", { class: "actions" }, print)];
  }

  private reason(): Node {
    const missing = this.fault !== "" && this.reasonText.trim() === "" ? { "aria-invalid": "true" } : {};
    const described = { "aria-describedby": "print-fault", maxlength: String(LONGEST_REASON), ...missing };
    const field = h("input", { type: "text", id: "print-reason", autocomplete: "off", ...described });
    field.value = this.reasonText;
    field.addEventListener("input", () => {
      this.reasonText = field.value;
    });
    return h("div", {}, h("label", { for: "print-reason" }, this.voice.say("printReason")), field);
  }

  private outcome(): Node[] {
    const { voice, files, refused } = this;
    const said = h("p", { role: "status" }, this.busy ?? "");
    if (files.length === 0 && refused.length === 0) return [said];
    const links = files.map(({ name, data, count }, place) =>
      h("li", {}, fileLink(name, data, voice.say("printFile", { number: place + 1, count }))),
    );
    const saved = links.length > 0 ? [h("h2", {}, voice.say("printFiles")), h("ul", { class: "files" }, ...links)] : [];
    if (refused.length === 0) return [said, ...saved];
    const rows = refused.map(({ name, cause }) => [name, voice.say(causeWord(cause))]);
    const heads = [{ head: voice.say("headName") }, { head: voice.say("headCause") }];
    return [
      said,
      ...saved,
      h("h2", {}, voice.say("notPrinted", { count: refused.length })),
      table(voice.say("notPrinted", { count: refused.length }), heads, rows),
      copyButton(voice, () => asText(rows)),
    ];
  }

  private async print(): Promise<void> {
    const { voice, chosen } = this;
    const reason = this.reasonText.trim();
    this.fault = reason === "" ? voice.say("reasonMissing") : "";
    if (reason === "") {
      this.draw();
      document.getElementById("print-reason")?.focus();
      return;
    }
    keepReason(reason);
    this.refused.length = 0;
    this.files.length = 0;
    const total = chosen.size;
    try {
      for (const refs of batches([...chosen], MOST_AT_ONCE)) {
        this.busy = voice.say("printing", { done: total - chosen.size, total });
        this.draw();
        this.take(refs, await this.ask(refs, reason));
      }
      const printed = this.files.reduce((sum, { count }) => sum + count, 0);
      this.busy = undefined;
      this.draw();
      const said = this.card.querySelector('[role="status"]');
      if (said !== null) said.textContent = voice.say("printedSay", { count: printed });
    } catch (error) {
      this.busy = undefined;
      this.fault = faultText(voice, error);
      this.draw();
    }
  }

  private ask(refs: readonly string[], reason: string): Promise<Printed> {
    const { desk } = this.open;
    const path = `/units/${encodeURIComponent(desk.who.scope)}/printed`;
    return desk.ask<Printed>("POST", path, { body: { refs, reason }, patienceMs: PATIENCE_MS });
  }

  private take(refs: readonly string[], { printed, refused, pdf }: Printed): void {
    const without = new Set(refused.map(({ ref }) => ref));
    const names = new Map(this.listed.people().map(({ ref, name }) => [ref, name]));
    this.refused.push(...refused.map(({ ref, cause }) => ({ name: names.get(ref) ?? "", cause })));
    // Whoever met a busy moment stays chosen, to be printed with the next press.
    const again = new Set(refused.filter(({ cause }) => cause === "busy").map(({ ref }) => ref));
    for (const ref of refs) if (!again.has(ref)) this.chosen.delete(ref);
    if (pdf !== null) {
      const name = `passes-${chinaDay(serverNow())}-${this.files.length + 1}.pdf`;
      const data = pdfOf(pdf);
      this.files.push({ name, data, count: printed });
      // The browser may ask once whether this page may save several files; the links stay for who said no.
      saveFile(name, data);
    }
    this.listed.changed(new Set(refs.filter((ref) => !without.has(ref))));
  }
}
