/** Posters: made by the service, saved as a file to be printed. */
import { h } from "../shared/dom";
import { saveFile } from "../shared/saving";
import type { Officer } from "./officer";
import { actionButton, type Outcome } from "./panel";

/** What posters are printed on. */
export const SIZES = ["a4", "a5", "card"] as const;

/** A button that saves a poster; `name` is the file's, without anything personal. */
export function posterButton(
  officer: Officer,
  outcome: Outcome,
  text: string,
  path: () => string,
  name: string,
  /** What to show anew once it is saved: a poster that was saved is printed. */
  then: () => Promise<void> = () => Promise.resolve(),
): HTMLElement {
  const { voice, desk } = officer;
  return actionButton(text, "plain", outcome, async () => {
    const answer = await desk.send("GET", path());
    saveFile(name, await answer.blob());
    await then();
    outcome.done(() => [h("p", {}, voice.say("posterSaved", { file: name }))]);
  });
}
