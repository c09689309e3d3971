/** What can be odd about a wire, with a name that machines may rely on. */

export type WireFindingName =
  | 'two_masters'
  | 'foreign_vrid'
  | 'vips_differ'
  | 'interval_differs'
  | 'auth_differs'
  | 'version_differs'
  | 'mac_differs'
  | 'checksum_differs'
  | 'bad_checksum'
  | 'bad_ttl'
  | 'bad_advert'
  | 'vip_announced_by_other'
  | 'vip_in_two_routers'
  | 'duplicate_address';

export interface WireFinding {
  readonly name: WireFindingName;
  /** A problem stops or splits a failover; a warning is worth a look. */
  readonly severity: 'problem' | 'warning';
  /** One sentence without its full stop. */
  readonly sentence: string;
  readonly virtualRouterId: number | undefined;
  /** The router that it is about. */
  readonly source: string | undefined;
}
