/**
 * From files to segments: comments, `@id` conditions, `$NAME`, `~SEQ`, includes.
 *
 * The order of the steps is keepalived's (keepalived.conf(5), "configuration parser"), because a
 * file may depend on it: comment, condition, definition or use, sequence, include, comment and
 * condition again on what was substituted. Everything is bounded, so that no file, however it
 * came about, keeps us busy for ever.
 */

import { dirname, resolve } from 'node:path';
import { errorText } from '../../base/errorText.ts';
import type { Findings } from '../findings.ts';
import { createSource, makeSpan } from '../source.ts';
import type { Source, Span } from '../source.ts';
import { joinTexts, sliceText, spanOf, syntheticText, textFrom } from '../text.ts';
import type { Text } from '../text.ts';
import { trimText } from '../text.ts';
import { stripComment } from './comments.ts';
import { Definitions, definitionPattern } from './definitions.ts';
import { largestConfiguration } from './files.ts';
import type { FileReader } from './files.ts';
import { allChecks, changeChecks, checksOf, noChecks, resolveInclude } from './include.ts';
import type { IncludeChecks } from './include.ts';
import { reportLookalike } from './lookalikes.ts';
import { cutAtBraces } from './segments.ts';
import type { Segment } from './segments.ts';
import { headerEnd, readSequence } from './sequence.ts';

export interface World {
  readonly reader: FileReader;
  readonly configId: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `-e`: every include has to match. */
  readonly allIncludeChecks: boolean;
}

/** Of keepalived: what its buffer of 1,024 bytes holds. */
const longestLine = 1_023;
const segmentLimit = 2_000_000;
const replayLimit = 64;
/** Beginnings that mean something to the preprocessor. */
const lineStart = /^(?:[~@]|\$[A-Za-z_][A-Za-z0-9_]*=|include[rmwba]?[ \t])/;
/** Without these a line has no condition, no definition, no use of one and no sequence. */
const special = /^[@~]|\$/;
const includeLimit = 64;

/** The condition that keepalived never meets and failoverd always does. */
const ownConditionId = 'failoverd';

interface OpenDefinition {
  readonly name: string;
  readonly span: Span;
  readonly lines: Text[];
}

interface FileFrame {
  readonly source: Source;
  readonly directory: string;
  checks: IncludeChecks;
  open: OpenDefinition | null;
}

interface FileChecks {
  /** Those that the includes in the file begin with. */
  readonly inherited?: IncludeChecks;
  /** Those of the line that includes the file. */
  readonly own?: IncludeChecks;
}

export class Preprocessor {
  readonly sources: Source[] = [];
  readonly definitions: Definitions;
  private readonly world: World;
  private readonly findings: Findings;
  private readonly active: string[] = [];
  private readonly next: (segment: Segment) => void;
  private segmentCount = 0;
  private characterCount = 0;
  private full = false;

  /** `next` is told of each segment as soon as it is cut. */
  constructor(world: World, findings: Findings, next: (segment: Segment) => void) {
    this.world = world;
    this.findings = findings;
    this.next = next;
    this.definitions = new Definitions(findings);
  }

  /** Reads what the user named: a file, or a pattern that has to match some. */
  readTop(pattern: string): void {
    const { reader } = this.world;
    if (reader.kind(pattern) !== 'missing' || !/[*?[{]/.test(pattern)) {
      this.readFile(pattern, null);
      return;
    }
    const world = { reader, findings: this.findings };
    for (const path of resolveInclude(pattern, './x', allChecks, world, null)) {
      this.readFile(path, null);
    }
  }

  /** Reads one file with all that it includes. False: it could not be read. */
  readFile(
    path: string,
    includedAt: Span | null,
    { inherited = this.initialChecks(), own = inherited }: FileChecks = {},
  ): boolean {
    const real = this.world.reader.real(resolve(path));
    if (this.active.includes(real) || this.active.length >= includeLimit) {
      const message = this.active.includes(real)
        ? `'${path}' is being read already: it includes itself`
        : `includes are nested deeper than ${includeLimit}`;
      this.findings.report('include-cycle', includedAt, message, {
        keepalived: 'keepalived continues until it runs out of file descriptors',
      });
      return false;
    }
    let text: string;
    try {
      text = this.world.reader.read(path);
    } catch (error) {
      const rule = includedAt === null || own.read ? 'file-not-read' : 'include-empty';
      this.findings.report(rule, includedAt, `cannot read '${path}': ${errorText(error)}`);
      return false;
    }
    this.characterCount += text.length;
    if (this.characterCount > largestConfiguration) {
      const message = `the files have more than ${largestConfiguration / 2 ** 20} MiB together`;
      this.tooLarge(includedAt, message);
      return false;
    }
    this.active.push(real);
    this.readSource(createSource(path, text, includedAt), inherited);
    this.active.pop();
    return true;
  }

  private initialChecks(): IncludeChecks {
    return this.world.allIncludeChecks ? allChecks : noChecks;
  }

  private readSource(source: Source, checks: IncludeChecks): void {
    this.sources.push(source);
    const directory = dirname(resolve(source.path));
    const frame: FileFrame = { source, directory, checks, open: null };
    const { lineStarts, text } = source;
    for (let index = 0; index < lineStarts.length; index += 1) {
      const start = index === 0 ? this.skipMark(source) : (lineStarts[index] ?? 0);
      const next = lineStarts[index + 1];
      const end = next === undefined ? text.length : next - 1;
      if (start < end) this.readLine(textFrom(source, start, trimEnding(text, start, end)), frame);
      else if (frame.open !== null) this.closeDefinition(frame);
      if (this.full) return;
    }
    if (frame.open !== null) this.closeDefinition(frame);
  }

  /** Where the text begins: some editors put a mark before it. */
  private skipMark(source: Source): number {
    if (!source.text.startsWith('\uFEFF')) return 0;
    const message = 'the file begins with a byte order mark, which is skipped';
    this.findings.report('byte-order-mark', makeSpan(source, 0, 1), message, {
      hint: 'save it as UTF-8 without a byte order mark',
      keepalived: 'keepalived takes it for a part of the first word, and does not know that word',
    });
    return 1;
  }

  private readLine(line: Text, frame: FileFrame): void {
    if (line.value.length > longestLine) this.reportLength(line);
    if (line.value.includes('\0')) {
      this.findings.report('nul-byte', spanOf(line), 'a line with a NUL byte is ignored');
      return;
    }
    const { text, comment, insideWord, continued } = stripComment(line);
    if (frame.open !== null) {
      if (continued && comment !== -1) this.reportComment(line, comment);
      this.continueDefinition(frame, text, continued);
      return;
    }
    if (insideWord) this.reportCommentInWord(line, comment);
    reportLookalike(text, this.findings);
    if (text.value !== '') this.process(text, frame, { own: false, depth: 0 });
  }

  private reportLength(line: Text): void {
    const message = `the line has ${line.value.length} characters; all of them are read`;
    this.findings.report('long-line', spanOf(line, 0, 1), message, {
      keepalived: `keepalived drops the first ${longestLine} and reads the rest as another line`,
    });
  }

  private reportCommentInWord(line: Text, comment: number): void {
    const words = /^\s*(\S+)/.exec(line.value)?.[1] ?? '';
    const end = comment + (/^\S*/.exec(line.value.slice(comment))?.[0].length ?? 1);
    const character = line.value[comment] ?? '#';
    // `@!id` is a condition that was meant to be negated.
    if (words === '@' || words.startsWith('@!')) {
      const hint = 'write @^ID for lines that are meant for every other config-id';
      const message = "'!' begins a comment, so that this line is empty";
      this.findings.report('comment-in-word', spanOf(line, comment, end), message, { hint });
      return;
    }
    const message = `'${character}' begins a comment even in the middle of a word`;
    this.findings.report('comment-in-word', spanOf(line, comment, end), message, {
      hint: `quote the word ("...") or write \\${character} to have the character itself`,
      keepalived: `keepalived reads what stands before the '${character}' and says nothing`,
    });
  }

  /** Whoever comments a line of a long definition out hardly means to end it there. */
  private reportComment(line: Text, comment: number): void {
    const message = 'the definition continues after this comment';
    this.findings.report('comment-ends-definition', spanOf(line, comment), message, {
      hint: 'remove the comment for keepalived to read on',
      keepalived: 'keepalived ends the definition here and reads what follows as ordinary lines',
    });
  }

  private continueDefinition(frame: FileFrame, text: Text, continued: boolean): void {
    const body = text.value.endsWith('\\')
      ? trimText(sliceText(text, 0, text.value.length - 1))
      : text;
    if (body.value !== '') frame.open?.lines.push(body);
    if (!continued) this.closeDefinition(frame);
  }

  private closeDefinition(frame: FileFrame): void {
    if (frame.open === null) return;
    const { name, span, lines } = frame.open;
    frame.open = null;
    const empty = syntheticText('', span);
    this.definitions.define({ name, span, lines: lines.length === 0 ? [empty] : lines });
  }

  private process(line: Text, frame: FileFrame, state: { own: boolean; depth: number }): void {
    if (!special.test(line.value)) {
      if (line.value !== '') this.emit(line, frame, state);
      return;
    }
    const condition = this.applyConditions(line, state.own);
    if (condition === null || condition.text.value === '') return;
    const { text, own } = condition;
    if (text.value.startsWith('$') && this.defineFrom(text, frame)) return;
    if (text.value.startsWith('~')) {
      this.repeat(text, frame, { own, depth: state.depth + 1 });
      return;
    }
    const { lines, changed } = this.definitions.expand(text, this.around(frame));
    if (!changed) {
      this.emit(lines[0] ?? text, frame, { own, depth: state.depth });
      return;
    }
    this.replay(lines, frame, { own, depth: state.depth + 1 });
  }

  /** Substituted text is cleared of comments and looked at again, line by line. */
  private replay(lines: readonly Text[], frame: FileFrame, state: { own: boolean; depth: number }) {
    if (state.depth > replayLimit) {
      const [first] = lines;
      const at = first === undefined ? null : spanOf(first);
      this.findings.report('self-definition', at, 'substitution does not come to an end here');
      return;
    }
    for (const line of lines) {
      if (this.full) return;
      const { text } = stripComment(line);
      // `$OFF=${_HASH}` is how lines are switched off: `$OFF priority 100`.
      if (text.value !== '' && !/^[#!]/.test(text.value)) this.process(text, frame, state);
    }
  }

  private around(frame: FileFrame) {
    const { configId, environment } = this.world;
    return { directory: frame.directory, configId, environment };
  }

  /** Strips `@ID` prefixes; null when one of them is not met. */
  private applyConditions(line: Text, inherited: boolean): { text: Text; own: boolean } | null {
    let text = line;
    let own = inherited;
    while (text.value.startsWith('@')) {
      const match = /^@(\^?)([^ \t]+)([ \t]+)/.exec(text.value);
      if (match === null) return null;
      const id = match[2] ?? '';
      const isOwn = id === ownConditionId;
      const same = isOwn || id === this.world.configId;
      if (same === (match[1] === '^')) return null;
      own ||= isOwn;
      text = sliceText(text, match[0].length);
    }
    return { text, own };
  }

  private defineFrom(text: Text, frame: FileFrame): boolean {
    const match = definitionPattern.exec(text.value);
    if (match === null) return false;
    const name = match[1] ?? '';
    const span = spanOf(text, 0, name.length + 1);
    const value = trimText(sliceText(text, name.length + 2));
    if (!value.value.endsWith('\\')) {
      this.definitions.define({ name, span, lines: [value] });
      return true;
    }
    const first = trimText(sliceText(value, 0, value.value.length - 1));
    frame.open = { name, span, lines: first.value === '' ? [] : [first] };
    return true;
  }

  private repeat(text: Text, frame: FileFrame, state: { own: boolean; depth: number }): void {
    const end = headerEnd(text);
    if (end === -1) {
      this.emit(text, frame, state);
      return;
    }
    const written = sliceText(text, 0, end);
    const header = joinTexts(this.definitions.expand(written, this.around(frame)).lines);
    const sequence = readSequence(text, header, this.findings);
    if (sequence === null) return;
    const span = spanOf(written);
    for (const row of sequence.rows) {
      if (this.full) return;
      for (const [index, name] of sequence.names.entries()) {
        this.definitions.set(name, syntheticText(row[index] ?? '', span), span);
      }
      this.replay([sequence.rest], frame, state);
    }
  }

  private emit(text: Text, frame: FileFrame, state: { own: boolean; depth: number }): void {
    if (text.value.startsWith('include') && this.isInclude(text, frame)) return;
    let first = true;
    for (const segment of cutAtBraces(text, state.own, this.findings)) {
      // What stands behind a brace is a line of its own, with all that a line may begin with.
      const again = !first && segment.kind === 'line' && lineStart.test(segment.text.value);
      first = false;
      if (again && state.depth < replayLimit) {
        this.process(segment.text, frame, { own: state.own, depth: state.depth + 1 });
        continue;
      }
      if (segment.kind === 'line') this.definitions.reportUnknown(segment.text);
      this.segmentCount += 1;
      this.next(segment);
    }
    this.checkLimit(text);
  }

  /** Reads what the line includes. False: it includes nothing, though it may say how to. */
  private isInclude(text: Text, frame: FileFrame): boolean {
    const include = /^include([rmwba]?)[ \t]+(\S.*)$/.exec(text.value);
    if (include !== null) {
      this.definitions.reportUnknown(text);
      const pattern = (include[2] ?? '').trim().replace(/^"(.*)"$/, '$1');
      this.include(include[1] ?? '', pattern, text, frame);
      return true;
    }
    if (/^include_check(?=[ \t]|$)/.test(text.value)) {
      frame.checks = changeChecks(text.value.split(/[ \t]+/).slice(1), frame.checks);
    }
    return false;
  }

  private checkLimit(text: Text): void {
    if (this.full || this.segmentCount <= segmentLimit) return;
    this.tooLarge(spanOf(text), `there are more than ${segmentLimit} lines`);
  }

  private tooLarge(at: Span | null, what: string): void {
    this.full = true;
    this.findings.report('too-large', at, `${what}: the rest is not read`);
  }

  private include(letter: string, pattern: string, text: Text, frame: FileFrame): void {
    const at = spanOf(text);
    const checks = checksOf(letter, frame.checks);
    const world = { reader: this.world.reader, findings: this.findings };
    for (const path of resolveInclude(pattern, frame.source.path, checks, world, at)) {
      if (!this.full) this.readFile(path, at, { inherited: frame.checks, own: checks });
    }
  }
}

function trimEnding(text: string, start: number, end: number): number {
  let last = end;
  while (last > start && (text[last - 1] === '\r' || text[last - 1] === '\n')) last -= 1;
  return last;
}
