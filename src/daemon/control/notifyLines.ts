/** What status shows of those who are told: notify scripts, FIFOs and mail. Pure. */
import { explainOutcome, isSuccess } from '../../base/script.ts';
import type { NotifyReportLine } from '../../observe/statusReport.ts';
import type { NotifierView } from '../../notify/notifier.ts';
import type { Notifications } from '../notify/notifications.ts';

export function notifyLines({
  scripts,
  fifos,
  mail,
}: ReturnType<Notifications['views']>): readonly NotifyReportLine[] {
  const { waiting, sent, dropped, problem } = mail;
  const mails: readonly NotifyReportLine[] =
    waiting + sent + dropped === 0 && problem === undefined
      ? []
      : [{ kind: 'mail', name: '', waiting, delivered: sent, lost: dropped, ...about(problem) }];
  return [
    ...scripts.filter(isNews).map(scriptsLine),
    ...fifos.map((fifo): NotifyReportLine => {
      const { path: name, written: delivered, lost } = fifo;
      return { kind: 'fifo', name, waiting: fifo.waiting, delivered, lost, ...about(fifo.problem) };
    }),
    ...mails,
  ];
}

/** Of thousands whose scripts are through and well, status says nothing. */
function isNews({ running, waiting, last, skipped }: NotifierView): boolean {
  const failed = last !== undefined && !isSuccess(last.outcome);
  return running !== undefined || waiting.length > 0 || skipped > 0 || failed;
}

function scriptsLine({ name, running, waiting, last, ...counts }: NotifierView): NotifyReportLine {
  const failed = last !== undefined && !isSuccess(last.outcome);
  return {
    kind: 'script',
    name,
    waiting: waiting.length,
    delivered: counts.delivered,
    lost: counts.skipped,
    ...(running !== undefined && {
      running: { keyword: running.keyword, event: running.what, forMs: running.sinceMs },
    }),
    ...(failed && about(`${last.keyword} for ${last.event.what} ${explainOutcome(last.outcome)}`)),
  };
}

function about(problem: string | undefined): { readonly problem?: string } {
  return problem === undefined ? {} : { problem };
}
