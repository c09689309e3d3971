// Files whose kernel state is not keepalived's with us, on purpose. Each has its reason, and each reason
// has a check of its own: what differs has to be just that.

import type { CorpusFile } from '../../config/support/corpus.ts';
import type { KernelLines } from './kernelLines.ts';

/** What one file came to. */
export interface Played {
  readonly file: CorpusFile;
  readonly theirs: KernelLines;
  readonly ours: KernelLines;
  readonly logs: string;
}

export interface Reason {
  readonly says: string;
  explains(played: Played): boolean;
}

/**
 * docs/migrating-from-keepalived.md: keepalived takes a check that it cannot or will not run out of the
 * file and serves without it. With us it is a failure, and so the VIPs of its instances are not there.
 */
const droppedCheck: Reason = {
  says: 'keepalived serves without a check that it has dropped',
  explains: ({ file, theirs, ours, logs }) => {
    const dropped = /Disabling track script|vrrp.script \S+ - removing/.test(file.oracle.text);
    // Where the check has a weight, adverts have another priority.
    const [here, there] = [ours, theirs].map((lines) => lines.map(withoutPriority));
    if (!dropped || here?.every((line) => there?.includes(line)) !== true) return false;
    const missing = there?.filter((line) => !here.includes(line)) ?? [];
    const failed = ofInstancesInFault(file, logs);
    return missing.every((line) => {
      const [, what] = / inet6? ([^ /]+)| (vrid \d+),/.exec(line)?.filter(Boolean) ?? [];
      return what === undefined || failed.has(what);
    });
  },
};

const withoutPriority = (line: string): string => line.replace(/, prio \d+,/, ',');

/** Addresses and `vrid NUMBER` of the instances that a failed check, or their group, keeps in FAULT. */
function ofInstancesInFault(file: CorpusFile, logs: string): ReadonlySet<string> {
  const faults = [
    ...logs.matchAll(/(\S+): \S+ -> FAULT .*(?:script \S+ reports a failure|it follows)/g),
  ];
  const names = new Set(faults.map(([, name]) => name));
  const failed = file.load().model.instances.filter(({ name }) => names.has(name));
  return new Set(
    failed.flatMap((one) => [
      `vrid ${one.virtualRouterId}`,
      ...[...one.addresses, ...one.excludedAddresses].map(({ address }) => address),
    ]),
  );
}

/** The same page: of instances that become MASTER in the same moment either may be the first. */
const order: Reason = {
  says: 'which address of a network is the first one is a matter of chance',
  explains: ({ theirs, ours }) => unordered(theirs) === unordered(ours),
};

/** `failoverd check` says so of `bfd_instance`: a session that is down changes no priority yet. */
const bfd: Reason = {
  says: 'BFD is not in effect yet',
  explains: ({ file, theirs, ours }) => {
    const [here, there] = [ours, theirs].map((lines) => lines.map(withoutPriority).toSorted());
    return file.load().model.bfds.length > 0 && here?.join() === there?.join();
  },
};

/** Without who of several is the first, and what the kernel makes of that. */
function unordered(lines: KernelLines): string {
  return lines
    .map((line) => line.replace(' secondary', '').replace(/ src \S+$/, ''))
    .toSorted()
    .join('\n');
}

export const onPurpose: Readonly<Record<string, Reason>> = {
  '008': droppedCheck,
  '016': droppedCheck,
  '050': droppedCheck,
  '071': droppedCheck,
  '080': droppedCheck,
  '131': droppedCheck,
  '161': droppedCheck,
  '177': order,
  '194': droppedCheck,
  '195': droppedCheck,
  '241': droppedCheck,
  '242': droppedCheck,
  '246': droppedCheck,
  '277': droppedCheck,
  '308': droppedCheck,
  '324': droppedCheck,
  '325': droppedCheck,
  '338': droppedCheck,
  '339': bfd,
  '387': droppedCheck,
  '472': droppedCheck,
  '480': droppedCheck,
  '484': droppedCheck,
  '495': droppedCheck,
  '511': droppedCheck,
};
