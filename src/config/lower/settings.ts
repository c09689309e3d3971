/** Short names for what the keyword table yields. */

import type { BlockValue } from '../keywords/blocks.ts';
import type { instanceLevel } from '../keywords/instance.ts';
import type { syncGroupLevel } from '../keywords/objects.ts';
import type { Settings } from '../keywords/types.ts';

export type InstanceSettings = Settings<typeof instanceLevel>;
export type InstanceBlock = BlockValue<typeof instanceLevel>;
export type GroupSettings = Settings<typeof syncGroupLevel>;
export type GroupBlock = BlockValue<typeof syncGroupLevel>;
