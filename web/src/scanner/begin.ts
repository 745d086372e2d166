/** Beginning a shift: the gate from its poster, its names from the service, the manager's code, a secret sign. */
import { ask, Offline, Problem } from "../shared/api";
import { h } from "../shared/dom";
import { ownSecret } from "../shift/secret";
import type { Direction, Shift, ShiftBook } from "../shift/shift";
import { keepLabel, keptLabel } from "./label";
import { button, drawPlain, field, type Frame } from "./page";
import { secretFields } from "./secretform";
import { voice, type Word } from "./words";

interface GateFacts {
  readonly gate: string;
  readonly name: string;
  readonly venue_name: string;
  readonly direction: Direction;
}

/** What beginning needs of the page around it. */
export interface Beginning extends Frame {
  readonly book: ShiftBook;
  onGate(gate: string | undefined): void;
  onScanPoster(): void;
  onBegun(shift: Shift): void;
}

const GATE_ID = /^[A-Za-z0-9_-]{1,40}$/;
const FAULTS: Readonly<Record<string, Word>> = {
  "gate-code": "faultCode",
  revoked: "faultRevoked",
  shifts: "faultShifts",
  "venue-closed": "faultVenue",
  "no-gate": "faultNoGate",
  "on-shift": "faultOnShift",
};

function faultOf(error: unknown): Word {
  if (error instanceof Offline) return "faultOffline";
  if (!(error instanceof Problem)) throw error;
  if (error.status === 404) return "faultNoGate";
  return FAULTS[error.code] ?? "faultBusy";
}

function notLasting({ book }: Beginning): Node | undefined {
  return book.lasting ? undefined : h("p", { class: "notice", role: "status" }, voice.say("notLasting"));
}

/** No gate yet: how to get one, and what somebody without a shift can do. */
export function drawChooseGate(page: Beginning): void {
  const id = field("gate-id", "gateId", "gateIdHint", {
    autocapitalize: "off",
    spellcheck: "false",
    enterkeyhint: "go",
  });
  const form = h("form", { class: "card" }, id.node, h("button", { class: "plain wide" }, voice.say("next")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const gate = id.input.value.trim();
    const good = GATE_ID.test(gate);
    id.fault(good ? undefined : "faultGateId");
    if (good) page.onGate(gate);
  });
  const verify = h("a", { href: "/v" }, voice.say("openVerify"));
  drawPlain(
    page,
    voice.say("beginTitle"),
    h("p", { class: "lead" }, voice.say("beginSay")),
    notLasting(page),
    button("scanPoster", "solid wide big", () => page.onScanPoster()),
    form,
    h(
      "section",
      { class: "card" },
      h("h2", {}, voice.say("notGuard")),
      h("p", {}, voice.say("notGuardSay"), " ", verify),
    ),
  );
}

function facts(found: GateFacts): HTMLElement {
  const row = (word: Word, text: string): HTMLElement => h("div", {}, h("dt", {}, voice.say(word)), h("dd", {}, text));
  return h(
    "dl",
    { class: "card facts" },
    row("gateIs", `${found.name} (${found.gate})`),
    row("venueIs", found.venue_name),
    row("directionIs", voice.say(found.direction)),
  );
}

/** The gate is known: look up whose it is, then ask for the code. */
export async function drawGate(page: Beginning, gate: string): Promise<void> {
  drawPlain(page, voice.say("beginTitle"), h("p", { class: "lead", role: "status" }, voice.say("starting")));
  let found: GateFacts;
  try {
    found = await ask<GateFacts>("GET", `/gates/${encodeURIComponent(gate)}`);
  } catch (error) {
    const retry = button("retry", "solid wide", () => void drawGate(page, gate));
    const back = button("otherGate", "plain wide", () => page.onGate(undefined));
    const wrong = h("p", { class: "fault", role: "alert" }, voice.say(faultOf(error)));
    return drawPlain(page, voice.say("beginTitle"), h("p", { class: "lead" }, gate), wrong, retry, back);
  }
  const secret = await ownSecret();
  drawCode(page, found, secret === undefined ? secretFields(undefined) : undefined);
}

function drawCode(page: Beginning, found: GateFacts, secret: ReturnType<typeof secretFields> | undefined): void {
  const code = field("code", "code", "codeHint", { autocapitalize: "off", spellcheck: "false", maxlength: "32" });
  const label = field("label", "label", "labelHint", { maxlength: "32" });
  label.input.value = keptLabel();
  const begin = h("button", { class: "solid wide big" }, voice.say("begin"));
  const wrong = h("p", { class: "fault", role: "alert" });
  const form = h("form", {}, h("div", { class: "card" }, code.node, label.node), secret?.node, wrong, begin);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });
  async function submit(): Promise<void> {
    wrong.textContent = "";
    code.fault(code.input.value.trim() === "" ? "faultEmpty" : undefined);
    if (code.input.value.trim() === "" || (secret !== undefined && !(await secret.save()))) return;
    begin.disabled = true;
    begin.textContent = voice.say("beginning");
    try {
      keepLabel(label.input.value.trim());
      page.onBegun(await page.book.begin(found.gate, code.input.value.trim(), label.input.value.trim()));
    } catch (error) {
      begin.disabled = false;
      begin.textContent = voice.say("begin");
      const fault = faultOf(error);
      if (fault === "faultCode") code.fault(fault);
      else wrong.textContent = voice.say(fault, { gate: error instanceof Problem ? error.detail : "" });
    }
  }
  const other = button("otherGate", "plain wide", () => page.onGate(undefined));
  const note = h("p", { class: "hint" }, voice.say("beginNote"));
  drawPlain(page, voice.say("beginTitle"), notLasting(page), facts(found), form, note, other);
}
