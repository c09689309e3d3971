/** The first major version of Node.js that failoverd runs on (package.json, engines). */
const leastNode = 20;

/** One sentence when this version of Node.js is too old. */
export function nodeProblem(version: string): string | undefined {
  if (Number(version.split('.')[0]) >= leastNode) return undefined;
  return `Node.js ${version} is too old: failoverd needs Node.js ${leastNode} or newer (https://nodejs.org/en/download)`;
}
