/** What status shows of the trackers. Pure. */
import { describeOutcome, explainOutcome } from '../../base/script.ts';
import type { ScriptOutcome } from '../../base/script.ts';
import type { TrackProcess } from '../../config/index.ts';
import type { TrackerReportLine, TrackerRuns } from '../../observe/statusReport.ts';
import type { FileTrackerView } from '../../trackers/file.ts';
import type { ProbeTrackerView } from '../../trackers/probe.ts';
import type { ProcessTrackerView } from '../../trackers/process.ts';
import type { TrackerReport } from '../../trackers/report.ts';
import type { ScriptTrackerView } from '../../trackers/script.ts';
import type { Trackers } from '../trackers/trackers.ts';

export function trackerLines(
  { scripts, files, processes, probes, verdicts }: ReturnType<Trackers['views']>,
  patterns: readonly TrackProcess[],
): readonly TrackerReportLine[] {
  const ofScripts = verdicts
    .filter(({ kind }) => kind === 'script')
    .map((verdict) => scriptLine(verdict, scripts));
  return [
    ...ofScripts,
    ...files.map(fileLine),
    ...processes.map((view) => processLine(view, patterns)),
    ...probes.map(probeLine),
  ];
}

/** A script that cannot be run at all has a verdict and no view. */
function scriptLine(
  { kind, tracker: name, status, reason }: TrackerReport,
  views: readonly ScriptTrackerView[],
): TrackerReportLine {
  const view = views.find((one) => one.name === name);
  const last = view?.last;
  const detail = last === undefined ? reason : lastWords(last.outcome);
  const runs = view === undefined ? {} : { runs: scriptRuns(view) };
  return { kind, name, status, detail, ...runs };
}

function scriptRuns({ counters, running, last, nextRunInMs }: ScriptTrackerView): TrackerRuns {
  return {
    count: counters.runs,
    failed: counters.runs - counters.passed - (running === undefined ? 0 : 1),
    skipped: counters.skipped + counters.missed,
    ...(running !== undefined && { runningForMs: running.sinceMs, overdue: running.overdue }),
    ...(nextRunInMs !== undefined && { nextInMs: nextRunInMs }),
    ...(last !== undefined && {
      last: {
        outcome: explainOutcome(last.outcome),
        durationMs: last.outcome.durationMs,
        endedAt: last.endedAt,
        ...('output' in last.outcome && { output: last.outcome.output }),
      },
    }),
  };
}

const mostOutput = 200;

function lastWords(outcome: ScriptOutcome): string {
  const output = 'output' in outcome ? outcome.output.trim().slice(0, mostOutput) : '';
  return output === '' ? describeOutcome(outcome) : `${describeOutcome(outcome)}: ${output}`;
}

function probeLine(view: ProbeTrackerView): TrackerReportLine {
  const { kind, name, host, verdict: status, asked, failed, skipped, last, nextInMs } = view;
  const outcome = last === undefined ? `${host} is asked` : `${host} ${last.answer.reason}`;
  const runs: TrackerRuns = {
    count: asked,
    failed,
    skipped,
    ...(nextInMs !== undefined && { nextInMs }),
    ...(last !== undefined && {
      last: { outcome, durationMs: last.durationMs, endedAt: last.endedAt },
    }),
  };
  return { kind, name, status, detail: outcome, runs };
}

function fileLine(view: FileTrackerView): TrackerReportLine {
  const { kind, name, value, path, problem, modeReason } = view;
  const polled = modeReason === undefined ? '' : `; read four times a second: ${modeReason}`;
  return { kind, name, status: String(value), detail: `${problem ?? path}${polled}` };
}

const anyOne = { quorum: 1, quorumMax: null };

function processLine(
  { kind, name, pids, mode }: ProcessTrackerView,
  patterns: readonly TrackProcess[],
): TrackerReportLine {
  const { quorum, quorumMax } = patterns.find((one) => one.name === name) ?? anyOne;
  const most = quorumMax === null ? '' : ` to ${quorumMax}`;
  const polled = mode.kind === 'poll' ? `; looked for four times a second: ${mode.reason}` : '';
  const detail = `${pids.length} running, ${quorum}${most} wanted${polled}`;
  const enough = pids.length >= quorum && pids.length <= (quorumMax ?? Infinity);
  return { kind, name, status: enough ? 'ok' : 'failed', detail };
}
