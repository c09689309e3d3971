// Usage: node scripts/make-bytecode.mjs DIST
// Keeps what V8 compiles of DIST/main.js while a daemon begins to start: it reads a configuration,
// loads the addon and ends when it is to enter a namespace that does not exist, or for want of the
// right to. Functions that were not called are not kept; they are compiled at their first call.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Script } from 'node:vm';

const CONFIGURATION = `global_defs {
    router_id bytecode
    script_user root
    enable_script_security
}
vrrp_track_process track_httpd {
    process httpd
    weight 10
}
vrrp_track_file track_value {
    file /nonexistent/value
}
vrrp_script check_httpd {
    script "/bin/true"
    interval 2
    weight 5
    rise 2
    fall 2
}
vrrp_sync_group G1 {
    group {
        VI_1
        VI_2
    }
}
vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 244
    advert_int 1
    nopreempt
    authentication {
        auth_type PASS
        auth_pass 12345
    }
    virtual_ipaddress {
        192.0.2.200/24 dev eth0
    }
    track_process {
        track_httpd
    }
    track_interface {
        eth1 weight -20
    }
}
vrrp_instance VI_2 {
    version 3
    state BACKUP
    interface eth0
    virtual_router_id 52
    priority 100
    advert_int 0.5
    unicast_src_ip 192.0.2.1
    unicast_peer {
        192.0.2.2
    }
    virtual_ipaddress {
        2001:db8::200/64
    }
    track_script {
        check_httpd
    }
    track_file {
        track_value weight 1
    }
    notify "/bin/true"
}
`;

const dist = path.resolve(process.argv[2]);
const directory = mkdtempSync(path.join(tmpdir(), 'failoverd-build-'));
const config = path.join(directory, 'failoverd.conf');
writeFileSync(config, CONFIGURATION);

const main = path.join(dist, 'main.js');
const script = new Script(readFileSync(main, 'latin1'), { filename: main });
process.on('exit', () => {
  rmSync(directory, { recursive: true });
  writeFileSync(path.join(dist, 'main.bytecode'), script.createCachedData());
});
const words = ['-n', '-s', 'failoverd-no-such-namespace', '-f', config];
process.argv = [process.execPath, path.join(dist, 'failoverd.js'), ...words];
script.runInThisContext()(createRequire(main), main, dist);
