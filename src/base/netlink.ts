/**
 * Requests of rtnetlink(7) as bytes: a header, a fixed part, attributes that may nest. Everything is
 * in the byte order of the host and at multiples of four.
 */

import os from 'node:os';

const little = os.endianness() === 'LE';
const headerSize = 16;

export const messageType = {
  newLink: 16,
  delLink: 17,
  getLink: 18,
  newAddress: 20,
  delAddress: 21,
  getAddress: 22,
  newRoute: 24,
  delRoute: 25,
  newRule: 32,
  delRule: 33,
  newDiscipline: 36,
  newFilter: 44,
  delFilter: 45,
} as const;

export const messageFlag = {
  replace: 0x100,
  exclusive: 0x200,
  dump: 0x300,
  create: 0x400,
  append: 0x800,
} as const;

/** Bytes that grow. Offsets are those in the finished message. */
export class ByteWriter {
  readonly #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  u8(...values: readonly number[]): this {
    this.#bytes.push(...values.map((value) => value & 0xff));
    return this;
  }

  u16(value: number): this {
    const [low, high] = [value & 0xff, (value >>> 8) & 0xff];
    return little ? this.u8(low, high) : this.u8(high, low);
  }

  u32(value: number): this {
    const [low, high] = [value & 0xffff, value >>> 16];
    return little ? this.u16(low).u16(high) : this.u16(high).u16(low);
  }

  bytes(values: ArrayLike<number>): this {
    for (let index = 0; index < values.length; index += 1) this.u8(values[index] ?? 0);
    return this;
  }

  align(): this {
    while (this.#bytes.length % 4 !== 0) this.#bytes.push(0);
    return this;
  }

  /** Writes `value` over what stands at `offset`. */
  put16(offset: number, value: number): void {
    const bytes = new ByteWriter().u16(value).toArray();
    bytes.forEach((byte, index) => (this.#bytes[offset + index] = byte));
  }

  toArray(): number[] {
    return [...this.#bytes];
  }
}

/** One request. Attribute types with `NLA_F_NESTED` are written by `nested`. */
export class NetlinkRequest {
  readonly #type: number;
  readonly #flags: number;
  readonly #writer = new ByteWriter();

  constructor(type: number, flags: number, fixed: (writer: ByteWriter) => void) {
    this.#type = type;
    this.#flags = flags;
    this.#writer.bytes(new Uint8Array(headerSize));
    fixed(this.#writer);
    this.#writer.align();
  }

  /** Where the next attribute's value will stand. */
  get valueOffset(): number {
    return this.#writer.length + 4;
  }

  attribute(type: number, write: (writer: ByteWriter) => void): this {
    const start = this.#writer.length;
    this.#writer.u16(0).u16(type);
    write(this.#writer);
    this.#writer.put16(start, this.#writer.length - start);
    this.#writer.align();
    return this;
  }

  u8(type: number, value: number): this {
    return this.attribute(type, (writer) => writer.u8(value));
  }

  u16(type: number, value: number): this {
    return this.attribute(type, (writer) => writer.u16(value));
  }

  u32(type: number, value: number): this {
    return this.attribute(type, (writer) => writer.u32(value));
  }

  bytes(type: number, value: ArrayLike<number>): this {
    return this.attribute(type, (writer) => writer.bytes(value));
  }

  /** A string with its ending zero. */
  text(type: number, value: string): this {
    return this.bytes(type, [...Buffer.from(value, 'utf8'), 0]);
  }

  nested(type: number, fill: (request: this) => void): this {
    const start = this.#writer.length;
    this.#writer.u16(0).u16(type);
    fill(this);
    this.#writer.put16(start, this.#writer.length - start);
    return this;
  }

  /** The raw writer, for parts that are no attributes (next hops). */
  raw(fill: (writer: ByteWriter) => void): this {
    fill(this.#writer);
    return this;
  }

  toArray(): number[] {
    const body = this.#writer.toArray().slice(headerSize);
    const header = new ByteWriter().u32(body.length + headerSize).u16(this.#type);
    return [...header.u16(this.#flags).u32(0).u32(0).toArray(), ...body];
  }
}

export interface NetlinkAttribute {
  readonly type: number;
  readonly value: Buffer;
}

/** Attributes behind the fixed part; what is cut short ends the list. */
export function* attributesOf(bytes: Buffer): Generator<NetlinkAttribute> {
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = readU16(bytes, at);
    if (length < 4 || at + length > bytes.length) return;
    yield { type: readU16(bytes, at + 2) & 0x3fff, value: bytes.subarray(at + 4, at + length) };
    at += (length + 3) & ~3;
  }
}

function readU16(bytes: Buffer, at: number): number {
  return little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
}

export function readU32(bytes: Buffer, at: number): number {
  return little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}
