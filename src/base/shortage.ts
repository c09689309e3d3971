/** When the system has run out of something that it may have again in a moment. */

const codes: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/** Whether an error says nothing of what was asked for, only that it could not be asked now. */
export function isShortage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && codes.has(error.code);
}
