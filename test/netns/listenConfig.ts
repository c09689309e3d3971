/** The instance of the walkthroughs without its trackers. */
export const WALKTHROUGH_LIKE = `vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass 12345
    }
    virtual_ipaddress {
        192.168.122.200/24
    }
}
`;
