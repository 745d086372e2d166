/** What this phone is called, as its gate's manager sees it: typed once, offered again at the next shift. */
const LABEL = "epipass.label";

export function keptLabel(): string {
  try {
    return localStorage.getItem(LABEL) ?? "";
  } catch {
    return "";
  }
}

export function keepLabel(label: string): void {
  try {
    localStorage.setItem(LABEL, label);
  } catch {
    // Storage is denied: it is typed again next time.
  }
}
