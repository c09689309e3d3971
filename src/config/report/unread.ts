/** Why a configuration that was named could not be read at all. */
import type { Finding } from '../findings.ts';

/** One sentence without its full stop; undefined when it was read. */
export function whyNotRead(file: string, findings: readonly Finding[]): string | undefined {
  const finding = findings.find(({ rule, span }) => rule === 'file-not-read' && span === null);
  if (finding === undefined) return undefined;
  const reason = /: (E[A-Z]+): ([^,]+)/.exec(finding.message);
  if (reason === null || reason[1] === 'ENOENT') return `there is no configuration file ${file}`;
  return `the configuration file ${file} cannot be read: ${reason[2]} (${reason[1]})`;
}
