import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ALLOWED, checkImports, importsOf } from './check-imports.mjs'

let root = ''
const write = (file: string, text: string) => {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  writeFileSync(path.join(root, file), text)
}
const manifest = (folder: string, rest: object = {}) =>
  write(`${folder}/package.json`, JSON.stringify({ name: `@sonde/${path.basename(folder)}`, exports: { '.': './src/index.ts' }, ...rest }))
const violations = () => checkImports(root).violations

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'sonde-imports-'))
  write('package.json', JSON.stringify({ name: 'sonde', devDependencies: { vitest: '4' } }))
  manifest('packages/contract', { dependencies: { zod: '4' } })
  manifest('packages/profile')
  manifest('packages/db', { dependencies: { '@sonde/contract': '*', pg: '8' }, devDependencies: { '@types/pg': '8' } })
  manifest('packages/domain', { dependencies: { '@sonde/contract': '*', '@sonde/db': '*' } })
  manifest('apps/agent', { dependencies: { '@sonde/contract': '*' } })
  manifest('apps/web', { dependencies: { '@sonde/domain': '*' } })
  write('packages/contract/src/index.ts', "import { z } from 'zod'\nimport { a } from './a.ts'\n")
  write('packages/contract/src/a.test.ts', "import { it } from 'vitest'\nimport { readFileSync } from 'node:fs'\n")
  write(
    'packages/db/src/index.ts',
    "import type { X } from '@sonde/contract'\nimport pg from 'pg'\nimport { spawn } from 'node:child_process'\n",
  )
  write('packages/domain/src/env.ts', 'export const env = process.env\n')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('the import rules', () => {
  it('accepts what the table allows', () => {
    expect(violations()).toEqual([])
  })

  it.each([
    ['apps/agent/src/main.ts', "import { db } from '@sonde/db'", 'apps/agent may import'],
    ['apps/agent/src/main.ts', "import type { Db } from '@sonde/db'", 'apps/agent may import'],
    ['apps/agent/src/main.ts', "export {\n  a,\n  b,\n} from '@sonde/domain'", 'apps/agent may import'],
    ['apps/agent/src/main.ts', "const m = await import('@sonde/domain')", 'apps/agent may import'],
    ['packages/contract/src/b.ts', "import '@sonde/profile'", 'packages/contract may import no other package only'],
    ['packages/domain/src/x.ts', "import { page } from '@sonde/web'", 'nothing may import an app'],
    ['packages/domain/src/x.ts', "import { p } from '@sonde/profile'", '@sonde/profile is not in packages/domain/package.json'],
    ['packages/domain/src/x.ts', "import { p } from '@sonde/db/src/client.ts'", 'does not export "./src/client.ts"'],
    ['packages/domain/src/deep/x.ts', "import { p } from '../../../db/src/client.ts'", 'leaves its package'],
    ['packages/domain/src/x.ts', "import pg from 'pg'", 'pg is not in packages/domain/package.json'],
    ['packages/domain/src/x.ts', "import { it } from 'vitest'", 'vitest is not in packages/domain/package.json'],
    ['packages/domain/src/x.ts', "import { y } from '@sonde/domain'", 'its own package by name'],
    ['packages/profile/src/x.ts', "import { readFileSync } from 'node:fs'", 'has to run in a browser too'],
    ['packages/contract/src/b.ts', "import _ from 'lodash'", 'depends on zod only'],
    ['packages/domain/src/x.ts', 'const port = process.env.PORT', 'reads process.env'],
  ])('refuses %s: %s', (file, text, message) => {
    write(file, `${text}\n`)
    const found = violations()
    expect(found.join('\n')).toContain(message)
    for (const sentence of found) expect(sentence).toContain(file)
  })

  it('refuses a forbidden dependency that nothing imports yet', () => {
    manifest('apps/agent', { dependencies: { '@sonde/db': '*' } })
    expect(violations()).toEqual(['apps/agent/package.json depends on @sonde/db, but apps/agent may not know packages/db'])
  })

  it('refuses a package that the table does not name', () => {
    manifest('packages/utils')
    expect(violations().join()).toContain('packages/utils is not in the table')
  })

  it('reads no import and no process.env out of a comment', () => {
    write(
      'packages/domain/src/x.ts',
      "// import x from '@sonde/web'\n/**\n * import x from '@sonde/web'\n * process.env.X\n */\nexport const a = 1\n",
    )
    expect(violations()).toEqual([])
  })

  it('finds imports on several lines and twice only once', () => {
    expect(importsOf("import {\n  a,\n} from 'a'\nexport * from 'b'\nimport c from 'a'\nrequire('d')\nvi.mock('not-one')\n")).toEqual([
      'a',
      'b',
      'd',
    ])
  })

  it('has no way round in a circle', () => {
    const reach = (from: string): string[] => (ALLOWED[from] ?? []).flatMap((to) => [to, ...reach(to)])
    for (const folder of Object.keys(ALLOWED)) expect(reach(folder)).not.toContain(folder)
  })
})
