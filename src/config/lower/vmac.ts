/** use_vmac and use_ipvlan: the interface of its own that an instance gets. */

import type { Family } from '../../base/units.ts';
import { spanFor, valueOf } from '../keywords/types.ts';
import type { IpvlanSettings, VmacSettings } from '../model.ts';
import type { Lowering } from './context.ts';
import type { InstanceSettings } from './settings.ts';

/** In strict mode the MAC address is the RFC's, and adverts leave from it. */
function reportStrictVmac(settings: InstanceSettings, context: Lowering): void {
  const { use_vmac: vmac, vmac_xmit_base: base } = settings;
  if ((valueOf(vmac)?.mac ?? null) !== null) {
    const message = 'strict mode has the MAC address of the RFC; it is used';
    context.findings.report('strict-forbids', spanFor(vmac), message);
  }
  if (base !== undefined) {
    const message = 'in strict mode adverts leave from the virtual MAC address; ignored';
    context.findings.report('strict-forbids', spanFor(base), message);
  }
}

export function lowerVmac(
  settings: InstanceSettings,
  { unicast, strict }: { readonly unicast: boolean; readonly strict: boolean },
  context: Lowering,
): VmacSettings | null {
  const vmac = valueOf(settings.use_vmac);
  const base = settings.vmac_xmit_base;
  const addresses = settings.use_vmac_addr;
  if (vmac !== undefined) {
    if (strict) reportStrictVmac(settings, context);
    if (unicast && base === undefined) {
      const message = "unicast adverts leave on the parent: 'vmac_xmit_base' is assumed";
      context.findings.report('vmac-setting', spanFor(settings.use_vmac), message);
    }
    const xmitBase = unicast || (!strict && base !== undefined);
    const mac = strict ? null : vmac.mac;
    return { ...vmac, mac, xmitBase, addresses: addresses !== undefined };
  }
  for (const [keyword, entries] of Object.entries({
    vmac_xmit_base: base,
    use_vmac_addr: addresses,
  })) {
    if (entries === undefined) continue;
    const message = `'${keyword}' has no effect without 'use_vmac'`;
    context.findings.report('vmac-setting', spanFor(entries), message);
  }
  return null;
}

/** An ipvlan beside a macvlan is not made; one without an address sends from its parent's. */
export function lowerIpvlan(
  settings: InstanceSettings,
  family: Family,
  context: Lowering,
): IpvlanSettings | null {
  const ipvlan = valueOf(settings.use_ipvlan);
  if (ipvlan === undefined) return null;
  const span = spanFor(settings.use_ipvlan);
  if (settings.use_vmac !== undefined) {
    context.findings.report('vmac-setting', span, "'use_ipvlan' is ignored beside 'use_vmac'");
    return null;
  }
  const { address } = ipvlan;
  if (address !== null && address.includes(':') === (family === 4)) {
    const message = `${address} is of the other family than the instance (IPv${family})`;
    context.findings.report('wrong-family', span, `${message}; it is ignored`);
    return { ...ipvlan, address: null };
  }
  if (address === null && family === 4) {
    const message = 'an ipvlan without an address: adverts leave with that of its parent';
    context.findings.report('vmac-setting', span, message, {
      hint: "give it one: 'use_ipvlan ADDRESS/LENGTH'",
      keepalived: 'keepalived stays in FAULT',
    });
  }
  return ipvlan;
}
