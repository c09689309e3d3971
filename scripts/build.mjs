// Bundles the command into dist/: a starter (failoverd.js) and everything else as one script
// (main.js) with the bytecode that V8 makes of it (main.bytecode), because reading and compiling
// modules one by one is the largest part of a start. What only some commands need is in the
// bundle too, but is evaluated only when they import it. Beside them the client for other programs
// (client.mjs), with its types.
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const outdir = path.join(root, 'dist');
rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir);
const common = {
  outdir,
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
};
const asScript = {
  ...common,
  format: 'cjs',
  define: { 'import.meta.url': '__url', 'import.meta.dirname': '__dirname' },
  // A script that is compiled from bytecode has no import() of its own.
  supported: { 'dynamic-import': false },
};
const urlOfFile = "const __url = require('node:url').pathToFileURL(__filename).href;";
// Blanks and comments would only be read and kept; names stay, for the stack of an error.
const minified = { minifyWhitespace: true, minifySyntax: true };
await Promise.all([
  build({
    ...asScript,
    entryPoints: { failoverd: path.join(root, 'src/cli/failoverd.ts') },
  }),
  build({
    ...asScript,
    ...minified,
    entryPoints: { main: path.join(root, 'src/cli/main.ts') },
    // src/cli/compiled.ts calls this.
    banner: { js: `(function (require, __filename, __dirname) {${urlOfFile}` },
    footer: { js: '})' },
  }),
  build({
    ...common,
    format: 'esm',
    entryPoints: { client: path.join(root, 'src/observe/controlClient.ts') },
    outExtension: { '.js': '.mjs' },
  }),
]);
writeFileSync(path.join(outdir, 'package.json'), '{ "type": "commonjs" }\n');
chmodSync(path.join(outdir, 'failoverd.js'), 0o755);
makeBytecode();
declareTypes();

/** Declarations of the client and of all that it names: who uses it need not compile our sources. */
function declareTypes() {
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(
    process.execPath,
    [tsc, '-p', 'scripts/client.tsconfig.json'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (status === 0) return;
  console.error(`build: the client has no types: ${stdout.trim()}`);
  process.exitCode = 1;
}

/** In a process of its own, which really runs what it compiles; without it a start is slower. */
function makeBytecode() {
  const maker = path.join(root, 'scripts/make-bytecode.mjs');
  const { stderr } = spawnSync(process.execPath, [maker, outdir], { encoding: 'utf8' });
  if (existsSync(path.join(outdir, 'main.bytecode'))) return;
  console.error(`build: no bytecode was kept, so that a start takes longer: ${stderr.trim()}`);
}
