/**
 * What cannot be done, and why. `code` names the reason for the page, which says it in the person's language;
 * `detail` is the server's own sentence, shown where the page knows no better one.
 */
export class Trouble extends Error {
  constructor(
    readonly code: string,
    readonly detail = '',
    readonly values: Record<string, string | number> = {},
  ) {
    super(detail || code);
  }
}

/** The code of anything thrown; `unexpected` for what nobody foresaw. */
export function codeOf(error: unknown): string {
  return error instanceof Trouble ? error.code : 'unexpected';
}

/** What a worker may throw: errors of our own lose their fields on the way between threads. */
export interface Told {
  code: string;
  values: Record<string, string | number>;
}

/** A trouble told by a worker, as a trouble again. */
export function revived(error: unknown): unknown {
  const told = error as Partial<Told> | null;
  return typeof told?.code === 'string' && !(error instanceof Trouble)
    ? new Trouble(told.code, '', told.values)
    : error;
}
