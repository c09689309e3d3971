/** What the status of a keyword means to somebody who uses it. */

import type { Findings } from '../findings.ts';
import { keywordSpan } from '../read/tree.ts';
import type { Statement } from '../read/tree.ts';
import type { Keyword } from './types.ts';

/** One finding for a keyword that is not simply in effect. */
export function reportStatus(
  name: string,
  row: Keyword<unknown>,
  statement: Statement,
  findings: Findings,
): void {
  if (row.status === 'supported') return;
  const span = keywordSpan(statement);
  switch (row.status) {
    case 'notInEffectYet':
      findings.report('not-in-effect-yet', span, `'${name}' is read, but not in effect yet`);
      return;
    case 'noEffect':
      findings.report('no-effect', span, `'${name}' has no effect in failoverd: ${row.why}`);
      return;
    case 'lvs':
      findings.report('lvs-ignored', span, `'${name}' is about LVS; failoverd leaves it alone`, {
        hint: 'keep a keepalived with -C for the LVS part',
      });
      return;
    case 'deprecated': {
      const hint = row.insteadUse === null ? 'remove it' : `use '${row.insteadUse}'`;
      findings.report('deprecated-keyword', span, `'${name}' is deprecated`, { hint });
    }
  }
}
