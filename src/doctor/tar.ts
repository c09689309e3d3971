/** Archives in the POSIX form (pax, without extended headers), for files with short names. */

export interface TarFile {
  /** At most 100 bytes. */
  readonly name: string;
  readonly text: string;
}

const blockSize = 512;

/** The archive, not compressed. `mtime`: seconds since 1970. */
export function tar(files: readonly TarFile[], mtime: number): Buffer {
  const parts = files.flatMap(({ name, text }) => {
    const body = Buffer.from(text);
    const padding = Buffer.alloc((blockSize - (body.length % blockSize)) % blockSize);
    return [header(name, body.length, mtime), body, padding];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * blockSize)]);
}

/** pax(1), "ustar Interchange Format". */
function header(name: string, size: number, mtime: number): Buffer {
  const block = Buffer.alloc(blockSize);
  const octal = (value: number, width: number): string =>
    `${value.toString(8).padStart(width - 1, '0')}\0`;
  block.write(name, 0, 100);
  block.write(octal(0o600, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(mtime, 12), 136);
  block.write(' '.repeat(8), 148);
  block.write('0', 156);
  block.write('ustar\0' + '00', 257);
  const sum = block.reduce((total, octet) => total + octet, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
