import { NORMALISERS } from '@sonde/contract'
import { Argument, Command, Option } from 'commander'
import { VERSION } from './client.ts'
import { cancel, list, remove } from './commands/captures.ts'
import { deploy } from './commands/deploy.ts'
import { diff } from './commands/diff.ts'
import { get, PROFILE_FORMATS, RESULTS } from './commands/get.ts'
import { hosts } from './commands/hosts.ts'
import { importFile } from './commands/import.ts'
import { login, logout, whoami } from './commands/login.ts'
import { recipes } from './commands/recipes.ts'
import { run } from './commands/run.ts'
import { share, shares, unshare } from './commands/share.ts'
import { completionScript, SHELLS } from './completion.ts'
import { contextFor } from './context.ts'
import type { Io } from './io.ts'

const EXITS = `
Exit codes: 0 done, 1 failure, 2 wrong usage, 3 a threshold was crossed, 4 not signed in, 5 the server cannot be reached.
Environment: SONDE_URL and SONDE_TOKEN instead of a sign-in; NO_COLOR.`

/** The command line: what there is to type, and nothing of what it does. */
export function createProgram(io: Io): Command {
  const program = new Command('sonde')
  program
    .description('Flame graphs and syscall breakdowns of live hosts, from a shell')
    .version(VERSION)
    .addHelpText('after', EXITS)
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .exitOverride()
    .showHelpAfterError('(sonde --help says more)')
  const command = (usage: string, description: string): Command =>
    program
      .command(usage)
      .description(description)
      .option('--json', 'the whole answer as JSON')
      .option('--url <url>', 'another server than the one signed in to')
  const many = (value: string, before: string[] = []): string[] => [...before, value]

  command('login [server]', 'Sign in: shows a code to confirm in a browser')
    .option('--token <token>', 'use this token; - reads it from stdin')
    .option('--scope <scope>', 'ask for this scope only; may be repeated', many)
    .action((server, options) => login(io, server, options))
  command('logout', 'Give the token back and forget it').action((options) => logout(io, options))
  command('whoami', 'Who one is here, and what the token may do').action((options) => {
    const { client, json } = contextFor(io, options)
    return whoami(io, client, json)
  })
  command('hosts [selectors...]', 'List hosts: service=checkout env=prod, or any word').action((selectors, options) =>
    hosts(contextFor(io, options), selectors),
  )
  command('recipes', 'List what can be captured').action((options) => recipes(contextFor(io, options)))

  command('run <recipe> [selectors...]', 'Start a capture on the hosts that match')
    .option('--for <duration>', 'how long, as in 30s')
    .option('--host <id>', 'this host; may be repeated', many)
    .option('--all', 'every host that is online')
    .option('--pid <pid>', 'only this process and what it starts')
    .option('--process <name>', 'only processes of this name')
    .option('--cgroup <path>', 'only what is in this cgroup')
    .option('--container <id>', 'only this container')
    .option('--set <name=value>', 'a value that the recipe takes; may be repeated', many)
    .option('--title <title>', 'instead of one made from recipe and hosts')
    .option('--reason <text>', 'why; shown on the capture')
    .option('--wait', 'end when the capture ends')
    .option('--follow', 'the same, and say what each host does')
    .action((recipe, selectors, options) => run(contextFor(io, options), recipe, selectors, options))
  command('ls [words...]', 'List captures, newest first')
    .option('--limit <number>', 'how many, at most 100', '20')
    .action((words, options) => list(contextFor(io, options), words, options))
  command('get <capture>', 'What a capture is, or one of its results')
    .addOption(new Option('--result <result>', 'which result').choices(RESULTS))
    .addOption(new Option('--format <format>', 'as what').choices([...PROFILE_FORMATS, 'json', 'csv']))
    .option('-o, --output <file>', 'to a file instead of stdout')
    .option('--host <id>', 'only what this host recorded')
    .option('--process <host:pid>', 'only this process')
    .option('--window <from-to>', 'only this stretch, ms since the first host began')
    .option('--search <words>', 'only rows with these words')
    .action((id, options) => get(contextFor(io, options), id, options))
  command('cancel <capture>', 'Stop a capture').action((id, options) => cancel(contextFor(io, options), id))
  command('rm <capture>', 'Delete a capture with its results').action((id, options) => remove(contextFor(io, options), id))

  command('diff <a> <b>', 'What changed from one capture to another')
    .addOption(new Option('--by <normaliser>', 'what both sides are divided by').choices(NORMALISERS).default('samples'))
    .option('--requests <call|a,b>', 'with --by requests: a system call that each request makes once, or both numbers')
    .option('--fail-on <threshold>', "end with 3 where this happened, as in 'write p99 > +20%'; may be repeated", many)
    .option('--even-insignificant', 'thresholds count changes that may be chance, too')
    .option('--strict', 'end with 1 where a threshold is about what neither side has')
    .action((a, b, options) => diff(contextFor(io, options), a, b, options))
  command('share <capture>', 'Make a link that needs no account')
    .option('--view <link>', 'the view to land on: the address of the page, or its query')
    .option('--for <duration>', 'how long it lives, as in 24h', '7d')
    .option('--hosts', 'include names of hosts')
    .option('--args', 'include arguments: paths, addresses, values')
    .action((id, options) => share(contextFor(io, options), id, options))
  command('shares [capture]', 'List links that still work').action((id, options) => shares(contextFor(io, options), id))
  command('unshare <share>', 'Close a link for good').action((id, options) => unshare(contextFor(io, options), id))
  command('deploy <service> <version>', 'Mark that a version goes out')
    .option('--sha <commit>', 'the commit')
    .addOption(
      new Option('--state <state>', 'started before the rollout and finished after it')
        .choices(['started', 'finished'])
        .default('finished'),
    )
    .option('--label <key=value>', 'hosts that have these labels; may be repeated', many)
    .option('--host <host>', 'this host, by id or name; may be repeated', many)
    .option('--link <url>', 'the CI run')
    .option('--note <text>', 'anything worth knowing')
    .option('--key <key>', 'two calls with the same key are about the same deploy')
    .action((service, version, options) => deploy(contextFor(io, options), service, version, options))
  command('import <file>', 'Make a capture of a file of another tool; - is stdin')
    .option('--name <name>', 'instead of the name of the file')
    .action((file, options) => importFile(contextFor(io, options), file, options))
  program
    .command('completion')
    .description('A script that completes sonde’s words in a shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action((shell) => io.out(completionScript(shell, program)))
  return program
}
