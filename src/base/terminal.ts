/** Colors of a terminal, the same in every command. */

/**
 * Codes of ECMA-48 (SGR). Only such colors as can be read on light and on dark grounds in the usual
 * palettes: yellow and cyan cannot on light ones, blue cannot on dark ones.
 */
export const codes = { good: 32, bad: 31, warning: 35, bold: 1, dim: 2 } as const;

export type Paint = keyof typeof codes;

/** `text` as it is where there is no color. */
export function paint(text: string, how: Paint, color: boolean): string {
  return color ? `\u001b[${codes[how]}m${text}\u001b[0m` : text;
}

/** Programs and files get none, nor does who asks for none (https://no-color.org). */
export function wantsColor(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR: no } = process.env;
  return stream.isTTY && (no === undefined || no === '');
}
