import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFileValue } from '../../src/trackers/fileValue.ts';

const valueOf = (text: string) => {
  const reading = parseFileValue(text);
  return reading.kind === 'value' ? reading.value : reading.kind;
};

describe('the number in a file', () => {
  it('is any int32, in decimal, octal and hexadecimal', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (value) => {
        const sign = value < 0 ? '-' : '';
        const magnitude = Math.abs(value);
        expect(valueOf(`${value}\n`)).toBe(value);
        expect(valueOf(` \t${value}`)).toBe(value);
        expect(valueOf(`${sign}0x${magnitude.toString(16)}\n`)).toBe(value);
        expect(valueOf(`${sign}0${magnitude.toString(8)}\n`)).toBe(value);
      }),
    );
  });

  it('has odd forms that strtol reads', () => {
    expect(valueOf('+5\n')).toBe(5);
    expect(valueOf('-0\n')).toBe(0);
    expect(Object.is(valueOf('-0\n'), 0)).toBe(true);
    expect(valueOf('0\n')).toBe(0);
    expect(valueOf('010')).toBe(8);
    expect(valueOf('0X1f')).toBe(31);
    expect(valueOf('\n\n  7 \r\n')).toBe(7);
  });

  it('is not to be had from anything else', () => {
    const bad = [
      'x',
      '5x',
      '5 6',
      '08',
      '0x',
      '--5',
      '- 5',
      '1e3',
      '1.5',
      '5\0',
      '٣',
      '2147483648',
    ];
    for (const text of [...bad, '-2147483649', '9'.repeat(200)]) {
      expect(valueOf(text), text).toBe('garbage');
    }
    expect(parseFileValue('5x\n')).toEqual({
      kind: 'garbage',
      why: 'holds "5x", which is not a number',
    });
  });

  it('is 0 when there is nothing but blanks', () => {
    for (const text of ['', '\n', ' \t\r\n']) expect(valueOf(text)).toBe('empty');
  });

  it('is finished with its line', () => {
    expect(parseFileValue('5')).toMatchObject({ complete: false });
    expect(parseFileValue('5\n')).toMatchObject({ complete: true });
  });
});
