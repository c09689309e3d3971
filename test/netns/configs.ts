/** An instance of VRRPv3, as server1 has it, with this interval and these addresses. */
export function version3(interval: string, addresses: readonly string[]): string {
  return `vrrp_instance VI_1 {
    state MASTER
    version 3
    interface eth0
    virtual_router_id 51
    priority 200
    advert_int ${interval}
    virtual_ipaddress {
${addresses.map((address) => `        ${address}`).join('\n')}
    }
}
`;
}
