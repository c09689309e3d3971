import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { version3 } from './configs.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER1, SERVER2, startBoth, VIP, vipIsOn, vipMovesTo, walkthrough } from './stage.ts';

/** An instance of VRRPv2 with this authentication; its Master_Down_Interval is the same. */
function authenticated(authentication: string): string {
  return version3('1', [`${VIP}/24`]).replace('version 3', `version 2\n    ${authentication}`);
}

const KILLED_BY_US = ['failoverd+failoverd', 'failoverd+keepalived'];

const AUTHENTICATIONS = {
  AH: 'authentication { auth_type AH\n auth_pass s3cret\n }',
  auth_hmac: `auth_hmac { key 7 hex:${'5a'.repeat(32)}\n active_key 7\n }`,
};

/** RFC 9568 §6.1 for priority 100 and an interval of one second: 3 x 1 + (256 - 100) / 256. */
const MASTER_DOWN_INTERVAL_US = 3_000_000 + Math.round((1_000_000 * 156) / 256);

walkthrough(
  'a master that is killed says goodbye all the same',
  { notWith: { server1: 'keepalived' } },
  async (stage) => {
    await startBoth(stage, version3('1', [`${VIP}/24`]), 100);
    await vipMovesTo(stage, 'server1', { priority: 200 });

    const killed = Capture.now();
    await stage.server1.kill();
    const goodbye = await stage.capture.waitForAdvert({
      from: SERVER1,
      priority: 0,
      since: killed,
    });
    const takeover = await stage.capture.waitForAdvert({
      from: SERVER2,
      priority: 100,
      since: killed,
    });
    // It was the goodbye and not the silence that made it MASTER.
    expect(takeover.at - goodbye.at).toBeLessThan(MASTER_DOWN_INTERVAL_US);
    await vipIsOn(stage, 'server2');
    await stage.server2.stop();
  },
);

for (const [name, authentication] of Object.entries(AUTHENTICATIONS)) {
  walkthrough(
    `with ${name} its last word is signed, and no recording`,
    // Debian's keepalived is older than auth_hmac.
    { pairs: name === 'AH' ? KILLED_BY_US : ALONE_WITH_OURSELVES },
    async (stage) => {
      await startBoth(stage, authenticated(authentication), 100);
      await vipMovesTo(stage, 'server1', { priority: 200 });

      const killed = Capture.now();
      await stage.server1.kill();
      const takeover = await stage.capture.waitForAdvert({
        from: SERVER2,
        priority: 100,
        since: killed,
      });
      // By silence it would be no sooner than this after the last of its regular adverts.
      const last = stage.capture.adverts({ from: SERVER1, priority: 200 }).at(-1);
      expect(takeover.at - (last?.at ?? 0)).toBeLessThan(MASTER_DOWN_INTERVAL_US);
      await vipIsOn(stage, 'server2');
      await stage.server2.stop();
    },
  );
}
