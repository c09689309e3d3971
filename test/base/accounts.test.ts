import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveAccount } from '../../src/base/accounts.ts';
import { scratchDirectory } from './scratch.ts';

function files() {
  const directory = scratchDirectory();
  const [passwd, group] = [join(directory, 'passwd'), join(directory, 'group')];
  writeFileSync(
    passwd,
    'root:x:0:0:root:/root:/bin/sh\nhealth:x:990:980::/:/bin/false\n42:x:777:778::/:/bin/false\n',
  );
  writeFileSync(group, 'root:x:0:\nhealth:x:980:\nlogs:x:4:health,other\nnet:x:5:other,health\n');
  return { passwd, group };
}

const name = (user: string, group: string | null = null, supplementaryGroups = false) => ({
  user,
  group,
  supplementaryGroups,
});

describe('an account', () => {
  it('is found by name or number, with its own group', async () => {
    const found = { kind: 'found', user: { uid: 990, gid: 980 } };
    expect(await resolveAccount(name('health'), files())).toEqual(found);
    expect(await resolveAccount(name('990'), files())).toEqual(found);
  });

  it('is looked up as a name first, even one of digits', async () => {
    const found = await resolveAccount(name('42'), files());
    expect(found).toEqual({ kind: 'found', user: { uid: 777, gid: 778 } });
  });

  it('has the group that is asked for, by name or number', async () => {
    const found = { kind: 'found', user: { uid: 990, gid: 4 } };
    expect(await resolveAccount(name('health', 'logs'), files())).toEqual(found);
    expect(await resolveAccount(name('health', '4'), files())).toEqual(found);
    const numbers = await resolveAccount(name('31337', '4444'), files());
    expect(numbers).toEqual({ kind: 'found', user: { uid: 31_337, gid: 4444 } });
  });

  it('has its other groups where they are asked for', async () => {
    const found = await resolveAccount(name('health', null, true), files());
    expect(found).toEqual({ kind: 'found', user: { uid: 990, gid: 980, groups: [4, 5] } });
  });

  it('that cannot be looked up says why', async () => {
    const { group } = files();
    const directory = scratchDirectory();
    expect(await resolveAccount(name('health'), { passwd: directory, group })).toEqual({
      kind: 'unknown',
      reason: `${directory} cannot be read: is a directory (EISDIR)`,
    });
  });

  it('that does not exist says so', async () => {
    const reasonOf = async (...given: Parameters<typeof name>) => {
      const account = await resolveAccount(name(...given), files());
      return account.kind === 'unknown' ? account.reason : account;
    };
    expect(await reasonOf('nobodyatall')).toBe('there is no user nobodyatall');
    expect(await reasonOf('health', 'nogroup')).toBe('there is no group nogroup');
    expect(await reasonOf('31337')).toMatch(/^uid 31337 has no account/);
    expect(await reasonOf('4294967295')).toBe('there is no user 4294967295');
    expect(await reasonOf('-1')).toBe('there is no user -1');
  });
});

it('the system is asked for what its files do not hold', async () => {
  expect(await resolveAccount(name('root'))).toEqual({ kind: 'found', user: { uid: 0, gid: 0 } });
  expect(await resolveAccount(name('no-such-user-here'))).toMatchObject({ kind: 'unknown' });
  expect(await resolveAccount(name('--help'))).toMatchObject({ kind: 'unknown' });
  const root = await resolveAccount(name('root', null, true));
  expect(root).toMatchObject({ kind: 'found', user: { uid: 0, gid: 0 } });
});
