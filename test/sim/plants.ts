// Bugs that somebody could write tomorrow, and who would notice. Each is one change of one file of
// the core; `caughtBy` is an invariant of the simulator or a story of test/conformance.

export interface Plant {
  readonly name: string;
  /** Below native/core. */
  readonly file: string;
  /** Occurs exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly caughtBy: string;
}

const TAKEOVER = 'takeover within masterDownInterval, after a goodbye within skewTime';
const LAST_WORD = 'the last announcement of a VIP comes from its MASTER';
const UPGRADE = 'nothing comes of an upgrade, and no advert is late for it';
const OBJECTS = 'routes and rules are present if and only if MASTER, filters if not, at rest';
const AT_REST = 'a VIP is present if and only if MASTER, at rest';

export const plants: readonly Plant[] = [
  {
    name: 'skew dropped after a goodbye',
    file: 'election.cc',
    find: 'awaitMaster(core, router, router.skew(), CauseKind::goodbyeReceived);',
    replace: 'awaitMaster(core, router, Duration::zero(), CauseKind::goodbyeReceived);',
    caughtBy: '07-backup-goodbye',
  },
  {
    name: 'the timer restarts on rejected packets',
    file: 'receive.cc',
    find: 'reject(core, *router, judged.error(), vrid, packet.source);',
    replace:
      'reject(core, *router, judged.error(), vrid, packet.source);' +
      'if (router->state == State::backup)' +
      '  core.arm(*router, Purpose::masterDown, router->masterDown());',
    caughtBy: TAKEOVER,
  },
  {
    name: 'goodbye ignored',
    file: 'transition.cc',
    find: 'return {state, Reaction::awaitSkew};',
    replace: 'return {state, Reaction::none};',
    caughtBy: TAKEOVER,
  },
  {
    name: 'no goodbye said',
    file: 'transition.cc',
    find: 'if (from != State::master) return false;',
    replace: 'if (from != State::init) return false;',
    caughtBy: TAKEOVER,
  },
  {
    name: 'tie-break reversed',
    file: 'election.cc',
    find: 'return !router.source || *router.source >= address;',
    replace: 'return !router.source || *router.source < address;',
    caughtBy: '19-master-equal-higher-address',
  },
  {
    name: 'a drain waits for nobody',
    file: 'drain.cc',
    find: 'input.patience <= Duration::zero()',
    replace: 'input.patience > Duration::zero()',
    caughtBy: 'who lingers keeps its addresses until another MASTER is there',
  },
  {
    name: 'nopreempt ignored',
    file: 'election.cc',
    find: 'return router.config.preempt && router',
    replace: 'return router',
    caughtBy: 'nopreempt never takes over from a master that is heard',
  },
  {
    name: 'preemption forgotten',
    file: 'transition.cc',
    find: 'if (!at.preempts) return {state, Reaction::awaitMasterDown};\n      return {state, at.quick',
    replace: 'return {state, Reaction::awaitMasterDown};\n      return {state, at.quick',
    caughtBy: 'somebody serves, and with preemption the best one',
  },
  {
    name: 'announcements forgotten after a split',
    file: 'mastership.cc',
    find: 'announcer::afterSecondMaster(core, router);',
    replace: '',
    caughtBy: LAST_WORD,
  },
  {
    name: 'who yields keeps silent',
    file: 'election.cc',
    find: 'if (better && (',
    replace: 'if (better && router.isOwner() && (',
    caughtBy: LAST_WORD,
  },
  {
    name: 'addresses kept by who yields',
    file: 'mastership.cc',
    find: 'addresses::releaseAll(core, router);',
    replace: '',
    caughtBy: AT_REST,
  },
  {
    name: 'a stolen address is not put back',
    file: 'addresses.cc',
    find: '  restore(core, router, vip);\n}',
    replace: '  setState(router, vip, AddressState::absent);\n}',
    caughtBy: AT_REST,
  },
  {
    name: 'a confirmed address is not announced',
    file: 'addresses.cc',
    find: 'vip.unannounced = !vip.awaitsDad;',
    replace: 'vip.unannounced = false;',
    caughtBy: 'a confirmed VIP is announced',
  },
  {
    name: 'a lower priority waits for the next regular advert',
    file: 'mastership.cc',
    find: 'if (!router.quick() || router.election.listening',
    replace: 'if (router.quick() || router.election.listening',
    caughtBy: TAKEOVER,
  },
  {
    name: 'quick preemption forgotten',
    file: 'transition.cc',
    find: 'at.quick ? Reaction::hasten : Reaction::letRun',
    replace: 'Reaction::letRun',
    caughtBy: TAKEOVER,
  },
  {
    name: 'who was away speaks before it listens',
    file: 'transition.cc',
    find: 'at.wasAway ? Reaction::listenFirst : Reaction::advertise',
    replace: 'Reaction::advertise',
    caughtBy: '23-master-was-away',
  },
  {
    name: 'the advert timer runs half as fast',
    file: 'mastership.cc',
    find: 'auto next = due + interval;',
    replace: 'auto next = due + interval * 2;',
    caughtBy: 'a MASTER that runs sends an advert in every interval',
  },
  {
    name: 'the TTL is not looked at',
    file: 'acceptance.cc',
    find: 'return packet.ttl == 255 ? std::nullopt',
    replace: 'return packet.ttl != 0 ? std::nullopt',
    caughtBy: 'a forged advert has no effect',
  },
  {
    name: 'passwords are not looked at',
    file: 'acceptance.cc',
    find: '      !wire::constantTimeEqual(config.auth.password, advert.password)) {',
    replace: '      false) {',
    caughtBy: '31-packet-password',
  },
  {
    name: "the master's interval is not learnt",
    file: 'election.cc',
    find: 'seen.interval = advert.interval;',
    replace: '',
    caughtBy: '13-backup-learns-interval',
  },
  {
    name: 'a group yields by halves',
    file: 'groups.cc',
    find: 'if (!took && !yielded) return;',
    replace: 'if (!took) return;',
    caughtBy: 'a group never splits at rest',
  },
  {
    name: 'lingering forgotten',
    file: 'stop.cc',
    find: 'stop.linger > Duration::zero()',
    replace: 'stop.linger < Duration::zero()',
    caughtBy: 'who lingers keeps its addresses until another MASTER is there',
  },
  {
    name: 'a failed check is no fault',
    file: 'faults.cc',
    find: '    if (!found.fault) return;\n    if (servesUnfit(router)) {',
    replace: '    if (!found.fault || !core.blind) return;\n    if (servesUnfit(router)) {',
    caughtBy: 'nobody is MASTER with a fault',
  },
  {
    name: 'never_nobody forgotten',
    file: 'faults.cc',
    find: 'return router.config.neverNobody && router.group == Router::kNoGroup &&',
    replace: 'return !router.config.neverNobody && router.group == Router::kNoGroup &&',
    caughtBy: 'never_nobody: a failed check takes nobody out of service',
  },
  {
    name: 'an unchanged reload advertises',
    file: 'apply.cc',
    find: 'router.state == State::master && router.advertInterval() != before',
    replace: 'router.state == State::master && before > Duration::zero()',
    caughtBy: 'an unchanged instance sends nothing on reload',
  },
  {
    name: 'a takeover without its cause',
    file: 'election.cc',
    find: 'cause.kind = router.election.waitingFor;',
    replace: '',
    caughtBy: 'no transition without a cause',
  },
  {
    name: 'a MASTER stays shut',
    file: 'gate.cc',
    find: 'objects::release(core, router.filters);',
    replace: '',
    caughtBy: OBJECTS,
  },
  {
    name: 'who was MASTER stays open',
    file: 'mastership.cc',
    find: 'objects::want(core, router.filters);',
    replace: '',
    caughtBy: OBJECTS,
  },
  {
    name: 'an heir does not know when the next advert is due',
    file: 'inheritance.cc',
    find: 'core.armAt(router, purpose, at);',
    replace: 'core.armAt(router, purpose, core.now + router.advertInterval());',
    caughtBy: UPGRADE,
  },
  {
    name: 'an heir announces what stands',
    file: 'addresses.cc',
    find: 'vip.unannounced = announce && !vip.awaitsDad;',
    replace: 'vip.unannounced = !vip.awaitsDad;',
    caughtBy: UPGRADE,
  },
];
