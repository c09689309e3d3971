/** Sync groups: members first, trackers once the instances are known. */

import { valueOf } from '../keywords/types.ts';
import type { Entry } from '../keywords/types.ts';
import type { Globals, SyncGroup, TrackerUse } from '../model.ts';
import { nearest } from '../suggest.ts';
import type { Lowering } from './context.ts';
import type { Surroundings } from './instance.ts';
import { lowerAlert, lowerNotify } from './notify.ts';
import type { GroupBlock } from './settings.ts';
import { lowerTracks, withoutGroupWeights } from './tracking.ts';
import type { TrackEntries } from './tracking.ts';

/** A group whose members are settled. */
export interface Membership {
  readonly name: string;
  readonly block: GroupBlock;
  readonly members: readonly string[];
  readonly trackingWeight: boolean;
}

/** Decides who is a member of which group; the first group of an instance is the one. */
export function lowerMemberships(
  entries: readonly Entry<GroupBlock>[] | undefined,
  instances: ReadonlySet<string>,
  context: Lowering,
): Membership[] {
  const taken = new Map<string, string>();
  const names = new Map<string, Entry<GroupBlock>>();
  const made: Membership[] = [];
  for (const entry of entries ?? []) {
    const { value: block, span } = entry;
    const first = names.get(block.name);
    if (first !== undefined) {
      const message = `vrrp_sync_group '${block.name}' is defined twice; the first one counts`;
      context.findings.report('duplicate-name', span, message, {
        related: [{ span: first.span, message: 'the first one is here' }],
      });
      continue;
    }
    names.set(block.name, entry);
    const members = membersOf(block, instances, taken, context);
    const trackingWeight = block.settings.sync_group_tracking_weight !== undefined;
    if (members.length > 0) made.push({ name: block.name, block, members, trackingWeight });
    else {
      const message = `sync group '${block.name}' has no members; it is left out`;
      context.findings.report('group-empty', span, message);
    }
    if (members.length === 1) {
      const message = `sync group '${block.name}' has one member only`;
      context.findings.report('group-of-one', span, message);
    }
  }
  return made;
}

function membersOf(
  block: GroupBlock,
  instances: ReadonlySet<string>,
  taken: Map<string, string>,
  context: Lowering,
): string[] {
  const members: string[] = [];
  for (const { value: name, span } of (block.settings.group ?? []).flatMap((e) => e.value)) {
    const other = taken.get(name);
    if (!instances.has(name)) {
      const meant = nearest(name, instances);
      const hint = meant === null ? null : `did you mean '${meant}'?`;
      const message = `there is no vrrp_instance '${name}'; it is left out of the group`;
      context.findings.report('unknown-member', span, message, { hint });
    } else if (other !== undefined) {
      const where = other === block.name ? 'already listed' : `a member of '${other}' already`;
      context.findings.report('member-twice', span, `'${name}' is ${where}; it is left out`);
    } else {
      taken.set(name, block.name);
      members.push(name);
    }
  }
  return members;
}

export function lowerGroup(
  { block, members, trackingWeight, name }: Membership,
  around: Surroundings,
  globals: Globals,
  context: Lowering,
): SyncGroup {
  const { settings } = block;
  const tracks = (
    keyword: string,
    entries: TrackEntries,
    known: Surroundings['scripts'] | null,
  ): readonly TrackerUse[] => {
    const uses = lowerTracks(keyword, entries, known, context);
    return trackingWeight ? uses : withoutGroupWeights(uses, 'tracker', context);
  };
  const made: SyncGroup = {
    name,
    members,
    trackInterfaces: tracks('track_interface', settings.track_interface, null),
    trackScripts: tracks('track_script', settings.track_script, around.scripts),
    trackFiles: tracks('track_file', settings.track_file, around.files),
    trackProcesses: tracks('track_process', settings.track_process, around.processes),
    trackProbes: tracks('track_probe', settings.track_probe, around.probes),
    trackBfds: tracks('track_bfd', settings.track_bfd, around.bfds),
    trackingWeight,
    notify: lowerNotify(settings),
    notifyPriorityChanges:
      valueOf(settings.notify_priority_changes) ?? globals.vrrp.notifyPriorityChanges,
    smtpAlert: lowerAlert(settings, globals),
  };
  context.origins.setAll(made, settings);
  context.origins.set(made, '', block);
  return made;
}
