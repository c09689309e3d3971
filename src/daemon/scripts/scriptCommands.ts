/**
 * Commands of the file as commands that can be run: with numbers in place of the account's name.
 *
 * A command whose account does not exist cannot be run, and is never run as somebody else instead:
 * as a check it is a failure, as a notification an error in the log.
 */
import { resolveAccount } from '../../base/accounts.ts';
import type { Account } from '../../base/accounts.ts';
import { defaultScriptPolicy } from '../../base/script.ts';
import type { ScriptCommand, ScriptPolicy } from '../../base/script.ts';
import { allCommands } from '../../config/index.ts';
import type { Command, Model, ScriptUser } from '../../config/index.ts';

export type ResolvedCommand =
  | { readonly kind: 'runnable'; readonly command: ScriptCommand }
  | { readonly kind: 'unrunnable'; readonly reason: string };

export interface ScriptCommands {
  resolve(command: Command): ResolvedCommand;
}

/** The account that keepalived.conf(5) gives scripts when the file names none, where it exists. */
const defaultAccount: ScriptUser = {
  user: 'keepalived_script',
  group: null,
  supplementaryGroups: false,
};

/** Looks up every account that the model's commands and FIFOs name, once each. */
export async function resolveCommands(model: Model): Promise<ScriptCommands> {
  const all = model.globals.scripts.supplementaryGroups;
  const withGroups = (user: ScriptUser): ScriptUser => ({
    ...user,
    supplementaryGroups: user.supplementaryGroups || all,
  });
  const users = usersOf(model);
  // Looking it up starts a program, which a router without scripts need not wait for.
  const needsUsual = users.includes(null);
  const usual = needsUsual ? await usualAccount(model, withGroups) : undefined;
  const named = new Map<string, Account>();
  for (const user of users) {
    if (user === null || named.has(JSON.stringify(user))) continue;
    named.set(JSON.stringify(user), await resolveAccount(withGroups(user)));
  }
  return {
    resolve({ argv, user }) {
      // Never as whoever we are for want of a look-up.
      if (user === null && !needsUsual) throw new Error(`a script of no model: ${argv.join(' ')}`);
      const account = user === null ? usual : named.get(JSON.stringify(user));
      if (account === undefined) return { kind: 'runnable', command: { argv } };
      if (account.kind === 'unknown') return { kind: 'unrunnable', reason: account.reason };
      return { kind: 'runnable', command: { argv, user: account.user } };
    },
  };
}

/** What holds for every script; `umask` is the command line's, which wins over the file's. */
export function scriptPolicy({ globals }: Model, umask: number | undefined): ScriptPolicy {
  return {
    ...defaultScriptPolicy,
    enforceSecurity: globals.scripts.enforceSecurity,
    umask: umask ?? globals.daemon.umask,
  };
}

/** For commands without a user of their own; undefined: whoever we are. */
async function usualAccount(
  model: Model,
  withGroups: (user: ScriptUser) => ScriptUser,
): Promise<Account | undefined> {
  const { user } = model.globals.scripts;
  if (user !== null) return resolveAccount(withGroups(user));
  if (process.getuid?.() !== 0) return undefined;
  const account = await resolveAccount(withGroups(defaultAccount));
  return account.kind === 'found' ? account : undefined;
}

function usersOf(model: Model): (ScriptUser | null)[] {
  const { common, vrrp } = model.globals.fifos;
  const owners = [common, vrrp].flatMap((fifo) => (fifo === null ? [] : [fifo.user]));
  const checks = model.scripts.map((script) => script.command);
  return [...owners, ...[...allCommands(model), ...checks].map(({ user }) => user)];
}
