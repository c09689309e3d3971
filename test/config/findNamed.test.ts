import { describe, expect, it } from 'vitest';
import { findNamed } from '../../src/config/findNamed.ts';

describe('a search by name', () => {
  const list = ['a', 'b', 'c'].map((name) => ({ name }));

  it('finds each, in any order and again', () => {
    for (const name of ['c', 'a', 'b', 'b', 'a', 'c'])
      expect(findNamed(list, name)).toEqual({ name });
  });

  it('finds nothing where there is nothing, and goes on', () => {
    expect(findNamed(list, 'd')).toBeUndefined();
    expect(findNamed([], 'a')).toBeUndefined();
    expect(findNamed(list, 'b')).toBe(list[1]);
  });

  it('looks at few when asked in the order of the list', () => {
    let looks = 0;
    const many = Array.from({ length: 1000 }, (_, i) => ({
      get name() {
        looks += 1;
        return `VI_${i}`;
      },
    }));
    for (let i = 0; i < many.length; i++) {
      findNamed(many, `VI_${i}`);
      findNamed(many, `VI_${i}`);
    }
    expect(looks).toBeLessThan(4000);
  });
});
