/** Errors of the system as people say them. */
import { getSystemErrorName } from 'node:util';

/** The common ones in the words of strerror(3); others are called by their name. */
const words: Readonly<Record<string, string>> = {
  EPERM: 'operation not permitted',
  ENOENT: 'no such file or directory',
  EIO: 'input/output error',
  ENXIO: 'no such device or address',
  EAGAIN: 'temporarily not available',
  ENOMEM: 'not enough memory',
  EACCES: 'permission denied',
  EBUSY: 'device or resource busy',
  EEXIST: 'it exists already',
  ENODEV: 'no such device',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  EINVAL: 'invalid argument',
  EMSGSIZE: 'message too long',
  ENFILE: 'too many open files in the system',
  EMFILE: 'too many open files',
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
  EAFNOSUPPORT: 'this kernel does not know the address family',
  ECONNREFUSED: 'connection refused',
  EADDRINUSE: 'the address is in use',
  EADDRNOTAVAIL: 'no such address on this host',
  ENETDOWN: 'the network is down',
  ENETUNREACH: 'the network is unreachable',
  ENOBUFS: 'no buffer space left',
  EHOSTUNREACH: 'no route to host',
  EOPNOTSUPP: 'operation not supported',
};

/** `errno` as a number of the kernel (positive or negative), for the end of a sentence. */
export function errnoText(errno: number): string {
  try {
    const name = getSystemErrorName(-Math.abs(errno));
    const text = words[name];
    return text === undefined ? name : `${text} (${name})`;
  } catch {
    return `error ${errno}`;
  }
}

/** A thrown value, for the end of a sentence. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const text = code === undefined ? undefined : words[code];
  return text === undefined ? error.message : `${text} (${code})`;
}
