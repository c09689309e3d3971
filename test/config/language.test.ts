/** Blocks, words, scripts and numbers: how lines become statements and values. */

import { describe, expect, it } from 'vitest';
import { splitCommand, tokenizeScript } from '../../src/config/read/tokens.ts';
import { createSource } from '../../src/config/source.ts';
import { textFrom } from '../../src/config/text.ts';
import { instance, load, rulesOf } from './support/memory.ts';

function names(text: string): string[] {
  return load(text).model.instances.map((one) => one.name);
}

const body = 'interface eth0\n virtual_router_id 1\n virtual_ipaddress { 192.0.2.1 }';

describe('blocks', () => {
  it.each([
    `vrrp_instance A {\n ${body}\n}`,
    `vrrp_instance A{\n ${body}\n}`,
    `vrrp_instance A\n{\n ${body}\n}`,
    `vrrp_instance A { ${body.replaceAll('\n', '}\n{').replaceAll(/[{}]\n[{]/g, '\n')} }`,
    `vrrp_instance A {${body}}`,
    `vrrp_instance "A" { # comment\n ${body}\n} # end`,
  ])('in every shape: %j', (text) => {
    expect(names(text)).toEqual(['A']);
    expect(load(text).model.instances[0]?.addresses).toHaveLength(1);
  });

  it('with an unknown name are skipped whole', () => {
    const result = load(instance('virtual_ipaddresses {\n 10.0.0.1\n }\n advert_int 2'));
    expect(result.model.instances[0]?.advertInt).toBe(2_000_000);
    expect(result.model.instances[0]?.addresses).toHaveLength(1);
    expect(rulesOf(result)).toEqual(['unknown-block']);
  });

  it('of LVS are skipped whole, with one notice for each keyword', () => {
    const server = 'virtual_server 10.0.0.1 80 {\n real_server 10.0.0.2 80 {\n weight 1\n }\n}\n';
    const result = load(server + server + instance(''));
    expect(rulesOf(result)).toEqual(['lvs-ignored']);
    expect(result.model.instances).toHaveLength(1);
  });

  it('that nobody closed end at the next object', () => {
    const text = `vrrp_instance A {\n ${body}\n\n${instance('', 'B', 2)}`;
    expect(names(text)).toEqual(['A', 'B']);
    expect(rulesOf(load(text))).toEqual(['missing-close-brace']);
  });

  it('that nobody closed end at the end of the file', () => {
    expect(names(`vrrp_instance A {\n ${body}`)).toEqual(['A']);
  });

  it('that nobody opened are opened where only one thing can be meant', () => {
    const text = 'vrrp_instance A\n interface eth0\n virtual_router_id 5\n}\n';
    expect(names(text)).toEqual(['A']);
  });
});

describe('recovery', () => {
  it('shows all mistakes in one run', () => {
    const result = load(instance('foo 1\n state SLAVE\n priority x\n version 4\n advert_int 999'));
    expect(rulesOf(result)).toEqual([
      'unknown-keyword',
      'unknown-state',
      'out-of-range',
      'out-of-range',
      'out-of-range',
    ]);
  });
});

describe('scripts', () => {
  const argv = (line: string) => load(instance(`notify ${line}`)).model.instances[0]?.notify.any;

  it.each([
    ['/bin/a', ['/bin/a']],
    ['"/bin/a b c"', ['/bin/a', 'b', 'c']],
    ['\'/bin/a "b c"\'', ['/bin/a', 'b c']],
    ['"/bin/a \'b c\' d"', ['/bin/a', 'b c', 'd']],
    ['"/bin/a b\\ c"', ['/bin/a', 'b c']],
    ['"/bin/a \\"b c\\""', ['/bin/a', '"b', 'c"']],
    ['"/bin/a \\x41\\101\\t"', ['/bin/a', 'AA\t']],
    ['"/bin/a \'\'"', ['/bin/a', '']],
  ])('%s', (line, expected) => {
    expect(argv(line)?.argv).toEqual(expected);
  });

  it('take user and group after the command', () => {
    expect(argv('/bin/a nobody')?.user).toEqual({
      user: 'nobody',
      group: null,
      supplementaryGroups: false,
    });
    expect(argv('"/bin/a x" nobody :nogroup')?.user).toEqual({
      user: 'nobody',
      group: 'nogroup',
      supplementaryGroups: true,
    });
  });

  it('without a shell: operators are reported', () => {
    const result = load('vrrp_script c {\n script "a || b"\n}\n');
    expect(rulesOf(result)).toContain('shell-operator');
  });

  it('may be a file to be opened', () => {
    const result = load('vrrp_script c {\n script "</dev/tcp/127.0.0.1/80"\n}\n');
    expect(result.model.scripts[0]?.openFile).toBe('/dev/tcp/127.0.0.1/80');
  });

  it('lose nothing between the two passes', () => {
    const line = 'x "a\\ b" \'c"d\' e\\\\f';
    const { tokens } = tokenizeScript(textFrom(createSource('x', line), 0, line.length), 2);
    expect(tokens.map((token) => token.value)).toEqual(['a\\ b', 'c"d', 'e\\\\f']);
    expect(splitCommand('a\\ b')).toEqual(['a b']);
    expect(splitCommand('"a')).toBeNull();
  });
});

describe('numbers', () => {
  const script = (line: string) => load(`vrrp_script c {\n script /bin/a\n ${line}\n}\n`);

  it.each([
    ['interval 5', 5_000_000],
    ['interval 0.25', 250_000],
    ['interval .5', 500_000],
    ['interval 0', 1_000_000],
    ['interval 5s', 5_000_000],
    ['interval x', 1_000_000],
    ['interval 5000', 1_000_000],
  ])('%s', (line, micros) => {
    expect(script(line).model.scripts[0]?.interval).toBe(micros);
  });

  it('with a unit say what keepalived would read', () => {
    const { diagnostics } = script('interval 5s');
    const finding = diagnostics.find((one) => one.rule === 'trailing-unit');
    expect(finding?.keepalived).toMatch(/smallest unit/);
  });

  it('the time-out is the interval unless it is given', () => {
    expect(script('interval 3').model.scripts[0]?.timeout).toBe(3_000_000);
    expect(script('interval 3\n timeout 2').model.scripts[0]?.timeout).toBe(2_000_000);
  });
});
