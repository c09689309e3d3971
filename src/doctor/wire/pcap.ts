/** A capture file in the classic form that tcpdump and tshark read. */
import { closeSync, openSync, writeSync } from 'node:fs';

const magicMicros = 0xa1b2c3d4;
const linkTypeEthernet = 1;
const snapLength = 65_535;

export class PcapFile {
  readonly #fd: number;

  /** Makes the file, readable by its owner alone: adverts carry passwords. Throws as open(2). */
  constructor(path: string) {
    this.#fd = openSync(path, 'w', 0o600);
    const header = Buffer.alloc(24);
    header.writeUInt32LE(magicMicros, 0);
    header.writeUInt16LE(2, 4);
    header.writeUInt16LE(4, 6);
    header.writeUInt32LE(snapLength, 16);
    header.writeUInt32LE(linkTypeEthernet, 20);
    writeSync(this.#fd, header);
  }

  /** Throws as write(2). */
  write(utcMicros: number, frame: Uint8Array): void {
    const kept = frame.subarray(0, snapLength);
    const record = Buffer.alloc(16);
    record.writeUInt32LE(Math.floor(utcMicros / 1e6), 0);
    record.writeUInt32LE(utcMicros % 1e6, 4);
    record.writeUInt32LE(kept.length, 8);
    record.writeUInt32LE(frame.length, 12);
    writeSync(this.#fd, Buffer.concat([record, kept]));
  }

  close(): void {
    closeSync(this.#fd);
  }
}
