/** Asking before something that cannot be taken back: a sentence that says what will happen, and where asked a reason. */
import { h } from "../shared/dom";
import type { Voice } from "./words";

export interface Asked {
  readonly title: string;
  /** What will happen. */
  readonly say: readonly string[];
  /** What the button that does it says. */
  readonly yes: string;
  /** A reason has to be given; it is kept. */
  readonly reason?: boolean;
  /** Characters that a reason may have, where that is fewer than usual. */
  readonly longest?: number;
}

const LONGEST_REASON = 256;

function reasonField(
  voice: Voice,
  longest: number,
): { readonly input: HTMLTextAreaElement; readonly nodes: readonly Node[] } {
  const described = "consent-hint consent-fault";
  const input = h("textarea", {
    id: "consent-reason",
    rows: "3",
    maxlength: String(longest),
    "aria-describedby": described,
  });
  const nodes = [
    h("label", { for: "consent-reason" }, voice.say("yourReason")),
    h("p", { class: "hint", id: "consent-hint" }, voice.say("reasonHint")),
    input,
    h("p", { class: "fault", id: "consent-fault", role: "alert" }),
  ];
  return { input, nodes };
}

/** Whether there is a reason; where none is, the field says so and takes the focus. */
function hasReason(voice: Voice, input: HTMLTextAreaElement): boolean {
  const given = input.value.trim() !== "";
  const fault = document.getElementById("consent-fault");
  if (fault !== null) fault.textContent = given ? "" : voice.say("reasonMissing");
  input.setAttribute("aria-invalid", String(!given));
  if (!given) input.focus();
  return given;
}

/** Ask; the answer is the reason (empty when none was asked for), or undefined for no. */
export function consent(voice: Voice, asked: Asked): Promise<string | undefined> {
  const { input, nodes } = reasonField(voice, asked.longest ?? LONGEST_REASON);
  const yes = h("button", { type: "submit", class: "solid" }, asked.yes);
  const no = h("button", { type: "button", class: "plain" }, voice.say("no"));
  const form = h("form", { class: "stack", novalidate: "" }, ...(asked.reason ? nodes : []));
  form.append(h("div", { class: "actions" }, yes, no));
  const dialog = h("dialog", {
    class: "card consent",
    "aria-labelledby": "consent-title",
    "aria-describedby": "consent-say",
  });
  const said = h("div", { id: "consent-say" }, ...asked.say.map((text) => h("p", {}, text)));
  dialog.append(h("h2", { id: "consent-title" }, asked.title), said, form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    let answer: string | undefined;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (asked.reason && !hasReason(voice, input)) return;
      answer = asked.reason ? input.value.trim() : "";
      dialog.close();
    });
    no.addEventListener("click", () => dialog.close());
    // Leaving the page by the browser's own buttons is a no.
    const away = (): void => dialog.close();
    addEventListener("hashchange", away);
    dialog.addEventListener("close", () => {
      removeEventListener("hashchange", away);
      dialog.remove();
      resolve(answer);
    });
    dialog.showModal();
    (asked.reason ? input : no).focus();
  });
}
