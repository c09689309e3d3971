/** Comments, conditions, definitions, sequences and includes (keepalived.conf(5)). */

import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/index.ts';
import { describeSpan, positionOf } from '../../src/config/source.ts';
import { instance, load, memoryReader, rulesOf } from './support/memory.ts';

const only = (text: string, options = {}) => {
  const { model } = load(text, options);
  const [first] = model.instances;
  if (first === undefined) throw new Error('no instance');
  return first;
};

const password = (text: string) =>
  only(instance(`authentication {\n auth_type PASS\n auth_pass ${text}\n}`)).authentication
    ?.password;

describe('comments', () => {
  it('begin at # and ! outside double quotes', () => {
    expect(password('one # two')).toBe('one');
    expect(password('one ! two')).toBe('one');
    expect(password('"a#b!c"')).toBe('a#b!c');
  });

  it('cut a word short, which is reported', () => {
    const result = load(instance('authentication {\n auth_type PASS\n auth_pass ab#cd\n}'));
    expect(result.model.instances[0]?.authentication?.password).toBe('ab');
    expect(rulesOf(result)).toEqual(['comment-in-word']);
  });

  it('are avoided by a backslash and by the predefined names', () => {
    expect(password('a\\#b\\!c')).toBe('a#b!c');
    expect(password('a${_HASH}b${_BANG}c')).toBe('a#b!c');
  });

  it('of a predefined name switch a line off', () => {
    const text = `$OFF=\${_HASH}\n$ALSO=\${_BANG}\n${instance('$OFF priority 77\n$ALSO priority 78')}`;
    const result = load(text);
    expect(result.model.instances[0]?.priority).toBe(100);
    expect(rulesOf(result)).toEqual([]);
  });

  it('are not protected by single quotes', () => {
    expect(password("'a#b'")).toBe("'a");
  });
});

describe('conditions', () => {
  const text = instance('@low priority 50\n@high priority 150\n@^low advert_int 2');

  it.each([
    ['low', 50, 1],
    ['high', 150, 2],
    ['other', 100, 2],
  ])('take the lines of %s', (configId, priority, seconds) => {
    const { priority: got, advertInt } = only(text, { configId });
    expect([got, advertInt]).toEqual([priority, seconds * 1_000_000]);
  });

  it('can stand in a definition', () => {
    const defined = `$FOR_LOW=@low\n${instance('$FOR_LOW priority 7')}`;
    expect(only(defined, { configId: 'low' }).priority).toBe(7);
    expect(only(defined, { configId: 'high' }).priority).toBe(100);
  });

  it('@failoverd is always met, whatever the id', () => {
    expect(only(instance('@failoverd priority 9')).priority).toBe(9);
    expect(only(instance('@^failoverd priority 9')).priority).toBe(100);
  });

  it('settings of our own need it', () => {
    const bare = load(instance('triggered_adverts off'));
    expect(rulesOf(bare)).toEqual(['own-keyword']);
    const behind = load(instance('@failoverd triggered_adverts off'));
    expect(rulesOf(behind)).toEqual([]);
    expect(behind.model.instances[0]?.triggeredAdverts).toBe(false);
  });
});

describe('definitions', () => {
  it('are substituted at use, recursively', () => {
    expect(only(`$A=\${B}0\n$B=12\n${instance('priority $A')}`).priority).toBe(120);
  });

  it('may be redefined', () => {
    expect(only(`$A=5\n$A=6\n${instance('priority $A')}`).priority).toBe(6);
  });

  it('of several lines are replayed line by line', () => {
    const body = '$BODY= \\\n  priority 77 \\\n  advert_int 3\n';
    const { priority, advertInt } = only(body + instance('$BODY'));
    expect([priority, advertInt]).toEqual([77, 3_000_000]);
  });

  it('of several lines may be nested and hold blocks', () => {
    const text = `$VIP= \\
  virtual_ipaddress { \\
    192.0.2.$ID \\
  }
$INST= \\
vrrp_instance VI_$ID { \\
  interface eth0 \\
  virtual_router_id $ID \\
  $VIP \\
}
$ID=7
$INST
`;
    const { name, virtualRouterId, addresses } = only(text);
    expect([name, virtualRouterId, addresses[0]?.address]).toEqual(['VI_7', 7, '192.0.2.7']);
  });

  it('that use themselves mean the value before', () => {
    expect(only(`$A=1\n$A=\${A}2\n${instance('priority $A')}`).priority).toBe(12);
    expect(rulesOf(load(`$A=$A\n${instance('')}`))).toEqual(['self-definition']);
  });

  it('that never end are cut', () => {
    const text = `$A=\${B}\n$B=\${A}\n${instance('priority $A')}`;
    expect(rulesOf(load(text))).toContain('self-definition');
    const lines = '$A= \\\n  x \\\n  $A\n$A\n';
    expect(rulesOf(load(lines)).length).toBeGreaterThan(0);
  });

  it('predefined ones know directory, id and environment', () => {
    const text = instance('notify "${_PWD}/${_INSTANCE}/${_ENV NAME}"');
    const { notify } = only(text, { configId: 'low', environment: { NAME: 'x y' } });
    expect(notify.any?.argv[0]).toBe(`${process.cwd()}/low/x`);
    expect(notify.any?.argv[1]).toBe('y');
  });

  it('random numbers lie in their range', () => {
    for (let count = 0; count < 50; count += 1) {
      const { priority } = only(instance('priority ${_RANDOM 10 12}'));
      expect(priority).toBeGreaterThanOrEqual(10);
      expect(priority).toBeLessThanOrEqual(12);
    }
  });

  it('an unknown name keeps its braces', () => {
    const result = load(instance('garp_master_delay ${X}\n priority 9'));
    expect(result.model.instances[0]?.priority).toBe(9);
    expect(rulesOf(result)).toEqual(['undefined-variable', 'bad-value']);
  });
});

describe('sequences', () => {
  const addresses = (line: string) =>
    only(`vrrp_instance V {
 interface eth0
 virtual_router_id 1
 virtual_ipaddress {
 ${line}
 }
}`).addresses.map((address) => address.address);

  it('~SEQ counts', () => {
    expect(addresses('~SEQ(N, 3) 10.0.0.$N')).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    expect(addresses('~SEQ(N, 5, 3) 10.0.0.$N')).toEqual(['10.0.0.5', '10.0.0.4', '10.0.0.3']);
    expect(addresses('~SEQ(N, 2, 4, 9) 10.0.0.$N')).toEqual(['10.0.0.2', '10.0.0.6']);
  });

  it('~SEQx counts in hexadecimal', () => {
    expect(addresses('~SEQx(N, 9, 11) fd00::$N')).toEqual(['fd00::9', 'fd00::a', 'fd00::b']);
  });

  it('~LST takes values, one name or several', () => {
    expect(addresses('~LST(N, 4, 6) 10.0.0.$N')).toEqual(['10.0.0.4', '10.0.0.6']);
    expect(addresses('~LST({A,B}, {1,2}, {3,4}) 10.0.${A}.$B')).toEqual(['10.0.1.2', '10.0.3.4']);
  });

  it('the left one varies slowest', () => {
    const got = addresses('~SEQ(A, 1, 2) ~SEQ(B, 3, 4) 10.0.${A}.$B');
    expect(got).toEqual(['10.0.1.3', '10.0.1.4', '10.0.2.3', '10.0.2.4']);
  });
});

describe('includes', () => {
  const main = (line: string, files: Record<string, string>) =>
    loadConfig('/etc/k/main.conf', {
      configId: 'host',
      reader: memoryReader({ '/etc/k/main.conf': line, ...files }),
    });
  const names = (line: string, files: Record<string, string>) =>
    main(line, files).model.instances.map((one) => one.name);

  const files = {
    '/etc/k/d/a.conf': instance('', 'A', 1),
    '/etc/k/d/b.conf': instance('', 'B', 2),
    '/etc/k/d/c.txt': instance('', 'C', 3),
  };

  it('are relative to the including file', () => {
    expect(names('include d/a.conf', files)).toEqual(['A']);
    const nested = { ...files, '/etc/k/d/n.conf': 'include a.conf' };
    expect(names('include d/n.conf', nested)).toEqual(['A']);
  });

  it('take wildcards and braces', () => {
    expect(names('include d/*.conf', files)).toEqual(['A', 'B']);
    expect(names('include d/{b.conf,c.*}', files)).toEqual(['B', 'C']);
    expect(names('include d/[bc].???*', files)).toEqual(['B', 'C']);
  });

  it('may stand inside a block', () => {
    const text = instance('include p.conf');
    const { model } = main(text, { '/etc/k/p.conf': 'priority 42\n' });
    expect(model.instances[0]?.priority).toBe(42);
  });

  it('that leave nothing to be run are told, with what may be why', () => {
    const hints = (text: string) =>
      load(text, { configId: 'low' }).diagnostics.map(({ rule, hint }) => ({ rule, hint }));
    expect(hints('')).toEqual([{ rule: 'no-instance', hint: null }]);
    const elsewhere = instance('').replace(/^(?=.)/gm, '@high ');
    expect(hints(elsewhere)).toEqual([
      {
        rule: 'no-instance',
        hint: "lines that begin with @ID count where the ID is 'low' (-i chooses another)",
      },
    ]);
    expect(hints('\u00ff\u00fev\u0000').map(({ hint }) => hint)).toContain(
      'a file is encoded as UTF-16: save it as UTF-8',
    );
    expect(hints('static_ipaddress {\n  192.0.2.1/24 dev eth0\n}\n')).toEqual([]);
  });

  it('that lead back to themselves end', () => {
    const cycle = { '/etc/k/d/x.conf': 'include ../main.conf' };
    const result = main(`include d/x.conf\n${instance('')}`, cycle);
    expect(rulesOf(result)).toEqual(['include-cycle']);
  });

  it('fail only where that was asked for', () => {
    expect(main('include none', {}).diagnostics[0]?.severity).toBe('warning');
    expect(main('includem none', {}).diagnostics[0]?.severity).toBe('error');
    expect(main('includew d/*.x', files).diagnostics[0]?.severity).toBe('error');
    expect(main('includeb d/{a,z}.conf', files).diagnostics[0]?.severity).toBe('error');
    const checked = 'global_defs {\n include_check match\n}\ninclude none';
    expect(main(checked, {}).diagnostics[0]?.severity).toBe('error');
  });
});

describe('places', () => {
  it('survive conditions, comments and definitions', () => {
    const text = `$P=priority 999\n${instance('@host $P # high')}`;
    const [finding] = load(text).diagnostics;
    const { span } = finding ?? {};
    expect(span && describeSpan(span)).toBe('test.conf:8:11');
    const { definition } = span ?? {};
    expect(definition && describeSpan(definition)).toBe('test.conf:1:13');
  });

  it('are those of the included file', () => {
    const reader = memoryReader({
      'main.conf': '\ninclude sub.conf\n',
      'sub.conf': instance('priority 999'),
    });
    const [finding] = loadConfig('main.conf', { reader, configId: 'host' }).diagnostics;
    const { span } = finding ?? {};
    expect(span?.source.path).toBe('sub.conf');
    const at = span?.source.includedAt;
    expect(at && positionOf(at.source, at.start)).toEqual({ line: 2, column: 1 });
  });
});

describe('behind a brace', () => {
  it('a line begins anew: sequences, conditions, includes', () => {
    const text = `vrrp_instance A {
 interface eth0
 virtual_router_id 5
 virtual_ipaddress { ~SEQ(K, 10, -5, 0) 10.50.0.$K
 @^host 10.51.0.1
 } @host priority 77
}`;
    const result = load(text);
    const [made] = result.model.instances;
    const addresses = made?.addresses.map(({ address }) => address);
    expect(addresses).toEqual(['10.50.0.10', '10.50.0.5', '10.50.0.0']);
    expect(made?.priority).toBe(77);
    expect(rulesOf(result)).toEqual([]);
  });
});
