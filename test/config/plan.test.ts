/** From one model to the next: only what changed is told, numbers stay with their routers. */

import { describe, expect, it } from 'vitest';
import { plan } from '../../src/config/index.ts';
import type { Plan } from '../../src/config/index.ts';
import { builtInNames } from '../../src/config/kernel/names.ts';
import { instance, load } from './support/memory.ts';

const next = (old: Plan | null, text: string) => plan(old, load(text).model);
const kinds = ({ commands }: Plan) => commands.map((command) => command.kind);

const script = 'vrrp_script chk {\n script /bin/true\n}\n';
const tracked = `${script}${instance('track_script {\n chk\n}')}`;

describe('plan', () => {
  it('tells a new engine everything, trackers before their users', () => {
    const group = 'vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n}\n';
    const made = next(null, tracked + instance('', 'VI_2', 52) + group);
    expect(kinds(made)).toEqual(['ApplyTracker', 'ApplyInstance', 'ApplyInstance', 'ApplyGroup']);
  });

  it('says nothing when nothing changed', () => {
    const first = next(null, tracked);
    expect(next(first, tracked).commands).toEqual([]);
    expect(next(first, `# other comment\n${tracked}`).commands).toEqual([]);
  });

  it('tells a changed instance whole, with its number and a new revision', () => {
    const first = next(null, instance('') + instance('', 'VI_2', 52));
    const second = next(first, instance('priority 7') + instance('', 'VI_2', 52));
    expect(second.commands).toHaveLength(1);
    const [command] = second.commands;
    if (command?.kind !== 'ApplyInstance') throw new Error('not an instance');
    expect(command.config.basePriority).toBe(7);
    expect(command.config.id).toBe(first.instances.get('VI_1')?.id);
    expect(command.config.revision).toBe(2);
  });

  it('keeps the number of a renamed instance', () => {
    const first = next(null, instance(''));
    const second = next(first, instance('', 'OTHER'));
    expect(kinds(second)).toEqual(['ApplyInstance']);
    expect(second.instances.get('OTHER')?.id).toBe(first.instances.get('VI_1')?.id);
  });

  it('keeps the numbers of two instances whose VRIDs change places', () => {
    const first = next(null, instance('', 'VI_1', 51) + instance('', 'VI_2', 52));
    const second = next(first, instance('', 'VI_1', 52) + instance('', 'VI_2', 51));
    expect(kinds(second)).toEqual(['ApplyInstance', 'ApplyInstance']);
    expect(second.instances.get('VI_1')?.id).toBe(first.instances.get('VI_2')?.id);
    expect(second.instances.get('VI_2')?.id).toBe(first.instances.get('VI_1')?.id);
  });

  it('keeps the number of an instance whose VRID changed', () => {
    const first = next(null, instance('', 'VI_1', 51));
    const second = next(first, instance('', 'VI_1', 52));
    expect(second.instances.get('VI_1')?.id).toBe(first.instances.get('VI_1')?.id);
  });

  it('puts addresses on the macvlan of use_vmac that name the interface below it', () => {
    const lines = 'use_vmac\n virtual_ipaddress {\n 10.0.0.9 dev eth0\n 10.0.0.8 dev eth1\n }';
    const vmacs = new Map([['VI_1', 'vrrp.51']]);
    const host = { names: builtInNames, vmacs, filters: true };
    const [command] = plan(null, load(instance(lines)).model, host).commands;
    if (command?.kind !== 'ApplyInstance') throw new Error('not an instance');
    const homes = command.config.addresses.map((one) => `${one.address} ${one.interfaceName}`);
    expect(homes).toEqual(expect.arrayContaining(['10.0.0.9 ', '10.0.0.8 eth1']));
  });

  it('removes users before what they used', () => {
    const first = next(null, tracked);
    expect(kinds(next(first, instance('', 'VI_2', 52)))).toEqual([
      'RemoveInstance',
      'ApplyInstance',
      'RemoveTracker',
    ]);
  });

  it('hands out no number twice', () => {
    const first = next(null, instance(''));
    const none = next(first, '');
    const again = next(none, instance(''));
    expect(again.instances.get('VI_1')?.id).not.toBe(first.instances.get('VI_1')?.id);
  });

  it('does not tell trackers that nobody uses', () => {
    expect(kinds(next(null, script + instance('')))).toEqual(['ApplyInstance']);
  });

  it('gives a tracker whose command changed a new revision, and its users none', () => {
    const first = next(null, tracked);
    const second = next(first, tracked.replace('/bin/true', '/bin/false'));
    expect(kinds(second)).toEqual(['ApplyTracker']);
    expect(second.trackers.get('script chk')?.revision).toBe(2);
  });
});
