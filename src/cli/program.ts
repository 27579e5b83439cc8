import { existsSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { LogUnavailableError } from '../log/event-log.ts'
import { PersonalStoreUnavailableError } from '../personal/personal-store.ts'
import { type Config, readConfig } from './config.ts'
import { type AuditCommand, auditUrl } from './audit.ts'
import { check, type CheckOptions } from './check.ts'
import { copy } from './copy.ts'
import { demo } from './demo.ts'
import { EXIT, EXIT_HELP, ExitError } from './exit-codes.ts'
import { history } from './history.ts'
import { importFile } from './import.ts'
import { type Io, line } from './io.ts'
import { createKey, erase } from './keys.ts'
import { cleanPersonal } from './personal.ts'
import { loadReadModel, saveReadModel } from './read-model.ts'
import { replay } from './replay.ts'
import { serve } from './serve.ts'
import { compromiseKey, rotateKey } from './signing-keys.ts'
import { backup, rebuild } from './upkeep.ts'
import { verify } from './verify.ts'
import { verifyFile, type VerifyFileOptions } from './verify-file.ts'
import { runWitness } from './witness.ts'

type Json = { json?: boolean }
type ImportOptions = Json & { dryRun?: boolean; skipInvalid?: boolean }
type VerifyOptions = Json & VerifyFileOptions & { known?: string }
type ReplayOptions = { until?: string; stream?: string }
type EraseOptions = { reason: string; reference?: string }
type CopyOptions = Json & { from: string; to: string; personalFrom?: string; personalTo?: string }
type CompromiseOptions = { issuer: string; key: string; since: string; reason: string }
type KeyOptions = Json & { role: string; issuer?: string; label?: string }

const EXAMPLES = `
Examples:
  npm start                                   serve ./data on http://127.0.0.1:8080
  npm run registry -- import examples/session-34.json --dry-run
  npm run registry -- verify 7G2K-9M4X-TQ0B-3HZD-V --at 2024-11-07
  npm run registry -- replay --stream session-interstate-council-34 | head

Environment: HOST, PORT, PUBLIC_URL, DATA_DIR, LOG_LEVEL, TRUST_PROXY, RATE_LIMIT_PER_KEY, RATE_LIMIT_PER_ADDRESS,
EVENTSTORE_URL (esdb://…: the log there and not in the data folder), PERSONAL_URL (postgres://…: personal data there),
TLOG_KEY (the transparency log's key as PEM, instead of a file), TLOG_POLICY (which witnesses must cosign), WITNESS_KEY
(witness), CHECK_EVERY (24h: how often serve checks itself), REGISTRY_KEY (audit: an auditor's key), OIDC_ISSUER,
OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_KEY_CLAIM (sign-in at the desk by OpenID Connect).
`

/** Runs the command line; answers its exit code. Errors are one line; DEBUG=1 shows where they came from. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    let code: number = EXIT.ok
    const program = programOf(io, (ended) => {
      code = ended
    })
    await program.parseAsync([...argv])
    return code
  } catch (error) {
    return failure(error, io)
  }
}

function failure(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  const fault = error instanceof Error ? error : new Error(String(error))
  line(io.err, io.env['DEBUG'] === '1' ? String(fault.stack) : `error: ${fault.message}`)
  if (fault instanceof ExitError) return fault.code
  if (fault instanceof LogUnavailableError || fault instanceof PersonalStoreUnavailableError)
    return EXIT.unavailable
  return EXIT.failed
}

function programOf(io: Io, end: (code: number) => void): Command {
  const program = new Command('certificate-registry')
    .description('An event-sourced registry of certificates and awards.')
    .option('--data <folder>', 'the data folder (default: DATA_DIR, or ./data)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out.write(text), writeErr: (text) => io.err.write(text) })
    .addHelpText('after', EXAMPLES)
    .addHelpText('afterAll', `\n${EXIT_HELP}`)
    .configureHelp({ showGlobalOptions: true })
  let settings: Config | undefined
  // Once, before whichever command was named: help needs no settings, and a wrong one stops it before it begins.
  program.hook('preAction', () => {
    const { data } = program.opts<{ data?: string }>()
    settings = readConfig({ ...io.env, ...(data !== undefined && { DATA_DIR: data }) })
  })
  const config = () => {
    if (settings === undefined) throw new Error('a command ran before its settings were read')
    return settings
  }
  const command = (usage: string, summary: string) =>
    program.command(usage).description(summary).option('--json', 'answer in JSON')

  command('serve', 'serve the registry over HTTP; the first start shows a registrar key once').action(
    async () => end(await serve(io, config())),
  )
  command('import <file>', 'record what a bundle or an NDJSON file says; safe to run twice')
    .option('--dry-run', 'validate all and record nothing')
    .option('--skip-invalid', 'record the good rows although others are bad')
    .action(async (file: string, options: ImportOptions) =>
      end(await importFile(io, config(), file, options)),
    )
  command(
    'verify <certificate>',
    'what a certificate is worth: an ID by the log itself, a file by nothing but the file',
  )
    .option('--at <date>', 'the day asked about (default: today; for a file the day it was made)')
    .option('--known <instant>', 'what the registry knew at that instant (for an ID)')
    .option('--vkey <key>', "for a file: the log's verifier key, from a place that you trust")
    .option('--policy <file>', 'for a file: how many witnesses must have cosigned (C2SP tlog-policy)')
    .option('--explain', 'for a file: what each step saw')
    .action(async (given: string, options: VerifyOptions) =>
      end(
        existsSync(given) ? await verifyFile(io, given, options) : await verify(io, config(), given, options),
      ),
    )
  command('history <id>', 'every change of a certificate: who, when, why, before and after').action(
    async (id: string, options: Json) => end(await history(io, config(), id, options)),
  )
  command('replay', 'the history as NDJSON')
    .option('--until <place>', 'a position or an instant')
    .option('--stream <name>', 'one stream alone')
    .action(async (options: ReplayOptions) => end(await replay(io, config(), options)))
  command('rebuild', 'make the read model anew; a running server goes over to it').action(
    async (options: Json) => end(await rebuild(io, config(), options)),
  )
  command('check', 'check that the log is whole and the read model is what it adds up to')
    .option('--progress', 'tell on the error output how far it is, a line of JSON each time')
    .action(async (options: CheckOptions) => end(await check(io, config(), options)))
  command('audit <url>', 'follow a registry from outside: signatures, history, every event; resumable')
    .option('--vkey <key>', "the log's verifier key (default: the one seen first)")
    .option('--key <key>', "an auditor's access key, to compare events (better: REGISTRY_KEY)")
    .option('--policy <file>', 'how many witnesses must have cosigned (C2SP tlog-policy)')
    .option('--state <file>', 'what is remembered between two audits (default: audit-HOST.json)')
    .option('--all-events', 'compare also those that an earlier audit compared')
    .action(async (url: string, options: AuditCommand) => end(await auditUrl(io, url, options)))
  command('backup <folder>', 'copy the log and the personal store while they are in use').action(
    async (target: string, options: Json) => end(await backup(io, config(), target, options)),
  )
  command(
    'copy',
    'copy a log into another, resumable and verified: a folder, or eventstore for EVENTSTORE_URL',
  )
    .requiredOption('--from <log>', 'a data folder, or eventstore')
    .requiredOption('--to <log>', 'a data folder, or eventstore; empty, or the beginning of the same log')
    .option(
      '--personal-from <store>',
      'a data folder, or postgres for PERSONAL_URL (default: the folder of --from)',
    )
    .option('--personal-to <store>', 'a data folder, or postgres (default: the folder of --to)')
    .action(async (options: CopyOptions) => end(await copy(io, config(), options)))
  command('erase <person>', "erase a person's data; can't be undone")
    .requiredOption(
      '--reason <reason>',
      'asked-by-the-person, legal-order, retention-ended or recorded-in-error',
    )
    .option('--reference <number>', 'a file number; never a name')
    .action(async (person: string, options: EraseOptions) => end(await erase(io, config(), person, options)))
  program
    .command('personal')
    .description('the personal store')
    .command('clean')
    .description('leave no erased byte in its files; with PostgreSQL also in its write-ahead log')
    .option('--json', 'answer in JSON')
    .action(async (options: Json) => end(await cleanPersonal(io, config(), options)))
  program
    .command('witness')
    .description("cosign the checkpoints of other registries' logs (C2SP tlog-witness)")
    .requiredOption('--logs <file>', 'a policy file (C2SP tlog-policy) whose log lines name them')
    .requiredOption('--name <key name>', 'such as witness.example.org: what it signs under')
    .action(async (options: { logs: string; name: string }) => end(await runWitness(io, config(), options)))
  const readModel = program.command('read-model').description('the read model of this node')
  readModel
    .command('backup <folder>')
    .description('copy it while the node serves, for a new node to start from')
    .option('--json', 'answer in JSON')
    .action(async (target: string, options: Json) => end(await saveReadModel(io, config(), target, options)))
  readModel
    .command('restore <folder>')
    .description(
      "start this node from another node's copy, checked against the log, instead of a full replay",
    )
    .option('--json', 'answer in JSON')
    .action(async (source: string, options: Json) => end(await loadReadModel(io, config(), source, options)))
  const key = program.command('key').description('access keys, and the keys that sign credentials')
  key
    .command('create')
    .description('grant an access key and show it once')
    .requiredOption('--role <role>', 'issuer, auditor or registrar')
    .option('--issuer <id>', 'whose key it is (needed for role issuer)')
    .option('--label <text>', 'a note on what it is for; name no person')
    .option('--json', 'answer in JSON')
    .action(async (options: KeyOptions) => end(await createKey(io, config(), options)))
  key
    .command('rotate')
    .description('make a key that signs credentials in an issuer’s name, and retire the one before')
    .requiredOption('--issuer <id>', 'in whose name it signs')
    .option('--json', 'answer in JSON')
    .action(async (options: Json & { issuer: string }) => end(await rotateKey(io, config(), options)))
  key
    .command('compromise')
    .description('record that a signing key was in other hands; what it signed since holds no more')
    .requiredOption('--issuer <id>', 'whose key it is')
    .requiredOption('--key <id>', 'such as key-2026-11-23')
    .requiredOption('--since <instant>', 'from when on it may have been in other hands')
    .requiredOption('--reason <text>', 'why; it is public, so name no person')
    .action(async (options: CompromiseOptions) => end(await compromiseKey(io, config(), options)))
  program
    .command('demo')
    .description('the whole way in a fresh folder: import, issue, verify, correct, revoke, replay')
    .option('--keep', 'leave the server running')
    .action(async (options: { keep?: boolean }) => end(await demo(io, options)))
  return program
}
