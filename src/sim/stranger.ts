// Routers on the segment that are not ours: a master of another make that knows nothing but its
// own adverts, and a forger whose adverts nobody may heed.

import { advertBytes, type AdvertText } from './advertBytes.ts';
import type { InstanceConfig } from '../engine/messages.generated.ts';
import type { Network, Packet, Station } from './network.ts';
import type { Random } from './random.ts';
import { SECOND, type World, type WorldTime } from './world.ts';

/** Whoever is seen with one of these as its peer heeded a forged advert. */
export const FORGERS: readonly string[] = ['10.0.0.66', 'fe80::66'];
const FOREIGNERS = { ipv4: '10.0.0.99', ipv6: 'fe80::99' } as const;

/** It hears nothing and stands nowhere in particular: only what it sends matters. */
const stranger: Station = { name: 'stranger', addresses: [], receive() {} };

/** Says every interval that it is MASTER of `config`'s virtual router, and in the end goodbye. */
export function foreignMaster(
  world: World,
  network: Network,
  config: InstanceConfig,
  priority: number,
  until: WorldTime,
): void {
  const speak = (): void => {
    const leaving = world.now >= until;
    const advert = advertOf(config, leaving ? 0 : priority);
    send(network, config, FOREIGNERS[config.family], advert, 255);
    if (!leaving) world.after(config.advertInterval, speak);
  };
  speak();
}

/** Floods `config`'s virtual router with adverts of the highest priority that are all wrong. */
export function forger(
  world: World,
  network: Network,
  random: Random,
  config: InstanceConfig,
  until: WorldTime,
): void {
  const source = config.family === 'ipv4' ? '10.0.0.66' : 'fe80::66';
  const flaws: readonly ((advert: AdvertText) => readonly [AdvertText, number])[] = [
    (advert) => [advert, 64],
    (advert) => [{ ...advert, spoil: [[6, 0x5a]] }, 255],
    (advert) => [{ ...advert, cut: 10 }, 255],
    (advert) => [{ ...advert, change: [[0, 0x41]] }, 255],
    (advert) => [{ ...advert, vrid: 250 }, 255],
    // Where adverts are signed a perfect one is none.
    ...(config.auth.kind === 'none' ? [] : [unsigned]),
  ];
  const speak = (): void => {
    const [advert, ttl] = random.pick(flaws)(advertOf(config, 254));
    // Unicast TTLs are the peers' to choose: there it is the sender that is unknown.
    send(network, config, source, advert, ttl);
    if (world.now < until) world.after(Math.ceil(config.advertInterval / 3), speak);
  };
  speak();
}

function unsigned(advert: AdvertText): readonly [AdvertText, number] {
  const { password: _secret, ...rest } = advert;
  return [rest, 255];
}

function advertOf(config: InstanceConfig, priority: number): AdvertText {
  const version = config.version === 'v2' ? 2 : 3;
  const unit = version === 2 ? SECOND : SECOND / 100;
  return {
    version,
    vrid: config.vrid,
    priority,
    interval: Math.round(config.advertInterval / unit),
    addresses: config.addresses.map((one) => one.address),
    ...(config.auth.kind === 'pass' && { password: String.fromCharCode(...config.auth.password) }),
  };
}

function send(
  network: Network,
  config: InstanceConfig,
  source: string,
  advert: AdvertText,
  ttl: number,
): void {
  const to = config.unicast
    ? config.unicastPeers.map((peer) => peer.address)
    : [config.multicastGroup];
  for (const destination of to) {
    const bytes = advertBytes(advert, source, destination);
    const packet: Packet = { source, destination, ttl, bytes };
    network.send(stranger, packet);
  }
}
