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

export function otherWays(on: Running): OtherWays {
  const wrong = h("p", { class: "fault", role: "alert" });
  const file = h("input", { type: "file", id: "photo", accept: "image/*", capture: "environment" });
  file.addEventListener("change", () => void readPicture());
  const text = h("textarea", {
    id: "text",
    rows: "2",
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "off",
  });
  const form = h("form", {}, h("label", { for: "text" }, voice.say("paste")), text);
  form.append(h("button", { class: "solid wide" }, voice.say("pasteDo")));
  const node = h(
    "section",
    { class: "sheet other-ways", hidden: "", "aria-labelledby": "other-ways" },
    h("h2", { id: "other-ways", tabindex: "-1" }, voice.say("moreTitle")),
    h("div", { class: "card" }, h("label", { for: "photo" }, voice.say("photo")), file, wrong),
    h("div", { class: "card" }, form, h("p", { class: "hint" }, voice.say("wedge"))),
    button("back", "plain wide", close),
  );

  async function readPicture(): Promise<void> {
    const [picture] = file.files ?? [];
    if (picture === undefined) return;
    wrong.textContent = "";
    const read = await on.sight.readPicture(picture).catch(() => undefined);
    file.value = "";
    if (read === undefined) {
      wrong.textContent = voice.say("photoNone");
      on.voice.say("unreadable");
    } else await on.duty.take(read);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const pasted = text.value.trim();
    text.value = "";
    if (pasted !== "") void on.duty.take(pasted);
  });

  function close(): void {
    if (node.hidden) return;
    node.hidden = true;
    document.getElementById("more")?.focus();
  }

  return {
    node,
    open() {
      wrong.textContent = "";
      node.hidden = false;
      document.getElementById("other-ways")?.focus();
    },
    close,
  };
}
