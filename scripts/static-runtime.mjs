// Prints the flags with which a small program brings the C++ runtime along instead of loading it:
// all of its memory is locked, and the shared libraries are some four megabytes. Nothing where the
// compiler has no static ones to link.
import { spawnSync } from 'node:child_process';

const flags = ['-static-libstdc++', '-static-libgcc', '-Wl,--gc-sections'];
const compiler = (process.env.CXX ?? 'c++').split(' ').filter((word) => word !== '');
const [program, ...words] = [...compiler, '-x', 'c++', '-', ...flags, '-o', '/dev/null'];
const { status } = spawnSync(program, words, {
  input:
    '#include <string>\nint main(int argc, char **) { return std::string(argc, 0).size() == 0; }\n',
});
if (status === 0) console.log(flags.join(' '));
