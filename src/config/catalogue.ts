/**
 * Every kind of finding: its stable id, how bad it is, and what it is about.
 *
 * An `error` refuses the file: it could not run, and keepalived would not run it either. A
 * `warning` is a mistake that the file can live with; a `note` is worth knowing. The class
 * gives the exit code of the configuration test (docs/reference/findings.md is made from here).
 */

export type Severity = 'error' | 'warning' | 'note';

/**
 * fatal: cannot run; mistake: `keepalived -t` fails on it as well; security: scripts that others
 * could change; lint: legal, but hardly what was meant; status: about failoverd, not the file.
 */
export type FindingClass = 'fatal' | 'mistake' | 'security' | 'lint' | 'status';

interface Kind {
  readonly severity: Severity;
  readonly class: FindingClass;
  readonly about: string;
}

function fatal(about: string): Kind {
  return { severity: 'error', class: 'fatal', about };
}

function mistake(about: string): Kind {
  return { severity: 'warning', class: 'mistake', about };
}

function security(about: string): Kind {
  return { severity: 'warning', class: 'security', about };
}

function lint(about: string, severity: Severity = 'warning'): Kind {
  return { severity, class: 'lint', about };
}

function status(about: string): Kind {
  return { severity: 'note', class: 'status', about };
}

const reading = {
  'file-not-read': fatal('A file that was named cannot be read.'),
  'include-failed': fatal('An include that has to match something does not.'),
  'include-empty': lint('An include names no file that can be read.'),
  'include-cycle': mistake('A file includes itself, directly or through others.'),
  'too-large': fatal('The configuration is larger than any that makes sense.'),
  'too-many-findings': status('Further findings were left out.'),
  'byte-order-mark': lint('A file begins with a byte order mark.'),
  'long-line': lint('A line is longer than the buffer that keepalived reads it into.'),
  'nul-byte': mistake('A line holds a NUL byte and is ignored.'),
  lookalike: lint('A character only looks like a blank or a quote.'),
  'comment-in-word': lint('A comment character cuts a word short.'),
  'comment-ends-definition': mistake('A comment would end a definition in keepalived.'),
  'self-definition': mistake('A $NAME is defined in terms of itself.'),
  'undefined-variable': lint('A $NAME is used that has no value.'),
  'bad-sequence': mistake('A ~SEQ, ~LST or _RANDOM makes no sense.'),
  'unmatched-quote': mistake('A quote has no partner on its line.'),
  'missing-open-brace': mistake('A block has no opening brace.'),
  'missing-close-brace': mistake('A block is not closed.'),
  'unexpected-brace': mistake('An opening brace belongs to no keyword.'),
  'extra-close-brace': mistake('A closing brace closes nothing.'),
} as const;

const keywords = {
  'unknown-keyword': mistake('A word is no keyword, or none that may stand here.'),
  'unknown-block': mistake('A block has an unknown name; it is skipped whole.'),
  'misplaced-keyword': mistake('A keyword stands in a block where it has no meaning.'),
  'missing-argument': fatal('A keyword lacks an argument it cannot do without.'),
  'missing-value': mistake('A keyword lacks its argument and is ignored.'),
  'extra-argument': lint('A keyword has more arguments than it takes.'),
  'missing-block': mistake('A keyword lacks its block.'),
  'unexpected-block': mistake('A keyword that takes no block has one.'),
  'bad-value': mistake('An argument is not of the kind the keyword takes.'),
  'out-of-range': mistake('A number lies outside the range of its keyword.'),
  'trailing-unit': mistake('A number is followed by something else.'),
  'duplicate-keyword': lint('A keyword is given twice; the last one counts.', 'note'),
  'repeated-keyword': mistake('A keyword is given twice; the first one counts.'),
  'empty-block': lint('A block that should list something is empty.'),
  'deprecated-keyword': mistake('A keyword has a newer spelling or no effect any more.'),
  'not-in-effect-yet': status('failoverd reads the keyword but does not act on it yet.'),
  'no-effect': status('failoverd accepts the keyword; it has no effect here.'),
  'lvs-ignored': status('LVS is not the business of failoverd.'),
  'off-means-on': lint('A setting that keepalived turns on where the file says off.'),
  'own-keyword': mistake("A setting of failoverd's own stands where keepalived would see it."),
} as const;

const values = {
  'bad-address': mistake('An address cannot be read; it is left out.'),
  'prefix-ignored': lint('An address has a prefix length where none is meant.'),
  'wrong-family': mistake('An address is of the other family than its instance.'),
  'duplicate-address': mistake('An address is listed twice.'),
  'unknown-option': mistake('An entry has an option that is not known.'),
  'bad-route': mistake('A route or rule cannot be read; it is left out.'),
  'rule-without-preference': lint('A policy rule has no preference.'),
  'password-too-long': mistake('auth_pass is longer than the eight bytes of the wire.'),
  'password-missing': mistake('auth_type without auth_pass, or the other way round.'),
  'interval-rounded': mistake('advert_int is finer than the wire can say.'),
  'unknown-state': mistake('state is neither MASTER nor BACKUP.'),
  'bad-script': mistake('A script line cannot be split into words.'),
  'shell-operator': lint('A command has shell operators, but there is no shell.'),
  'notify-extra-words': lint('A command with arguments is not quoted.'),
} as const;

const references = {
  'duplicate-name': mistake('Two objects of a kind have the same name.'),
  'unknown-tracker': mistake('A tracker is used that does not exist.'),
  'used-before-definition': mistake('A tracker is used before it is defined.'),
  'unused-tracker': lint('A tracker is defined but not used.'),
  'group-twice': mistake('An interface is in two garp_groups.'),
  'unknown-member': mistake('A group lists an instance that does not exist.'),
  'member-twice': mistake('An instance is a member of two groups.'),
  'group-empty': mistake('A sync group has no members and is left out.'),
  'group-of-one': mistake('A sync group has a single member.'),
  'tracker-twice': mistake('A tracker is listed twice in one place.'),
  'unknown-track-group': mistake('A static entry names a track_group that does not exist.'),
} as const;

const instances = {
  'missing-vrid': fatal('An instance has no usable virtual_router_id.'),
  'unicast-self': lint('unicast_peer lists the address that adverts are sent from.'),
  'missing-interface': fatal('An instance has neither interface nor unicast source.'),
  'no-instance': lint('No virtual router is configured.'),
  'interface-name': fatal('A name that no interface can have.'),
  'vrid-conflict': fatal('Two instances share VRID, family and interface.'),
  'shared-address': lint('Two instances have the same virtual address on one interface.'),
  'no-address': fatal('An instance of VRRPv3 or strict mode has no address.'),
  'no-address-v2': mistake('An instance has no virtual_ipaddress.'),
  'authentication-ignored': mistake('Authentication has no place in this instance.'),
  'hmac-incomplete': fatal('auth_hmac without a key that can sign.'),
  'hmac-key': mistake('A key of auth_hmac cannot be used.'),
  'hmac-key-file': security('Others can read the file of a key.'),
  'ah-start-backup': mistake('AH authentication starts as BACKUP.'),
  'too-many-addresses': mistake('More addresses than an advert can carry.'),
  'strict-forbids': mistake('A setting is at odds with strict mode.'),
  'owner-state': mistake('state and priority 255 contradict each other.'),
  'unicast-no-peer': mistake('A unicast keyword without any peer.'),
  'unicast-setting': mistake('A unicast setting has no meaning here.'),
  'own-interface-tracked': mistake('track_interface lists the interface of the instance.'),
  'owner-weight': mistake('An address owner cannot have weighted trackers.'),
  'group-weight': mistake('Weights in a sync group without sync_group_tracking_weight.'),
  'version-family': mistake('VRRPv2 and IPv6 do not go together.'),
  'label-ignored': mistake('A label is impossible for this address.'),
  'garp-interval-zero': lint('An interval of zero says what is the default anyway.', 'note'),
  'vmac-setting': lint('A VMAC or ipvlan setting has no meaning here.'),
} as const;

const lints = {
  'nopreempt-master': mistake('nopreempt or preempt_delay with state MASTER has no effect.'),
  'nopreempt-weight': lint('With nopreempt on every router a weight never moves the address.'),
  'implied-owner': lint('state MASTER without priority makes an address owner.'),
  'group-priorities': lint('The members of a sync group have different priorities.'),
  'weight-never-flips': lint('A weight cannot change who is elected.', 'note'),
  'fault-without-weight': lint('The same failure puts every router in FAULT.', 'note'),
  'fractional-v2': mistake('VRRPv2 knows whole seconds only.'),
  'strict-service': lint('In strict mode nothing on the VIP answers.'),
  'globals-after-instances': lint('global_defs after the instances that use it.'),
  'script-security': security('A script runs as root without enable_script_security.'),
  'script-timeout': lint('A script may run longer than its interval.', 'note'),
  'host-missing': mistake('Something the file names does not exist on this host.'),
  'host-waiting': lint('An interface does not exist yet.', 'note'),
  'host-script': mistake('A script cannot be run on this host.'),
  'host-unsafe-script': security('A script could be changed by others than root.'),
} as const;

const across = {
  'peer-missing': lint('A virtual router is in one of the files only.', 'note'),
  'peer-vrid': lint('Routers have the same address with different VRIDs.'),
  'peer-version': lint('Routers of one VRID speak different versions.'),
  'peer-interval': lint('Routers of one VRID have different intervals.'),
  'peer-authentication': lint('Routers of one VRID authenticate differently.'),
  'peer-addresses': lint('Routers of one VRID carry different addresses.'),
  'peer-priority': lint('Routers of one VRID have the same priority.'),
  'peer-unicast': lint('Routers of one VRID do not name each other as peers.'),
  'peer-takeover': lint('A failure of a tracker never lets the other router take over.'),
  'peer-takeover-alone': lint('A failure moves the addresses only together with others.', 'note'),
  'peer-tie': lint('After a failure of a tracker the routers have the same priority.'),
  'peer-nopreempt': lint('A lowered priority does not move the address.'),
} as const;

export const catalogue = {
  ...reading,
  ...keywords,
  ...values,
  ...references,
  ...instances,
  ...lints,
  ...across,
} satisfies Readonly<Record<string, Kind>>;

export type RuleId = keyof typeof catalogue;

export function kindOf(rule: RuleId): Kind {
  return catalogue[rule];
}
