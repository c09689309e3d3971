/** `smtp_*` and `notification_email` in the words of src/notify. */
import { hostname, userInfo } from 'node:os';
import { toMilliseconds } from '../../base/units.ts';
import { findNamed } from '../../config/findNamed.ts';
import type { Model } from '../../config/index.ts';
import type { NotifyEvent } from '../../notify/event.ts';
import type { MailSettings } from '../../notify/mailQueue.ts';
import { relay } from '../../notify/mailRelay.ts';

/** Where a relay is expected when the file names none, as keepalived expects it. */
const localRelay = { host: '127.0.0.1', port: 25 };
/** RFC 8314 §3.3: submission over TLS. */
const implicitTlsPort = 465;

/** undefined: nobody is to get mail. */
export function mailSettings({ globals }: Model): MailSettings | undefined {
  const { mail, routerId } = globals;
  if (mail.to.length === 0) return undefined;
  const server = mail.server ?? localRelay;
  const port = mail.tls === 'implicit' && server.port === 25 ? implicitTlsPort : server.port;
  return {
    routerId: routerId ?? hostname(),
    noFaults: mail.noFaults,
    send: relay({
      host: server.host,
      port,
      from: mail.from ?? `${userInfo().username}@${hostname()}`,
      to: mail.to,
      heloName: mail.heloName ?? undefined,
      timeoutMs: toMilliseconds(mail.connectTimeout),
      tls: mail.tls,
      tlsCa: mail.tlsCa ?? undefined,
      auth: mail.auth ?? undefined,
    }),
  };
}

/** `smtp_alert` of the instance or group that the event is about. */
export function isMailed(event: NotifyEvent, model: Model): boolean {
  const { kind, name } = event;
  const owner =
    kind === 'INSTANCE' ? findNamed(model.instances, name) : findNamed(model.syncGroups, name);
  return owner?.smtpAlert === true;
}
