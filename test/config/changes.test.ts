/** What another file says otherwise: each setting with its old and new value and its place. */

import { describe, expect, it } from 'vitest';
import { changesOf } from '../../src/config/index.ts';
import type { Change } from '../../src/config/index.ts';
import { positionOf } from '../../src/config/source.ts';
import { instance, load } from './support/memory.ts';

function changes(before: string, after: string) {
  const next = load(after);
  return changesOf(load(before).model, next.model, next.origins);
}

const text = ({ keyword, before, after, at }: Change): string => {
  const line = at === null ? '-' : positionOf(at.source, at.start).line;
  return `${line}: ${keyword} ${before} -> ${after}`;
};

const ofInstance = (before: string, after: string, name = 'VI_1'): string[] =>
  (changes(before, after).instances.get(name)?.changes ?? []).map(text);

describe('changes', () => {
  it('are none where the same is written in another way', () => {
    const other = `# a comment\n\n${instance('priority   100\n advert_int 1')}`;
    expect(changes(instance(''), other)).toEqual({
      instances: new Map(),
      groups: new Map(),
      trackers: { script: new Map(), process: new Map(), file: new Map(), probe: new Map() },
      settings: [],
    });
  });

  it('have the old value, the new one and the line of the new one', () => {
    expect(ofInstance(instance('priority 100'), instance('\npriority 150'))).toEqual([
      '8: priority 100 -> 150',
    ]);
  });

  it('stand at the block where the file no longer says it', () => {
    const was = instance('down_timer_adverts 5\n nopreempt');
    expect(ofInstance(was, instance(''))).toEqual([
      '1: down_timer_adverts 5 -> 3',
      '1: nopreempt  -> null',
    ]);
  });

  it('of a list are those of its entries', () => {
    const list = (...entries: readonly string[]) =>
      `virtual_ipaddress_excluded {\n${entries.join('\n')}\n}`;
    const before = instance(list('192.0.2.1/24', '192.0.2.2/24 dev eth0', '192.0.2.3/24'));
    const after = instance(list('192.0.2.3/24', '192.0.2.2/24 dev eth1', '192.0.2.4/24'));
    const keyword = 'virtual_ipaddress_excluded';
    expect(ofInstance(before, after)).toEqual([
      `9: ${keyword} 192.0.2.2/24 dev eth0 -> 192.0.2.2/24 dev eth1`,
      `10: ${keyword} null -> 192.0.2.4/24`,
      `7: ${keyword} 192.0.2.1/24 -> null`,
    ]);
  });

  it('of a default reach the instances that it was meant for', () => {
    const after = `global_defs {\n vrrp_garp_master_repeat 3\n}\n${instance('')}`;
    expect(ofInstance(instance(''), after)).toContain('4: garp_master_repeat 5 -> 3');
    expect(changes(instance(''), after).settings.map(text)).toEqual([
      '2: vrrp_garp_master_repeat null -> 3',
    ]);
  });

  it('show no secrets, and that one has changed', () => {
    const pass = (word: string) =>
      instance(`authentication {\n auth_type PASS\n auth_pass ${word}\n }`);
    expect(ofInstance(pass('old-word'), pass('new-word'))).toEqual([
      '1: auth_pass ******** -> ********',
    ]);
  });

  it('of trackers and groups are told of them', () => {
    const file = (interval: number, members: string) =>
      `vrrp_script chk {\n script /bin/true\n interval ${interval}\n}\n` +
      `${instance('track_script {\n chk\n}')}${instance('', 'VI_2', 52)}` +
      `vrrp_sync_group G {\n group {\n ${members}\n }\n}\n`;
    const { trackers, groups, instances } = changes(file(1, 'VI_1'), file(3, 'VI_1\n VI_2'));
    expect(trackers.script.get('chk')?.changes.map(text)).toContain('3: interval 1 -> 3');
    expect(groups.get('G')?.changes.map(text)).toEqual(['24: group null -> VI_2']);
    expect([...instances]).toEqual([]);
  });

  it('of a renamed instance are those from its old self', () => {
    const next = load(instance('priority 7', 'NEW'));
    const renamed = new Map([['NEW', 'VI_1']]);
    const { instances } = changesOf(load(instance('')).model, next.model, next.origins, renamed);
    expect(instances.get('NEW')?.changes.map(text)).toEqual(['7: priority 100 -> 7']);
  });
});
