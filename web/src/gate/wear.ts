/** Styles of parts that came later. */
import { h } from "../shared/dom";

/** Put a style sheet in; resolves when it is there, or will not come. */
export function wear(href: string): Promise<unknown> {
  const sheet = h("link", { rel: "stylesheet", href });
  return new Promise((done) => {
    sheet.addEventListener("load", done);
    sheet.addEventListener("error", done);
    document.head.append(sheet);
  });
}
