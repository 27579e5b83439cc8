import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t from 'tap'

const ROOT = join(import.meta.dirname, '../..')
const DIRECTION = 'eslint(no-restricted-imports)'
const PURITY = 'eslint(no-restricted-properties)'

/** A file planted in a copy of the tree, and the rule that must refuse it; without one, it must pass. */
type Plant = { readonly path: string; readonly code: string; readonly rule?: string }

const PLANTS: readonly Plant[] = [
  { path: 'src/domain/zz-log.ts', code: "import '../log/position.ts'\n", rule: DIRECTION },
  { path: 'src/domain/zz-above.ts', code: "import '../clock.ts'\n", rule: DIRECTION },
  { path: 'src/domain/zz-file.ts', code: "import 'node:fs'\n", rule: DIRECTION },
  { path: 'src/domain/zz-beside.ts', code: "import './date.ts'\nimport 'node:util'\n" },
  { path: 'src/domain/deep/zz-log.ts', code: "import '../../log/position.ts'\n", rule: DIRECTION },
  { path: 'src/log/zz-personal.ts', code: "import '../personal/commitment.ts'\n", rule: DIRECTION },
  { path: 'src/log/zz-registry.ts', code: "import '../registry.ts'\n", rule: DIRECTION },
  { path: 'src/log/zz-domain.ts', code: "import '../domain/date.ts'\n" },
  { path: 'src/personal/zz-log.ts', code: "import '../log/position.ts'\n", rule: DIRECTION },
  { path: 'src/personal/zz-domain.ts', code: "import '../domain/person.ts'\n" },
  { path: 'src/transparency/zz-log.ts', code: "import '../log/position.ts'\n", rule: DIRECTION },
  { path: 'src/transparency/zz-file.ts', code: "import 'node:fs'\n", rule: DIRECTION },
  { path: 'src/tlog/zz-http.ts', code: "import '../http/problem.ts'\n", rule: DIRECTION },
  { path: 'src/tlog/zz-personal.ts', code: "import '../personal/commitment.ts'\n", rule: DIRECTION },
  { path: 'src/tlog/zz-log.ts', code: "import '../log/position.ts'\nimport '../transparency/hash.ts'\n" },
  { path: 'src/audit/zz-log.ts', code: "import '../log/position.ts'\n", rule: DIRECTION },
  { path: 'src/audit/zz-tiles.ts', code: "import '../tlog/tile-store.ts'\n", rule: DIRECTION },
  {
    path: 'src/audit/zz-leaf.ts',
    code: "import '../transparency/leaf.ts'\nimport '../tlog/durable-file.ts'\n",
  },
  { path: 'src/documents/zz-http.ts', code: "import '../http/problem.ts'\n", rule: DIRECTION },
  { path: 'src/documents/zz-log.ts', code: "import '../log/position.ts'\n", rule: DIRECTION },
  { path: 'src/documents/zz-date.ts', code: "import '../domain/date.ts'\nimport '../queries/lookup.ts'\n" },
  { path: 'src/projections/zz-commands.ts', code: "import '../commands/command.ts'\n", rule: DIRECTION },
  { path: 'src/projections/zz-queries.ts', code: "import '../queries/lookup.ts'\n", rule: DIRECTION },
  { path: 'src/projections/zz-log.ts', code: "import '../log/position.ts'\nimport '../domain/date.ts'\n" },
  { path: 'src/commands/zz-queries.ts', code: "import '../queries/lookup.ts'\n", rule: DIRECTION },
  { path: 'src/commands/zz-model.ts', code: "import '../projections/read-model.ts'\n", rule: DIRECTION },
  { path: 'src/commands/zz-event.ts', code: "import '../projections/registry-event.ts'\n" },
  { path: 'src/queries/zz-executor.ts', code: "import '../commands/executor.ts'\n", rule: DIRECTION },
  {
    path: 'src/queries/zz-type.ts',
    code: "import type { Lookup } from '../commands/command.ts'\nexport type L = Lookup\n",
  },
  { path: 'src/queries/zz-model.ts', code: "import '../projections/read-model.ts'\n" },
  { path: 'src/http/zz-cli.ts', code: "import '../cli/zz-registry.ts'\n", rule: DIRECTION },
  { path: 'src/http/zz-registry.ts', code: "import '../registry.ts'\nimport '../queries/lookup.ts'\n" },
  { path: 'src/cli/zz-main.ts', code: "import '../main.ts'\n", rule: DIRECTION },
  { path: 'src/cli/zz-registry.ts', code: "import '../registry.ts'\nimport '../http/zz-registry.ts'\n" },
  { path: 'src/log/zz-env.ts', code: 'export const home = process.env\n', rule: PURITY },
  { path: 'src/http/zz-clock.ts', code: 'export const now = () => Date.now()\n', rule: PURITY },
  { path: 'src/domain/zz-clock.ts', code: 'export const now = () => Temporal.Now.instant()\n', rule: PURITY },
  { path: 'src/log/zz-any.ts', code: 'export type Any = any\n', rule: 'typescript(no-explicit-any)' },
  {
    path: 'src/log/zz-floating.ts',
    code: 'export function forget(): void {\n  Promise.resolve(1)\n}\n',
    rule: 'typescript(no-floating-promises)',
  },
  {
    path: 'src/domain/zz-switch.ts',
    code: "export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1\n  }\n  return 2\n}\n",
    rule: 'typescript(switch-exhaustiveness-check)',
  },
  { path: 'src/domain/zz-cycle.ts', code: "import './zz-cycle-back.ts'\n", rule: 'import(no-cycle)' },
  { path: 'src/domain/zz-cycle-back.ts', code: "import './zz-cycle.ts'\n", rule: 'import(no-cycle)' },
]

type Finding = { readonly filename: string; readonly code: string }

/** Lints a copy of the tree with the plants in it, with the very configuration of this repository. */
function lintPlanted(folder: string): readonly Finding[] {
  for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json'])
    copyFileSync(join(ROOT, file), join(folder, file))
  cpSync(join(ROOT, 'src'), join(folder, 'src'), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  for (const { path, code } of PLANTS) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), code)
  }
  const bin = join(ROOT, 'node_modules/.bin')
  // tap loads its own hooks into every child by NODE_OPTIONS, which the linter's launcher does not survive.
  const { stdout } = spawnSync(
    'env',
    ['-u', 'NODE_OPTIONS', join(bin, 'oxlint'), '--type-aware', '--format=json', 'src'],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
      maxBuffer: 64 * 1024 * 1024,
    },
  )
  return (JSON.parse(stdout) as { diagnostics: readonly Finding[] }).diagnostics
}

void t.test('the linter refuses each planted violation, and nothing that is allowed', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-lint-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const findings = lintPlanted(folder)
  for (const { path, rule } of PLANTS) {
    const codes = findings.filter(({ filename }) => filename === path).map(({ code }) => code)
    if (rule === undefined) t.same(codes, [], `${path} passes`)
    else t.ok(codes.includes(rule), `${path} is refused by ${rule}`, { codes })
  }
})
