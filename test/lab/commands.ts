import { spawn } from 'node:child_process';

/** What a finished command left. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, whatever its exit code (127 when it cannot be started). */
export function attempt(argv: readonly string[], input = ''): Promise<CommandResult> {
  const [file = '', ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error) => resolve({ code: 127, stdout, stderr: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 128, stdout, stderr }));
    // A command that ends without reading its input breaks the pipe; its exit code tells more.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

/** Runs a command and returns its standard output. Throws with its error text when it fails. */
export async function run(argv: readonly string[], input = ''): Promise<string> {
  const result = await attempt(argv, input);
  if (result.code !== 0) {
    const said = result.stderr.trim() || result.stdout.trim() || 'no message';
    throw new Error(`${argv.join(' ')} ended with ${result.code}: ${said}`);
  }
  return result.stdout;
}
