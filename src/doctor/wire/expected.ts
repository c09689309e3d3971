/** What a configuration lets one expect on the wire of one interface. Pure. */
import type { Micros } from '../../base/units.ts';
import type { Instance, Model } from '../../config/index.ts';
import { virtualMac } from './virtualMac.ts';
import type { ExpectedMac } from './virtualMac.ts';

/** One virtual router as its adverts would look, were this host the MASTER. */
export interface ExpectedRouter {
  /** Name of the instance. */
  readonly name: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  readonly advertInterval: Micros;
  /** What the advert carries. */
  readonly addresses: readonly string[];
  /** Held while MASTER but not carried. */
  readonly excludedAddresses: readonly string[];
  readonly auth: 'none' | 'pass' | 'ah';
  /** Eight octets; of auth `pass` only. A secret. */
  readonly password: Uint8Array | undefined;
  readonly hmac: boolean;
  /** undefined: both are right. */
  readonly sourceMac: ExpectedMac | undefined;
}

/** The virtual routers that a configuration runs on an interface. */
export function expectedOn(model: Model, interfaceName: string): readonly ExpectedRouter[] {
  return model.instances.filter((one) => one.interface === interfaceName).map(expected);
}

function expected(one: Instance): ExpectedRouter {
  const { authentication } = one;
  const auth = authentication === null ? 'none' : authentication.type === 'AH' ? 'ah' : 'pass';
  return {
    name: one.name,
    family: one.family === 4 ? 'ipv4' : 'ipv6',
    virtualRouterId: one.virtualRouterId,
    version: one.version,
    advertInterval: one.advertInt,
    addresses: one.addresses.map(({ address }) => address),
    excludedAddresses: one.excludedAddresses.map(({ address }) => address),
    auth: one.version === 2 ? auth : 'none',
    password: auth === 'pass' ? padded(authentication?.password ?? '') : undefined,
    hmac: one.hmac !== null,
    sourceMac: sourceMac(one),
  };
}

/** With `vmac_xmit_base` this router sends from the parent's address, and its peers need not. */
function sourceMac({ vmac, family, virtualRouterId }: Instance): ExpectedMac | undefined {
  if (vmac === null) return 'physical';
  if (vmac.xmitBase) return undefined;
  return { mac: vmac.mac ?? virtualMac(family === 4 ? 'ipv4' : 'ipv6', virtualRouterId) };
}

/** As VRRPv2 carries it (RFC 2338 §5.3.10). */
function padded(password: string): Uint8Array {
  const octets = new Uint8Array(8);
  octets.set(new TextEncoder().encode(password).subarray(0, 8));
  return octets;
}
