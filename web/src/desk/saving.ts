/** A button for a file that the service makes for whoever is signed in. */
import { h } from "../shared/dom";
import { saveFile } from "../shared/saving";
import type { Speaker } from "../shared/words";
import { faultText } from "./faults";
import type { Desk } from "./service";
import type { DeskWord } from "./words";

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
      saveFile(name, await answer.blob());
    } catch (error) {
      fault.textContent = faultText(voice, error);
    } finally {
      button.disabled = false;
    }
  });
  return h("span", { class: "saving" }, button, fault);
}
