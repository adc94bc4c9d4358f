import { expect, it } from 'vitest'
import { readEnv } from './env.ts'

const DATABASE_URL = 'postgresql://sonde:secret@127.0.0.1:5432/sonde'

it('has a default for everything but the database', () => {
  expect(readEnv({ DATABASE_URL })).toMatchObject({
    SONDE_GATEWAY_HOST: '127.0.0.1',
    SONDE_GATEWAY_PORT: 4601,
    SONDE_URL: 'http://127.0.0.1:4600',
  })
  expect(() => readEnv({})).toThrow(/DATABASE_URL/)
})

it('names what is wrong and never shows a value', () => {
  const wrong = { DATABASE_URL: 'mysql://root:hunter2@db', SONDE_GATEWAY_PORT: '99999', SONDE_URL: 'ftp://hunter2' }
  expect(() => readEnv(wrong)).toThrow(/DATABASE_URL: must be a postgresql.*\n.*SONDE_GATEWAY_PORT.*\n.*SONDE_URL: must be an http/)
  try {
    readEnv(wrong)
  } catch (error) {
    expect(String(error)).not.toContain('hunter2')
  }
})
