// Addresses, routes, rules, macvlans and tables of nftables, a thousand times each.

import { it } from 'vitest';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { thefts } from '../netns/thieves.ts';

const missing = whatIsMissing([...LAB_PROGRAMS, 'nft']);

it.skipIf(missing !== '')(`a thousand thefts of each kind ${missing}`.trim(), async () => {
  console.log(await thefts(1000));
});
