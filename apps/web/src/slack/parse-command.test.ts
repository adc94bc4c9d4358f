import { RECIPE_LIST } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { parseCommand } from './parse-command.ts'

const said = (text: string): string => {
  const parsed = parseCommand(text)
  return parsed.kind === 'start'
    ? `${parsed.recipe.id} on ${parsed.where.join(' ')} for ${parsed.durationMs}`
    : parsed.kind === 'wrong'
      ? parsed.text
      : parsed.kind
}

describe('parseCommand', () => {
  it.each([
    ['cpu service=checkout 30s', 'cpu-profile on service=checkout for 30000'],
    ['CPU  service=checkout   env=prod 2min', 'cpu-profile on service=checkout env=prod for 120000'],
    ['30s? no', /There is no recipe/],
    ['syscalls web-1', 'syscall-breakdown on web-1 for 30000'],
    ['cpu+syscalls web-1 1.5s', 'cpu-and-syscalls on web-1 for 1500'],
    ['cpu syscalls web-1 10', 'cpu-and-syscalls on web-1 for 10000'],
    ['offcpu 10s a=b c=d', 'off-cpu on a=b c=d for 10000'],
    ['disk-latency service=db', /^disk-latency on service=db for \d+$/],
    ['disk latency service=db', /^disk-latency on service=db for \d+$/],
    ['', 'help'],
    ['help', 'help'],
    ['Help me', 'help'],
  ])('%s → %s', (text, expected) => {
    if (typeof expected === 'string') expect(said(text)).toBe(expected)
    else expect(said(text)).toMatch(expected)
  })

  it.each([
    ['cpu', 'Say on which hosts'],
    ['cpu 30s', 'Say on which hosts'],
    ['cpu service=checkout 30s 1min', 'Two durations'],
    ['cpu service=checkout 30parsecs', '“30parsecs” is no duration'],
    ['cpu service=checkout 0s', 'A capture lasts from 1 s to 5 min.'],
    ['cpu service=checkout 10min', 'A capture lasts from 1 s to 5 min.'],
    ['cpu service= 30s', 'half a label'],
    ['cpu =checkout', 'half a label'],
    ['disk service=db', '`disk-latency`'],
    ['constructor service=db', 'There is no recipe'],
    ['toString web-1', 'There is no recipe'],
    [`cpu ${'a=b '.repeat(60)}`, 'more than 40 words'],
  ])('says what is wrong with %s', (text, words) => {
    expect(parseCommand(text).kind).toBe('wrong')
    expect(said(text)).toContain(words)
  })

  it('knows every recipe by its id and its title, and says which of them have to be filled in', () => {
    for (const recipe of RECIPE_LIST)
      for (const name of [recipe.id, recipe.title]) {
        const parsed = parseCommand(`${name} service=x 5s`)
        if (parsed.kind === 'start') expect(parsed.recipe.id).toBe(recipe.id)
        else expect(said(`${name} service=x 5s`)).toContain(`“${recipe.title}” has to be filled in first`)
      }
  })
})
