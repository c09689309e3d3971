import { setTimeout as sleep } from 'node:timers/promises';
import { ControlClient, type JournalEntry } from '../../src/observe/controlClient.ts';
import { eventually } from '../lab/eventually.ts';
import type { RouterDaemon } from '../lab/router-daemon.ts';
import { startBoth, stopBoth, VIP, vipMovesTo, type Stage } from '../netns/stage.ts';
import { Growth } from './growth.ts';

const SCRIPTS = ['a', 'b', 'c', 'd', 'e'];

/** `flap` moves the VIP (200 - 150 < 100 < 200), `nudge` changes priorities and moves nothing. */
const CONFIG = `global_defs {
    script_user root
    enable_script_security
}
vrrp_track_file flap {
    file /run/flap
}
vrrp_track_file nudge {
    file /run/nudge
}
${SCRIPTS.map((name) => `vrrp_script ${name} {\n    script /bin/true\n    interval 1\n}\n`).join('')}
vrrp_instance VI_1 {
    state BACKUP
    version 3
    interface eth0
    virtual_router_id 51
    priority 200
    advert_int 0.01
    virtual_ipaddress {
        ${VIP}/24
    }
    track_file {
        flap weight 1
        nudge weight 1
    }
    track_script {
${SCRIPTS.map((name) => `        ${name} weight 1`).join('\n')}
    }
    notify /bin/true
}
`;

/** How one router gives way to the other when the soak moves the VIP. */
const MOVING: readonly string[] = ['preempting', 'higherPriority'];
/** A deadline that was missed by an advert interval or more explains what came of it. */
const LATE_US = 10_000;
/** How far from a transition such lateness may have been told, in milliseconds. */
const LATE_WITHIN_MS = 5000;

/** One of the two routers, and whoever looks at it. */
class Side {
  readonly daemon: RouterDaemon;
  readonly client: ControlClient;
  readonly journal: JournalEntry[] = [];
  readonly growth: Growth;

  private constructor(daemon: RouterDaemon, client: ControlClient) {
    this.daemon = daemon;
    this.client = client;
    this.growth = new Growth(daemon.process.pid);
  }

  static async of(daemon: RouterDaemon): Promise<Side> {
    const side = new Side(daemon, await connect(daemon));
    const { journal, client } = side;
    void client.events({ follow: true }, (entry) => journal.push(entry)).catch(() => undefined);
    void client.watch(undefined, () => undefined).catch(() => undefined);
    return side;
  }

  /** Adds this to the base priority. */
  write(file: 'flap' | 'nudge', value: number): void {
    this.daemon.host.writeRun(file, `${value}\n`);
  }

  /** Somebody looks, and one who hangs up before the answer is there. */
  async look(): Promise<void> {
    const visitor = await connect(this.daemon);
    void visitor.status().catch(() => undefined);
    visitor.close();
    await Promise.all([this.client.status(), this.client.why(), this.client.events({ after: 0 })]);
    this.growth.sample();
  }

  async state(): Promise<string | undefined> {
    return (await this.client.status()).instances[0]?.state;
  }
}

function connect({ host }: RouterDaemon): Promise<ControlClient> {
  const socket = host.runPath(`failoverd/control.${host.namespace}.sock`);
  return eventually('the control socket', () => ControlClient.connect(socket));
}

export class Soak {
  readonly #stage: Stage;
  readonly #sides: readonly [Side, Side];
  /** When the VIP was moved, milliseconds since 1970. */
  readonly #moves: number[] = [];
  #reloads = 0;
  #looks = 0;
  #whileLate = 0;

  private constructor(stage: Stage, sides: readonly [Side, Side]) {
    this.#stage = stage;
    this.#sides = sides;
  }

  /** Returns when server1 has the VIP and both are looked at. */
  static async begin(stage: Stage): Promise<Soak> {
    for (const host of [stage.lab.server1, stage.lab.server2]) {
      host.writeRun('flap', '0\n');
      host.writeRun('nudge', '0\n');
    }
    await startBoth(stage, CONFIG, 100);
    await vipMovesTo(stage, 'server1', { priority: 200 + SCRIPTS.length });
    const sides = [await Side.of(stage.server1), await Side.of(stage.server2)] as const;
    await eventually('server2 to be BACKUP', async () => (await sides[1].state()) === 'BACKUP');
    return new Soak(stage, sides);
  }

  async run(seconds: number): Promise<void> {
    const deadline = performance.now() + seconds * 1000;
    for (let round = 0; performance.now() < deadline; round += 1) {
      for (const [index, side] of this.#sides.entries()) {
        side.write('nudge', (round * 7 + index) % 20);
        await side.look();
        this.#looks += 1;
        if (round % 8 === 3 + 4 * index) await this.#reload(side);
      }
      if (round % 4 === 0) await this.#move();
      await sleep(100);
    }
  }

  /** What was done, for whoever reads the log of the test. */
  summary(): string {
    const [one, two] = this.#sides;
    return (
      `${this.#moves.length} moves, ${this.#reloads} reloads, ${this.#looks} looks, ` +
      `${this.#whileLate} transitions because the machine was late; ` +
      `server1 ${one.growth.summary()}; server2 ${two.growth.summary()}`
    );
  }

  /** Transitions that the soak did not cause, or that came twice for one deed. */
  unexplained(): readonly string[] {
    const late = this.#sides.flatMap(({ journal }) =>
      journal.filter(isLate).map(({ wallMs }) => wallMs),
    );
    return this.#sides.flatMap((side) => this.#unexplainedOf(side, late));
  }

  /** What has grown since the first minute, or does not come back to what it was. */
  async grown(): Promise<readonly string[]> {
    const all = await Promise.all(
      this.#sides.map(async ({ daemon, growth }) =>
        (await growth.grown()).map((what) => `${daemon.host.name}: ${what}`),
      ),
    );
    return all.flat();
  }

  async end(): Promise<void> {
    const [one] = this.#sides;
    const master = (await one.state()) === 'MASTER' ? 'server1' : 'server2';
    for (const { client } of this.#sides) client.close();
    await stopBoth(this.#stage, master);
  }

  #unexplainedOf({ daemon, journal }: Side, late: readonly number[]): readonly string[] {
    const answered = new Set<number>();
    return journal.flatMap(({ event, wallMs, sentence }) => {
      const first = this.#moves[0];
      if (event?.kind !== 'StateChanged' || event.repeated) return [];
      if (first === undefined || wallMs < first) return [];
      const deed = this.#moves.findLast((at) => at <= wallMs) ?? first;
      const expected = MOVING.includes(event.cause.kind) && !answered.has(deed);
      answered.add(deed);
      if (expected) return [];
      if (!late.some((at) => Math.abs(at - wallMs) < LATE_WITHIN_MS)) {
        return [`${daemon.host.name}: ${sentence}`];
      }
      this.#whileLate += 1;
      return [];
    });
  }

  /** The VIP goes to the other router, and both say so. */
  async #move(): Promise<void> {
    const [one, two] = this.#sides;
    const away = this.#moves.length % 2 === 0;
    this.#moves.push(Date.now());
    one.write('flap', away ? -150 : 0);
    const wanted = away ? 'BACKUP MASTER' : 'MASTER BACKUP';
    await eventually(
      `server1 and server2 to be ${wanted}`,
      async () => `${await one.state()} ${await two.state()}` === wanted,
    );
  }

  async #reload(side: Side): Promise<void> {
    const { ok, sentence } = await side.client.reload();
    if (!ok) throw new Error(sentence);
    this.#reloads += 1;
  }
}

function isLate({ event }: JournalEntry): boolean {
  return event?.kind === 'LateDeadline' && event.lateness >= LATE_US;
}
