import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { readConfig } from '../../src/cli/config.ts'

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
const COMPOSE_FILES = ['docker-compose.yml', 'docker-compose.cluster.yml']
const PASSWORDS = { EVENTSTORE_ADMIN_PASSWORD: 'a', EVENTSTORE_OPS_PASSWORD: 'b', PERSONAL_PASSWORD: 'c' }

/** The Compose client, as a plugin or on its own; it needs no engine to check a file. */
const compose = [['docker', 'compose'], ['docker-compose']].find(
  ([program = '', ...words]) => spawnSync(program, [...words, 'version']).status === 0,
)

void t.test('the image serves where its health check and its users look for it', (t) => {
  const dockerfile = read('Dockerfile')
  const env = Object.fromEntries(
    (/^ENV (.*)$/m.exec(dockerfile)?.[1] ?? '').split(' ').map((pair) => pair.split('=')),
  )
  const config = readConfig(env)
  t.match(config, { HOST: '0.0.0.0', DATA_DIR: /VOLUME (\S+)/.exec(dockerfile)?.[1] })
  t.match(dockerfile, `EXPOSE ${config.PORT}\n`)
  t.match(dockerfile, `127.0.0.1:${config.PORT}/health/`)
  t.match(read('docker-compose.yml'), `127.0.0.1:8080:${config.PORT}`)
  t.match(read('deploy/Caddyfile'), `registry-1:${config.PORT} registry-2:${config.PORT}`)
  t.end()
})

void t.test('the settings in the compose files are settings that the registry takes', (t) => {
  for (const file of COMPOSE_FILES) {
    const text = read(file).replace(/\$\{(\w+):\?[^}]*\}/g, 'password')
    const env = Object.fromEntries(
      [...text.matchAll(/^ +(EVENTSTORE_URL|PERSONAL_URL|TRUST_PROXY): "(.*)"$/gm)].map(
        ([, name = '', value = '']) => [name, value],
      ),
    )
    t.ok(env['EVENTSTORE_URL'], file)
    t.match(readConfig(env), { EVENTSTORE_URL: env['EVENTSTORE_URL'] }, file)
  }
  t.end()
})

void t.test('Compose reads the files', { skip: compose ? false : 'no Compose client here' }, (t) => {
  const [program = '', ...words] = compose ?? []
  for (const file of COMPOSE_FILES) {
    const checked = spawnSync(program, [...words, '-f', file, 'config', '--quiet'], {
      cwd: new URL('../..', import.meta.url),
      env: { ...process.env, ...PASSWORDS },
      encoding: 'utf8',
    })
    t.equal(checked.status, 0, `${file} ${checked.stderr}`)
  }
  t.end()
})
