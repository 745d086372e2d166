/** Files that people take away: always as attachments, never opened in our origin. */
import { h } from "../shared/dom";
import type { Speaker } from "../shared/words";
import { faultText } from "./faults";
import type { Desk } from "./service";
import type { DeskWord } from "./words";

/** A link to a file that was made here; it stays good while the page is open. */
export function fileLink(name: string, data: Blob, text: string): HTMLAnchorElement {
  return h("a", { class: "plain", href: URL.createObjectURL(data), download: name }, text);
}

function save(name: string, data: Blob): void {
  const link = fileLink(name, data, name);
  link.click();
  // The download has taken the data over by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** A button that fetches a file under the sign-in and saves it; what goes wrong is said beside it. */
export function saveButton<W extends string>(
  voice: Speaker<DeskWord | W>,
  desk: Desk,
  path: string,
  name: string,
  word: W,
): Node {
  const button = h("button", { type: "button", class: "plain" }, voice.say(word));
  const fault = h("span", { class: "fault", role: "alert" });
  button.addEventListener("click", async () => {
    button.disabled = true;
    fault.textContent = "";
    try {
      const answer = await desk.send("GET", path);
      save(name, await answer.blob());
    } catch (error) {
      fault.textContent = faultText(voice, error);
    } finally {
      button.disabled = false;
    }
  });
  return h("span", { class: "saving" }, button, fault);
}
