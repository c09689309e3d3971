/** What a model wants in the kernel besides virtual addresses, as the engine is told of it. */

import type { ObjectConfig } from '../../engine/messages.generated.ts';
import type { Instance, Model, RouteEntry, RuleEntry, VirtualAddress } from '../model.ts';
import { addressConfig } from '../native.ts';
import { formatRoute, formatRule } from '../print/iproute.ts';
import { Unusable } from './draft.ts';
import type { IprouteNames } from './names.ts';
import { routeObject } from './route.ts';
import { ruleObject } from './rule.ts';
import { staticAddressObject } from './staticAddress.ts';

export interface Lowered {
  readonly objects: readonly ObjectConfig[];
  /** For each object the track_group that it names, if it names one. */
  readonly groups: readonly (string | null)[];
  /** Sentences about entries that are left out. */
  readonly problems: readonly string[];
}

interface Attempt {
  readonly text: string;
  readonly group: string | null;
  readonly lower: () => ObjectConfig;
}

function lowerAll(entries: readonly Attempt[]): Lowered {
  const objects: ObjectConfig[] = [];
  const groups: (string | null)[] = [];
  const problems: string[] = [];
  for (const { text, group, lower } of entries) {
    try {
      objects.push(lower());
      groups.push(group);
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      problems.push(`${text} is left out: ${error.message}`);
    }
  }
  return { objects, groups, problems };
}

function routesAndRules(
  routes: readonly RouteEntry[],
  rules: readonly RuleEntry[],
  names: IprouteNames,
): Attempt[] {
  return [
    ...routes.map((route) => ({
      text: `the route ${formatRoute(route, 'file')}`,
      group: route.trackGroup,
      lower: () => routeObject(route, names),
    })),
    ...rules.map((rule) => ({
      text: `the rule ${formatRule(rule, 'file')}`,
      group: rule.trackGroup,
      lower: () => ruleObject(rule, names),
    })),
  ];
}

/** Routes, then rules: a rule without its table would lead nowhere. */
export function instanceObjects({ routes, rules }: Instance, names: IprouteNames): Lowered {
  return lowerAll(routesAndRules(routes, rules, names));
}

export function staticObjects(model: Model, names: IprouteNames): Lowered {
  const { staticAddresses, staticRoutes, staticRules, globals } = model;
  const place = (address: VirtualAddress): ObjectConfig => {
    const interfaceName = address.interface ?? globals.daemon.defaultInterface;
    if (interfaceName === null) throw new Unusable("there is neither 'dev' nor default_interface");
    return staticAddressObject({ ...addressConfig(address, false), interfaceName });
  };
  return lowerAll([
    ...staticAddresses.map((address) => ({
      text: `the static address ${address.address}`,
      group: address.trackGroup,
      lower: () => place(address),
    })),
    ...routesAndRules(staticRoutes, staticRules, names),
  ]);
}
