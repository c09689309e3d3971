/** never_nobody and notify_gate: read, written again, and warned of where they are of no use. */
import { describe, expect, it } from 'vitest';
import { compareRouters, loadConfig, printConfig } from '../../src/config/index.ts';
import { memoryReader } from './support/memory.ts';

const read = (text: string) =>
  loadConfig('f', { configId: 'host', environment: {}, reader: memoryReader({ f: text }) });

const config = (priority: number, more: string, group = ''): string => `global_defs {
  script_user nobody
  enable_script_security
}
vrrp_script chk {
  script /bin/true
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  virtual_ipaddress {
    192.0.2.9
  }
  track_script {
    chk
  }
  ${more}
}
${group}`;

const rules = (text: string) => read(text).diagnostics.map((finding) => finding.rule);
const NEVER = '@failoverd never_nobody';

describe('never_nobody', () => {
  it('is read and written again', () => {
    const { model, diagnostics } = read(
      config(100, `${NEVER}\n@failoverd notify_gate /bin/ready\n`),
    );
    expect(diagnostics).toEqual([]);
    expect(model.instances[0]).toMatchObject({
      neverNobody: true,
      gate: { command: { argv: ['/bin/ready'] }, limit: 1_000_000 },
    });
    expect(read(printConfig(model)).model).toEqual(model);
  });

  it('is refused for an owner and for a member of a sync group', () => {
    expect(rules(config(255, NEVER))).toContain('bad-value');
    const group = 'vrrp_sync_group G {\n  group {\n    VI_1\n  }\n}\n';
    const { model, diagnostics } = read(config(100, NEVER, group));
    expect(diagnostics).toContainEqual(
      expect.objectContaining({
        rule: 'bad-value',
        message: "'never_nobody' has no meaning for a member of a sync group; it is ignored",
      }),
    );
    expect(model.instances[0]?.neverNobody).toBe(false);
  });

  it('is defeated by nopreempt, in the same file and in that of a peer', () => {
    expect(rules(config(100, `${NEVER}\nnopreempt`))).toContain('nopreempt-weight');
    const pair = [config(200, NEVER), config(100, 'nopreempt')].map((text) => read(text));
    const found = compareRouters(pair).map((finding) => finding.rule);
    expect(found).toContain('peer-nopreempt');
  });

  it('is one way out where a check can fail on all routers', () => {
    const pair = (more: string) =>
      compareRouters([config(200, more), config(100, more)].map((text) => read(text)));
    expect(pair('').map(({ rule }) => rule)).toContain('fault-without-weight');
    expect(pair(NEVER).map(({ rule }) => rule)).not.toContain('fault-without-weight');
  });
});
