/** A temperature measured at the door, as the service takes one. */
const COLDEST_C = 30;
const HOTTEST_C = 45;

/** A temperature as typed; `undefined` for none, `NaN` for none that a person has. */
export function readTemperature(typed: string): number | undefined {
  const text = typed.normalize("NFKC").trim().replace(",", ".").replace("。", ".");
  if (text === "") return undefined;
  const measured = /^[0-9]{2}(\.[0-9])?$/.test(text) ? Number(text) : Number.NaN;
  return measured >= COLDEST_C && measured <= HOTTEST_C ? measured : Number.NaN;
}
