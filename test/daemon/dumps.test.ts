/* keepalived's files: their names, the JSON of tracked processes, and counting anew. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/index.ts';
import { dumpPath, dumpText } from '../../src/daemon/dumps/keepalivedDumps.ts';
import { StatsBaseline } from '../../src/daemon/dumps/statsBaseline.ts';
import { keepalivedStats } from '../../src/observe/keepalivedStats.ts';
import type { InstanceReport, StatusReport } from '../../src/observe/statusReport.ts';
import { memoryReader } from '../config/support/memory.ts';

const model = (text: string) =>
  loadConfig('f', { configId: 'host', environment: {}, reader: memoryReader({ f: text }) }).model;

const counters = new Proxy({} as InstanceReport['counters'], { get: () => 7 });

function reportOf(name: string, advertsSent: number): StatusReport {
  const one = { name, counters: { advertsSent, advertsReceived: 1 } } as InstanceReport;
  return { instances: [one] } as unknown as StatusReport;
}

describe('names', () => {
  const named = 'net_namespace blue\ninstance one\n';

  it("are keepalived's", () => {
    expect(dumpPath('data', model(named))).toMatch(/\/keepalived\.data$/);
    const chosen = model('global_defs {\n  state_dump_file /var/x.txt\n}\n');
    expect(dumpPath('data', chosen)).toBe('/var/x.txt');
    expect(dumpPath('stats', chosen)).toMatch(/\/keepalived\.stats$/);
  });

  it('carry namespace and instance where data_use_instance asks for it, in the data file alone', () => {
    const uses = model(`${named}global_defs {\n  data_use_instance\n}\n`);
    expect(dumpPath('data', uses)).toMatch(/\/keepalived\.blue_one\.data$/);
    expect(dumpPath('json', uses)).toMatch(/\/keepalived\.json$/);
  });
});

it('version 2 of the JSON lists tracked processes', () => {
  const text = `global_defs {
  json_version 2
}
vrrp_track_process web {
  process httpd -k
  param_match initial
  quorum 2
  quorum_max 4
  weight 10 reverse
  fork_delay 0.5
}
`;
  const report = { instances: [] } as unknown as StatusReport;
  const parts = { model: model(text), report, processes: new Map([['web', 5]]) };
  expect(JSON.parse(dumpText('json', parts))).toEqual({
    vrrp: [],
    track_process: [
      {
        process: 'web',
        parameters: '-k',
        param_match: 'initial',
        min_processes: 2,
        max_processes: 4,
        current_processes: 5,
        have_quorum: false,
        weight: -10,
        terminate_delay: 0,
        fork_delay: 0.5,
        fork_delay_timer_running: false,
        terminate_delay_timer_running: false,
        full_command: true,
      },
    ],
  });
});

it('what auth_hmac refuses is told of the instances that use it', () => {
  const one = { name: 'VI_1', counters } as unknown as InstanceReport;
  expect(keepalivedStats([one], new Set())).not.toContain('Extension');
  expect(keepalivedStats([one], new Set(['VI_1']))).toContain(
    '  Authentication Extension Errors:\n    Missing: 7\n    Malformed: 7\n    Unknown Key: 7\n    Invalid HMAC: 7\n    Stale: 7\n    Replay: 7\n  Priority Zero:\n',
  );
});

it('counting anew starts at zero, and again for an instance that came back', () => {
  const baseline = new StatsBaseline();
  const sent = (report: StatusReport) =>
    baseline.sinceCleared(report).instances.map((one) => one.counters.advertsSent);
  expect(sent(reportOf('VI_1', 10))).toEqual([10]);
  baseline.clear(reportOf('VI_1', 10));
  expect(sent(reportOf('VI_1', 13))).toEqual([3]);
  expect(sent(reportOf('VI_1', 4))).toEqual([4]);
  expect(sent(reportOf('VI_2', 5))).toEqual([5]);
});
