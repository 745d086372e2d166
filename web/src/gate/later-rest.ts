/** What no verdict waits for: the field to paste into, the service worker, the way out of another app's browser. */
import { h } from "../shared/dom";
import { keepOffline } from "../shared/offline";
import { strip } from "../shared/strip";
import css from "./later-rest.css?url";
import type { Facing } from "./view";
import { wear } from "./wear";
import en from "./words/rest.en.json";
import zh from "./words/rest.zh.json";

function pasteForm({ say, onPaste }: Facing): HTMLElement {
  const field = h("textarea", {
    id: "text",
    rows: "4",
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "off",
  });
  const form = h(
    "form",
    { class: "paste" },
    h("label", { for: "text" }, say("paste")),
    field,
    h("button", { type: "submit", class: "solid" }, say("pasteDo")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onPaste(field.value.trim());
  });
  return form;
}

/** The foot's second half; `open`: there is nothing else to do here than to paste. */
function rest(facing: Facing, open: boolean): Node[] {
  const form = pasteForm(facing);
  const folded = h("details", {}, h("summary", {}, facing.say("paste")), form);
  const way = strip(facing.language);
  return [...(way === undefined ? [] : [way]), open ? form : folded];
}

/** Ready to be shown; from now on the page is there without a network, too. */
export async function openRest(facing: Facing): Promise<(open: boolean) => Node[]> {
  facing.teach({ zh, en });
  await wear(css);
  void keepOffline();
  return (open) => rest(facing, open);
}
