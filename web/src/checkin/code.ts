/** The venue code 场所码 in the page's address: the venue's id and 40 random bits, so that the venue is known offline. */
export interface VenueCode {
  readonly code: string;
  readonly venue: string;
}

/** The same form as the service's own (functions/venues/rules.py). */
const CODE = /^([A-Za-z0-9_-]{1,40})-[a-z2-7]{8}$/;

/** The code at the end of a path, /c/V-10-k3wd7q2m; undefined when it is none, as of a poster read by half. */
export function readCode(path: string): VenueCode | undefined {
  const last = path.replace(/\/+$/, "").split("/").pop() ?? "";
  const [code, venue] = CODE.exec(last) ?? [];
  return code === undefined || venue === undefined ? undefined : { code, venue };
}
