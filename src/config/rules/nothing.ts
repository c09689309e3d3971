/** A file of which nothing is left to run. */
import type { RuleInput } from './input.ts';

/** Without a word such a daemon would start, and do nothing. */
export function noInstance({ model, findings, sources, configId }: RuleInput): void {
  const { instances, staticAddresses, staticRoutes, staticRules } = model;
  const made = [...instances, ...staticAddresses, ...staticRoutes, ...staticRules];
  // An error says more, and may be why there is none.
  if (made.length > 0 || findings.list.some(({ severity }) => severity === 'error')) return;
  const texts = sources.map(({ text }) => text);
  findings.report('no-instance', null, 'there is no vrrp_instance: nothing is to be done', {
    hint: hintOf(texts, configId),
  });
}

function hintOf(texts: readonly string[], configId: string): string | null {
  // Its marks are no UTF-8, and so the bytes are read as Latin-1.
  if (texts.some((text) => /^(\xff\xfe|\xfe\xff)/.test(text))) {
    return 'a file is encoded as UTF-16: save it as UTF-8';
  }
  if (texts.some((text) => /^\s*@/m.test(text))) {
    return `lines that begin with @ID count where the ID is '${configId}' (-i chooses another)`;
  }
  return null;
}
