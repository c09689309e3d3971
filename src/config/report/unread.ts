/** Why a configuration that was named could not be read at all. */
import type { Finding } from '../findings.ts';

/** One sentence without its full stop; undefined when it was read. */
export function whyNotRead(file: string, findings: readonly Finding[]): string | undefined {
  const finding = findings.find(({ rule, span }) => rule === 'file-not-read' && span === null);
  if (finding === undefined) return undefined;
  const reason = /': (.*)$/s.exec(finding.message)?.[1] ?? finding.message;
  if (reason.endsWith('(ENOENT)')) return `there is no configuration file ${file}`;
  return `the configuration file ${file} cannot be read: ${reason}`;
}
