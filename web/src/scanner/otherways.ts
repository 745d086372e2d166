/** When the camera does not do: a picture, pasted text, a hand scanner. */
import { h } from "../shared/dom";
import { button } from "./page";
import type { Running } from "./scanner";
import { voice } from "./words";

export interface OtherWays {
  readonly node: HTMLElement;
  open(): void;
  close(): void;
}

/** The picture's field: read by the same reader as the camera's frames. */
function pictureField(on: Running): { readonly node: HTMLElement; forget(): void } {
  const wrong = h("p", { class: "fault", role: "alert" });
  const file = h("input", { type: "file", id: "photo", accept: "image/*", capture: "environment" });
  async function read(): Promise<void> {
    const [picture] = file.files ?? [];
    if (picture === undefined) return;
    wrong.textContent = "";
    const text = await on.sight.readPicture(picture).catch(() => undefined);
    file.value = "";
    if (text !== undefined) return on.duty.take(text);
    wrong.textContent = voice.say("photoNone");
    on.voice.say("unreadable");
  }
  file.addEventListener("change", () => void read());
  const node = h("div", { class: "card" }, h("label", { for: "photo" }, voice.say("photo")), file, wrong);
  return { node, forget: () => wrong.replaceChildren() };
}

function pasteField(on: Running): HTMLElement {
  const text = h("textarea", {
    id: "text",
    rows: "2",
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "off",
  });
  const form = h("form", {}, h("label", { for: "text" }, voice.say("paste")), text);
  form.append(h("button", { class: "solid wide" }, voice.say("pasteDo")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const pasted = text.value.trim();
    text.value = "";
    if (pasted !== "") void on.duty.take(pasted);
  });
  return h("div", { class: "card" }, form, h("p", { class: "hint" }, voice.say("wedge")));
}

export function otherWays(on: Running): OtherWays {
  const picture = pictureField(on);
  const heading = h("h1", { id: "other-ways", tabindex: "-1" }, voice.say("moreTitle"));
  const back = button("back", "plain wide", close);
  const labelled = { class: "sheet other-ways", hidden: "", "aria-labelledby": "other-ways" };
  const node = h("section", labelled, heading, picture.node, pasteField(on), back);

  function close(): void {
    if (node.hidden) return;
    node.hidden = true;
    document.body.classList.remove("other");
    document.getElementById("more")?.focus();
  }

  return {
    node,
    open() {
      picture.forget();
      node.hidden = false;
      document.body.classList.add("other");
      heading.focus();
    },
    close,
  };
}
