/** VRRPv2 authentication and HMAC trailers. */

import type { Family, Micros } from '../../base/units.ts';
import { spanFor, valueOf } from '../keywords/types.ts';
import type { Authentication, HmacKey, HmacSettings } from '../model.ts';
import type { Lowering } from './context.ts';
import { hmacSecret, othersMayRead } from './hmacSecret.ts';
import type { InstanceSettings } from './settings.ts';

export interface AuthenticationCase {
  readonly version: 2 | 3;
  readonly family: Family;
  readonly strict: boolean;
}

/** The first eight bytes, without half a character at the end. */
function cutPassword(password: string): string {
  const bytes = Buffer.from(password, 'utf8');
  if (bytes.length <= 8) return password;
  const decoder = new TextDecoder('utf-8');
  return decoder.decode(bytes.subarray(0, 8), { stream: true });
}

export function lowerAuthentication(
  settings: InstanceSettings,
  { version, family, strict }: AuthenticationCase,
  context: Lowering,
): Authentication | null {
  const block = valueOf(settings.authentication);
  if (block === undefined) return null;
  const { findings } = context;
  const inner = block.settings;
  const type = valueOf(inner.auth_type);
  const password = valueOf(inner.auth_pass);
  const ignore = (message: string, hint: string | null = null): null => {
    findings.report('authentication-ignored', block.span, `${message}; it is ignored`, { hint });
    return null;
  };
  if (settings.auth_hmac !== undefined) return ignore('auth_hmac takes its place');
  if (strict) return ignore('strict mode has no authentication', 'VRRPv3 and RFC 9568 have none');
  if (version === 3) return ignore('VRRPv3 has no authentication', "remove it, or use 'version 2'");
  if (type === undefined || password === undefined || password === '') {
    const lacking = type === undefined ? 'auth_type' : 'auth_pass';
    const message = `authentication without ${lacking} is no authentication; it is ignored`;
    findings.report('password-missing', block.span, message);
    return null;
  }
  if (type === 'AH' && family === 6) return ignore('there is no AH for IPv6');
  if (type === 'PASS' && family === 6) {
    const message = 'over IPv6 only the type of authentication travels, not the password';
    findings.report('password-missing', block.span, message, { hint: 'use auth_hmac' });
  }
  const used = cutPassword(password);
  if (used !== password) {
    const message = 'auth_pass is longer than eight bytes; the first eight are used';
    findings.report('password-too-long', spanFor(inner.auth_pass), message, {
      hint: 'other routers cut it in the same way, so they go on understanding each other',
    });
  }
  return { type, password: used };
}

function usableKeys(
  block: NonNullable<ReturnType<typeof hmacBlock>>,
  context: Lowering,
): HmacKey[] {
  const keys = new Map<number, HmacKey>();
  for (const { value: written, span } of block.settings.key ?? []) {
    const { id, value } = written;
    const key = { id, value, configFile: span.source.path };
    const secret = keys.has(id) ? `there is a key ${id} already` : hmacSecret(key);
    if (typeof secret === 'string') {
      context.findings.report('hmac-key', span, `${secret}; the key is left out`);
      continue;
    }
    if (othersMayRead(key)) {
      const message = `the file of key ${id} can be read by others than its owner`;
      context.findings.report('hmac-key-file', span, message, { hint: 'chmod 600' });
    }
    keys.set(id, { id, value, secret: secret.toString('hex') });
  }
  return [...keys.values()];
}

function hmacBlock(settings: InstanceSettings) {
  return valueOf(settings.auth_hmac);
}

export function lowerHmac(
  settings: InstanceSettings,
  advertInt: Micros,
  strict: boolean,
  context: Lowering,
): HmacSettings | null {
  const block = hmacBlock(settings);
  if (block === undefined) return null;
  const inner = block.settings;
  const keys = usableKeys(block, context);
  const activeKey = valueOf(inner.active_key) ?? 0;
  if (!keys.some((key) => key.id === activeKey)) {
    const what = activeKey === 0 ? 'has no active_key' : `has no key ${activeKey} to sign with`;
    context.findings.report('hmac-incomplete', block.span, `auth_hmac ${what}`, {
      hint: "add 'key ID VALUE' and 'active_key ID'",
      keepalived: 'keepalived drops the block and continues without any authentication',
    });
    return null;
  }
  const whole = Math.floor(advertInt / 1_000_000);
  const mode = valueOf(inner.mode) ?? 'enforce';
  if (strict && mode !== 'enforce') {
    const message = 'strict mode knows enforce only; it is used';
    context.findings.report('strict-forbids', spanFor(inner.mode), message);
  }
  return {
    keys,
    activeKey,
    timeWindow: valueOf(inner.time_window) ?? Math.min(300, Math.max(3 * whole, 5)) * 1_000_000,
    antiReplay: valueOf(inner.anti_replay) ?? 'time',
    mode: strict ? 'enforce' : mode,
  };
}
